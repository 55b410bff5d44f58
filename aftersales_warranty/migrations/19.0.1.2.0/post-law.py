"""Rules of the law that were shipped before, with what they can say now."""

from odoo import SUPERUSER_ID, api

#: Every rule of the general regulation.
GENERAL = {"freight": "trader", "delay_days": 15}
PROOF = {**GENERAL, "proof_months": 6}
CHANGES = {
    "CN-G-7-RETURN": PROOF,
    "CN-G-7-EXCHANGE": PROOF,
    "CN-G-15-EXCHANGE": PROOF,
    "CN-G-REPAIR": PROOF,
    "CN-G-PART": PROOF,
    "CN-G-2R-EXCHANGE": GENERAL,
    "CN-G-2R-RETURN": {**GENERAL, "model_available": "available"},
    "CN-G-30-EXCHANGE": {**GENERAL, "own_delay": True},
    "CN-G-90-EXCHANGE": GENERAL,
    "CN-D-7-RETURN": {
        "clock_start": "receipt_next",
        "not_for_excluded": True,
        "freight": "consumer",
        "refund_days": 7,
        "refund_start": "receipt",
        "delay_days": 15,
    },
    "CN-PH-60-EXCHANGE": {"factory_days": 90, **GENERAL},
}


def migrate(cr, version):
    """Complete the shipped rules; what a user has changed stays as it is."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    rules = env["aftersales.entitlement.rule"].with_context(active_test=False)
    for rule in rules.search([("code", "in", list(CHANGES))]):
        if rule.write_uid.id == SUPERUSER_ID:
            rule.write(CHANGES[rule.code])
