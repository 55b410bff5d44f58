from . import aftersales_scorecard_wizard
from . import aftersales_reason_wizard

# wizards of: sets
from . import aftersales_indicator_load
# wizards of: audits
# wizards of: kpis
from . import aftersales_reason_wizard_kpi
# wizards of: awards
# wizards of: voice
# wizards of: surveys
# wizards of: strategy
# wizards of: pages
