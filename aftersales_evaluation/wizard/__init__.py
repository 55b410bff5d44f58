from . import aftersales_scorecard_wizard
