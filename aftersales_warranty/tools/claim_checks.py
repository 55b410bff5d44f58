"""Checks of a warranty claim: each one a result with its figures.

Source of the rules: practice of warranty adjudication as service networks
publish it (validity, form, amounts, fit, duplicates, deadlines, contract). A
check never decides: it says pass, fail or not applicable and shows what it
compared.

Plain Python: no ORM. Money is a whole number of minor units (cents).
"""

from . import (
    claim_checks_amount,
    claim_checks_fit,
    claim_checks_form,
    claim_checks_unit,
)
from .claim_checks_amount import allowed, left_of, limit
from .claim_checks_form import check_dates, check_deadline
from .claim_facts import FAIL, NA, PASS, Check, ClaimFacts, LineFacts

__all__ = [
    "FAIL",
    "NA",
    "PASS",
    "Check",
    "ClaimFacts",
    "LineFacts",
    "allowed",
    "check_dates",
    "check_deadline",
    "left_of",
    "limit",
]

#: group → codes of its checks, in the order of the list
GROUPS = {
    "validity": (
        *("SERIAL", "SALE", "OWNER", "COVER", "PART_COVER", "USAGE_LIMIT"),
        *("EXCLUSION", "CAMPAIGN"),
    ),
    "form": ("FIELDS", "CAUSAL", "REFERENCES", "DATES", "USAGE", "DEADLINE"),
    "amount": (
        *("SUM", "HOURS", "LABOUR_RATE", "PART_MARKUP", "OTHER_RATES", "SUBLET"),
        *("RATES", "AUTHORISATION"),
    ),
    "fit": ("PART_FIT", "OPERATION_FIT", "FAULT_FIT", "OVERLAP"),
    "point": ("AGREEMENT", "SCOPE", "AREA", "CERTIFICATE"),
    "duplicate": ("DUPLICATE", "PART_SERIAL"),
    "old_part": ("OLD_PART",),
}
CODES = tuple(code for codes in GROUPS.values() for code in codes)
CHECKS = {
    **claim_checks_unit.CHECKS,
    **claim_checks_form.CHECKS,
    **claim_checks_amount.CHECKS,
    **claim_checks_fit.CHECKS,
}


def run(facts):
    """Return the result of every check, in the order of :data:`CODES`."""
    return [CHECKS[code](facts) for code in CODES]
