from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_desk.py")

MONEY = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (-3, "00"),
        (0, "00"),
        (7, "00"),
        (8, "08"),
        (15, "08"),
        (16, "16"),
        (30, "16"),
        (31, "31"),
        (4000, "31"),
    ],
)
def test_age_band(days, band):
    assert kernel.age_band(days) == band


@given(st.integers(min_value=-400, max_value=4000))
def test_dates_and_days_agree(days):
    today = date(2026, 6, 30)
    day = today - timedelta(days=days)
    found = [
        code
        for code, earliest, latest in kernel.age_dates(today)
        if (earliest is None or earliest <= day) and (latest is None or day <= latest)
    ]
    assert found == [kernel.age_band(days)]


def test_age_dates():
    assert kernel.age_dates(date(2026, 3, 31)) == [
        ("00", date(2026, 3, 24), None),
        ("08", date(2026, 3, 16), date(2026, 3, 23)),
        ("16", date(2026, 3, 1), date(2026, 3, 15)),
        ("31", None, date(2026, 2, 28)),
    ]


@pytest.mark.parametrize(
    ("minor", "band"),
    [
        (0, "small"),
        (20000, "small"),
        (20001, "medium"),
        (99999, "medium"),
        (100000, "large"),
    ],
)
def test_amount_band(minor, band):
    assert kernel.amount_band(minor, 20000, 100000) == band


def test_outcome_of_an_appeal():
    assert kernel.appeal_outcome(100, 40, 40) == "refused"
    assert kernel.appeal_outcome(100, 40, 41) == "partly"
    assert kernel.appeal_outcome(100, 40, 100) == "upheld"
    for granted in (39, 101):
        with pytest.raises(ValueError, match="must lie between"):
            kernel.appeal_outcome(100, 40, granted)


def test_difference_is_settled_with_the_coefficient():
    assert kernel.appeal_difference(4000, 10000) == 6000
    assert kernel.appeal_difference(4000, 10000, "1.05") == 6300


@given(MONEY, MONEY, st.decimals("0.5", "1.5", places=4))
def test_difference_adds_up(before, more, coefficient):
    granted = before + more
    paid = kernel.scale(before, coefficient)
    difference = kernel.appeal_difference(before, granted, coefficient)
    assert difference >= 0
    assert paid + difference == kernel.scale(granted, coefficient)


@given(MONEY, st.lists(MONEY, max_size=5))
def test_never_more_is_taken_back_than_was_paid(settled, wishes):
    charged = 0
    for wish in wishes:
        charged += min(wish, kernel.chargeable(settled, charged))
    assert charged <= settled
    assert kernel.chargeable(settled, settled + 1) == 0
