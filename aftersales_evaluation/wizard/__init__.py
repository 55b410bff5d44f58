from . import aftersales_scorecard_wizard
from . import aftersales_reason_wizard

# wizards of: sets
from . import aftersales_indicator_load

# wizards of: audits
from . import aftersales_finding_wizard

# wizards of: kpis

# wizards of: awards

# wizards of: voice
from . import aftersales_callback_wizard
from . import aftersales_satisfaction_wizard

# wizards of: surveys

# wizards of: strategy
from . import aftersales_need_load
from . import aftersales_benchmark_matrix
from . import aftersales_crisis_done_wizard

# wizards of: pages
from . import period_page
from . import period_page_cards
from . import period_page_export
from . import aftersales_evaluation_dashboard
from . import aftersales_evaluation_dashboard_sections
from . import aftersales_evaluation_dashboard_voice
from . import aftersales_isation_board
from . import aftersales_isation_board_praise
