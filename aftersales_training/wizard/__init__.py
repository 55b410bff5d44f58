from . import aftersales_ratio_dashboard, aftersales_reason_wizard

# wizard of: certs
from . import aftersales_certificate_load, certificate_judge

# wizard of: ratio
from . import (
    aftersales_ratio_dashboard_actions,
    aftersales_ratio_forecast,
    dashboard_ratio,
)

# wizard of: courses
from . import aftersales_training_register_wizard, aftersales_training_result_wizard

# wizard of: plans
from . import aftersales_product_training_wizard, aftersales_reason_wizard_plans

# wizard of: growth
from . import (
    aftersales_expert_wizard,
    aftersales_reason_wizard_growth,
    aftersales_weak_unit_wizard,
)
