"""Rules of authorisations, without Odoo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_authorization.py")

PARTS = ((5, (1, 2)), (6, (1, 3)))
WORK = kernel.Work(50000, PARTS)


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        ({"amount": 50000}, True),
        ({"amount": 50001}, False),
        ({"categ_id": 2}, True),
        ({"categ_id": 4}, False),
        ({"product_id": 6}, True),
        ({"product_id": 7}, False),
        ({"product_id": 6, "categ_id": 2}, False),
        ({"product_id": 6, "categ_id": 3, "amount": 1}, True),
        ({"out_of_cover": True}, False),
    ],
)
def test_every_criterion_must_hold(vals, expected):
    assert kernel.applies(kernel.Rule(1, **vals), WORK) is expected


def test_work_outside_cover():
    rule = kernel.Rule(1, out_of_cover=True)
    assert kernel.applies(rule, kernel.Work(1, out_of_cover=True))


def test_the_first_rule_is_named():
    rules = [kernel.Rule(1, amount=99999), kernel.Rule(2, amount=10), kernel.Rule(3)]
    assert kernel.required(rules, WORK).id == 2
    assert kernel.required(rules[:1], WORK) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_threshold_itself_needs_it(threshold, amount):
    rule = kernel.Rule(1, amount=threshold)
    assert kernel.applies(rule, kernel.Work(amount)) is (amount >= threshold)


@given(st.lists(st.integers(0, 10**6)), st.integers(-10, 10**6))
def test_fitted_amounts_stay_within_the_ceiling(amounts, ceiling):
    fitted = kernel.fit(amounts, ceiling)
    assert len(fitted) == len(amounts)
    assert all(0 <= new <= old for new, old in zip(fitted, amounts, strict=True))
    assert sum(fitted) == min(sum(amounts), max(0, ceiling))
