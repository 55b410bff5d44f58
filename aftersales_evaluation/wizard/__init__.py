from . import aftersales_scorecard_wizard
from . import aftersales_reason_wizard
