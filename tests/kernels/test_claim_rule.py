"""Approval of clean claims by rule, without Odoo."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_rule.py")

RULE = kernel.Rule(key=1, amount_limit=50000, currency=1, company=1, seed="s")
GREEN = tuple((code, "pass") for code in sorted(kernel.DECISIVE))
CLAIM = kernel.Candidate(
    number="CLM000001",
    company=1,
    currency=1,
    amount=50000,
    allowed=50000,
    type="warranty",
    level=3,
    point=8,
    categories=frozenset([4, 5]),
    results=(*GREEN, ("AREA", "na"), ("OLD_PART", "na")),
)


def judged(rules=(RULE,), **values):
    verdict = kernel.judge(rules, replace(CLAIM, **values))
    return verdict.outcome, verdict.reason, verdict.rule


def changed(code, result):
    return tuple((c, result if c == code else r) for c, r in CLAIM.results)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ("approved", "auto_approved", 1)),
        ({"amount": 50001, "allowed": 50001}, ("review", "auto_amount", 1)),
        ({"allowed": 49999}, ("review", "auto_cut", 1)),
        ({"results": changed("AREA", "fail")}, ("review", "auto_checks", 1)),
        ({"results": changed("COVER", "na")}, ("review", "auto_checks", 1)),
        ({"results": changed("RATES", "na")}, ("review", "auto_rates", 1)),
        ({"results": changed("OLD_PART", "fail")}, ("review", "auto_checks", 1)),
        ({"results": ()}, ("review", "auto_checks", 1)),
        ({"resubmitted": True}, ("review", "auto_resubmitted", 1)),
        ({"company": 2}, ("review", "auto_none", None)),
        ({"currency": 2}, ("review", "auto_none", None)),
        ({"hint_score": Decimal(1)}, ("approved", "auto_approved", 1)),
    ],
)
def test_judge(values, expected):
    assert judged(**values) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"levels": frozenset([3])}, "approved"),
        ({"levels": frozenset([2])}, "review"),
        ({"levels": frozenset([2]), "points": frozenset([8])}, "approved"),
        ({"points": frozenset([9])}, "review"),
        ({"types": frozenset(["warranty"])}, "approved"),
        ({"types": frozenset(["goodwill"])}, "review"),
        ({"categories": frozenset([5, 9])}, "approved"),
        ({"categories": frozenset([9])}, "review"),
        ({"audit_share": Decimal(100)}, "audit"),
    ],
)
def test_scope_of_a_rule(rule, expected):
    assert judged((replace(RULE, **rule),))[0] == expected


def test_an_old_part_may_come_later_where_the_rule_says_so():
    rule = replace(RULE, allows_old_part=True)
    results = changed("OLD_PART", "fail")
    assert judged((rule,), results=results)[0] == "approved"


def test_hints_stop_a_rule_at_its_limit():
    rule = replace(RULE, hint_limit=Decimal("0.5"))
    assert judged((rule,), hint_score=Decimal("0.5"))[1] == "auto_hint"
    assert judged((rule,), hint_score=Decimal("0.4999"))[0] == "approved"
    assert judged((rule,), hint_score=None)[0] == "approved"


def test_the_first_rule_that_approves_counts():
    small = replace(RULE, key=2, amount_limit=10)
    assert judged((small, RULE)) == ("approved", "auto_approved", 1)
    assert judged((small, small), amount=20, allowed=20) == ("review", "auto_amount", 2)
    # A claim that one rule draws is not given to the next one.
    audit = replace(RULE, key=3, audit_share=Decimal(100))
    assert judged((audit, RULE)) == ("audit", "auto_audit", 3)


def test_no_rule_no_approval():
    assert judged(()) == ("review", "auto_none", None)


@given(st.integers(0, 10**6), st.sampled_from(["pass", "fail", "na"]))
def test_nothing_that_failed_is_ever_approved(amount, result):
    verdict = judged(
        amount=amount, allowed=amount, results=changed("DUPLICATE", result)
    )
    assert (verdict[0] == "approved") == (amount <= 50000 and result == "pass")
