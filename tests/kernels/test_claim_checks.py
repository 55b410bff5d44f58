"""Checks of a claim, without Odoo."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_checks.py")

LABOUR = kernel.LineFacts("labour", 9000, Decimal("1.5"), share=Decimal(100))
PART = kernel.LineFacts("part", 13000, Decimal(1), 10000, share=Decimal(100))
GOOD = kernel.ClaimFacts(
    serial="SN1",
    is_registered=True,
    has_policy=True,
    covered_until=date(2027, 1, 1),
    date_sale=date(2026, 1, 1),
    date_failure=date(2026, 5, 1),
    date_start=date(2026, 5, 2),
    date_end=date(2026, 5, 3),
    date_submitted=date(2026, 5, 10),
    deadline_days=30,
    amount_total=22000,
    lines=(LABOUR, PART),
    has_agreement=True,
    labour_rate=6000,
    parts_markup=Decimal(30),
)


def result(code, **values):
    check = kernel.CHECKS[code](replace(GOOD, **values))
    assert check.code == code
    return check.result, check.reason


def test_a_good_claim_fails_nothing():
    checks = kernel.run(GOOD)
    assert [check.code for check in checks] == list(kernel.CODES)
    assert {check.code: check.result for check in checks} == {
        "SERIAL": "pass",
        "COVER": "pass",
        "DATES": "pass",
        "SUM": "pass",
        "DUPLICATE": "pass",
        "DEADLINE": "pass",
        "AGREEMENT": "pass",
        "LABOUR_RATE": "pass",
        "PART_MARKUP": "pass",
        "OLD_PART": "na",
        "AUTHORISATION": "na",
    }


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("SERIAL", {"serial": None}, ("fail", "serial_missing")),
        ("SERIAL", {"is_registered": False}, ("fail", "serial_unknown")),
        ("COVER", {"has_policy": False}, ("na", "cover_unknown")),
        ("COVER", {"date_failure": None}, ("na", "cover_unknown")),
        (
            "COVER",
            {"lines": (replace(PART, share=Decimal(0)), LABOUR)},
            ("fail", "cover_ended"),
        ),
        # A share typed by hand does not outlast the cover of the unit.
        (
            "COVER",
            {
                "lines": (replace(LABOUR, by_hand=True),),
                "covered_until": date(2026, 4, 30),
            },
            ("fail", "cover_ended"),
        ),
        (
            "COVER",
            {
                "lines": (replace(LABOUR, by_hand=True),),
                "covered_until": date(2026, 5, 1),
            },
            ("pass", "cover_valid"),
        ),
        ("COVER", {"covered_until": date(2026, 4, 30)}, ("pass", "cover_valid")),
        ("DATES", {"date_sale": date(2026, 5, 2)}, ("fail", "dates_order")),
        ("DATES", {"date_end": date(2026, 5, 1)}, ("fail", "dates_order")),
        ("DATES", {"date_submitted": date(2026, 5, 2)}, ("fail", "dates_order")),
        ("DATES", {"date_failure": None}, ("pass", "dates_right")),
        ("SUM", {"amount_total": 22001}, ("fail", "sum_differs")),
        ("SUM", {"lines": ()}, ("fail", "sum_empty")),
        (
            "SUM",
            {"lines": (replace(PART, claimed=-1),), "amount_total": -1},
            ("fail", "sum_negative"),
        ),
        ("DUPLICATE", {"duplicates": ("C1", "C2")}, ("fail", "duplicate_found")),
        # 3 May + 30 days = 2 June
        ("DEADLINE", {"date_submitted": date(2026, 6, 2)}, ("pass", "deadline_kept")),
        ("DEADLINE", {"date_submitted": date(2026, 6, 3)}, ("fail", "deadline_missed")),
        ("DEADLINE", {"deadline_days": 0}, ("na", "deadline_unknown")),
        ("AGREEMENT", {"has_agreement": False}, ("fail", "agreement_missing")),
        # 1.5 h x 60.00 = 90.00; one cent less a hour allows 89.99 (89.985)
        ("LABOUR_RATE", {"labour_rate": 5999}, ("fail", "labour_over")),
        ("LABOUR_RATE", {"labour_rate": 0}, ("na", "labour_rate_unknown")),
        # 100.00 + 30 % = 130.00
        ("PART_MARKUP", {"parts_markup": Decimal("29.99")}, ("fail", "part_over")),
        ("PART_MARKUP", {"has_agreement": False}, ("na", "part_markup_unknown")),
        (
            "OLD_PART",
            {"lines": (replace(PART, old_part_due=True),)},
            ("fail", "old_part_due"),
        ),
        ("AUTHORISATION", {"authorised": 22000}, ("pass", "authorisation_kept")),
        ("AUTHORISATION", {"authorised": 21999}, ("fail", "authorisation_exceeded")),
        (
            "AUTHORISATION",
            {"authorised": 22000, "authorised_until": date(2026, 5, 1)},
            ("fail", "authorisation_late"),
        ),
    ],
)
def test_check(code, values, expected):
    assert result(code, **values) == expected


def test_one_date_alone_is_no_order():
    facts = kernel.ClaimFacts(date_failure=date(2026, 1, 1))
    assert kernel.check_dates(facts).result == "na"


def test_figures_name_the_dates_that_clash():
    check = kernel.check_dates(replace(GOOD, date_sale=date(2026, 5, 2)))
    assert check.figures == {
        "first": "date_sale",
        "early": date(2026, 5, 2),
        "second": "date_failure",
        "late": date(2026, 5, 1),
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (LABOUR, 9000),
        (replace(LABOUR, claimed=9001), 9000),
        (replace(LABOUR, quantity=Decimal("0.333"), claimed=5000), 1998),
        (PART, 13000),
        (replace(PART, claimed=20000), 13000),
        (replace(PART, reference=None, claimed=20000), 20000),
        # half of the cover: half of 90.00
        (replace(LABOUR, share=Decimal(50)), 4500),
        (kernel.LineFacts("travel", 777), 777),
        (kernel.LineFacts("travel", -5), 0),
    ],
)
def test_allowed(line, expected):
    assert kernel.allowed(line, GOOD) == expected


@given(
    st.sampled_from(["part", "labour", "travel"]),
    st.integers(-1000, 10**7),
    st.decimals(0, 100, places=2),
    st.integers(0, 10**6),
)
def test_allowed_is_never_above_the_claim_nor_below_zero(kind, claimed, hours, ref):
    line = kernel.LineFacts(kind, claimed, hours, ref)
    assert 0 <= kernel.allowed(line, GOOD) <= max(0, claimed)


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_later_filing_never_passes_again(first, more):
    def filed(days):
        submitted = GOOD.date_end + timedelta(days)
        return kernel.check_deadline(replace(GOOD, date_submitted=submitted)).result

    assert not (filed(first) == "fail" and filed(first + more) == "pass")
