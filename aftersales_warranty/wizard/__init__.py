from . import aftersales_claim_decision
from . import aftersales_settlement_run
