from . import aftersales_dispatch_wizard, aftersales_reason_wizard
