from . import aftersales_ratio_dashboard, aftersales_reason_wizard
