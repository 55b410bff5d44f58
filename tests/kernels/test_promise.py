"""Fulfilment of published promises, without Odoo."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/promise.py")

counts = st.integers(0, 10000)


def test_no_figure_is_neither_0_nor_100():
    for pairs, status in (
        (None, "not_available"),
        ([], "no_data"),
        ([(0, 0)], "no_data"),
    ):
        found = kernel.measure(pairs, "%", ">=", 100)
        assert (found.status, found.value, found.fulfilment, found.is_kept) == (
            status,
            None,
            None,
            False,
        )


@pytest.mark.parametrize(
    ("pairs", "unit", "operator", "target", "value", "fulfilment", "kept"),
    [
        # 38 of 40 in time, 95 % promised
        ([(30, 30), (8, 10)], "%", ">=", 95, "95.00", "100", True),
        # 30 of 40 are 75 %; of 100 % promised
        ([(30, 40)], "%", ">=", 100, "75.00", "75.00", False),
        # 5 % complaints, 4 % promised: 4 / 5
        ([(5, 100)], "%", "<=", 4, "5.00", "80.00", False),
        ([(0, 100)], "%", "<=", 0, "0.00", "100", True),
        ([(1, 100)], "%", "<=", 0, "1.00", "0", False),
        # 24 hours promised, 12 taken
        ([(24, 2)], "h", "<=", 24, "12.00", "100", True),
        # a hair below the promise is not kept
        ([(99999, 100000)], "%", ">=", 100, "100.00", "99.99", False),
        ([(0, 10)], "%", ">=", 0, "0.00", "100", True),
    ],
)
def test_worked_cases(pairs, unit, operator, target, value, fulfilment, kept):
    found = kernel.measure(pairs, unit, operator, target)
    assert (found.value, found.fulfilment, found.is_kept) == (
        Decimal(value),
        Decimal(fulfilment),
        kept,
    )


@given(
    num=counts,
    den=st.integers(1, 10000),
    target=counts,
    operator=st.sampled_from([">=", "<="]),
)
def test_fulfilment_is_100_exactly_when_the_promise_is_kept(num, den, target, operator):
    found = kernel.measure([(num, den)], "%", operator, target)
    assert 0 <= found.fulfilment <= 100
    assert (found.fulfilment == 100) == found.is_kept
