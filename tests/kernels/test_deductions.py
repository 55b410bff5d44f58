"""Deductions for old parts, without Odoo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/deductions.py")
days = st.integers(0, 400)
limits = st.none() | st.integers(0, 200)
minors = st.integers(0, 10**9)
DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("sent", "today", "expected"),
    [
        (None, date(2026, 3, 31), 0),
        (None, date(2026, 4, 1), 1),
        (date(2026, 4, 10), date(2026, 6, 1), 10),
        (date(2026, 3, 1), date(2026, 6, 1), 0),
    ],
)
def test_days_late(sent, today, expected):
    assert kernel.days_late(DUE, sent, today) == expected


@pytest.mark.parametrize(
    ("late", "is_sent", "late_after", "missing_after", "expected"),
    [
        (5, False, 5, 60, None),
        (6, False, 5, 60, "part_late"),
        (60, False, 5, 60, "part_late"),
        (61, False, 5, 60, "part_missing"),
        (61, True, 5, 60, "part_late"),
        (61, True, None, 60, None),
        (61, False, None, None, None),
        (1, False, 0, None, "part_late"),
    ],
)
def test_classify(late, is_sent, late_after, missing_after, expected):
    assert kernel.classify(late, is_sent, late_after, missing_after) == expected


@given(days, st.booleans(), limits, limits)
def test_a_part_that_was_sent_is_never_missing(late, is_sent, late_after, missing):
    found = kernel.classify(late, is_sent, late_after, missing)
    assert found != "part_missing" or not is_sent
    assert found is None or late > min(
        x for x in (late_after, missing) if x is not None
    )


@given(st.integers(-300, 300), st.integers(0, 300))
def test_nothing_is_late_before_its_due_day(offset, age):
    sent = DUE + timedelta(days=offset)
    late = kernel.days_late(DUE, sent, DUE + timedelta(days=age))
    assert late == max(offset, 0)


@pytest.mark.parametrize(
    ("basis", "amount", "share", "value", "limit", "expected"),
    [
        ("fixed", 5000, 0, 99999, 0, 5000),
        ("fixed", 5000, 0, 99999, 4000, 4000),
        ("share", 0, "12.5", 10001, 0, 1250),
        ("share", 0, "50", 333, 0, 167),
        ("share", 0, "100", 10000, 7000, 7000),
        ("share", 0, "100", 0, 0, 0),
    ],
)
def test_charge(basis, amount, share, value, limit, expected):
    found = kernel.charge(basis, amount, Decimal(share), value, limit)
    assert found == expected


@given(st.sampled_from(("fixed", "share")), minors, st.integers(0, 10000), minors)
def test_a_charge_is_never_negative_nor_above_its_base(basis, amount, percent, value):
    found = kernel.charge(basis, amount, Decimal(percent) / 100, value)
    assert 0 <= found <= (amount if basis == "fixed" else value)
