"""Checks of a claim, without Odoo."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_checks.py")

LABOUR = kernel.LineFacts(
    "labour",
    9000,
    Decimal("1.5"),
    share=Decimal(100),
    name="Fit",
    hours_flat=Decimal("1.5"),
    operation="L1",
    operation_fits=True,
    fault_fits=True,
)
PART = kernel.LineFacts(
    "part",
    13000,
    Decimal(1),
    10000,
    share=Decimal(100),
    name="Pump",
    is_causal=True,
    model_fits=True,
)
SUBLET = kernel.LineFacts("sublet", 500, name="Welding")
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
    has_order=True,
    owner_differs=False,
    usage=Decimal(120),
    usage_limit=Decimal(1000),
    last_usage=Decimal(100),
    last_usage_on=date(2026, 2, 1),
    in_scope=True,
    in_area=True,
    certificate_gaps=(),
)
#: What does not apply to the good claim.
IDLE = {"OTHER_RATES", "SUBLET", "AUTHORISATION", "CAMPAIGN", "OLD_PART"}


def result(code, **values):
    check = kernel.CHECKS[code](replace(GOOD, **values))
    assert check.code == code
    return check.result, check.reason


def test_a_good_claim_fails_nothing():
    checks = kernel.run(GOOD)
    assert [check.code for check in checks] == list(kernel.CODES)
    assert {check.code: check.result for check in checks} == {
        code: "na" if code in IDLE else "pass" for code in kernel.CODES
    }


def test_every_check_belongs_to_one_group():
    assert set(kernel.CHECKS) == set(kernel.CODES)
    assert len(kernel.CODES) == len(set(kernel.CODES)) == 33


def test_nothing_known_breaks_no_check():
    checks = kernel.run(kernel.ClaimFacts())
    assert {check.code for check in checks if check.result == "fail"} == {
        "SERIAL",
        "SUM",
        "AGREEMENT",
    }
    assert all(check.reason == check.reason.lower() for check in checks)


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
        (
            "AGREEMENT",
            {"has_agreement": False, "needs_agreement": False},
            ("pass", "agreement_not_needed"),
        ),
        ("SALE", {"date_sale": None}, ("fail", "sale_missing")),
        ("SALE", {"date_sale": date(2026, 5, 2)}, ("fail", "sale_later")),
        ("SALE", {"date_service": date(2026, 5, 1)}, ("pass", "sale_given")),
        ("SALE", {"is_registered": False}, ("na", "sale_unknown")),
        ("OWNER", {"date_closed": date(2026, 4, 30)}, ("fail", "owner_closed")),
        ("OWNER", {"date_closed": date(2026, 5, 1)}, ("pass", "owner_same")),
        ("OWNER", {"owner_differs": True}, ("fail", "owner_other")),
        ("OWNER", {"owner_differs": None}, ("na", "owner_unknown")),
        ("PART_COVER", {"lines": (LABOUR,)}, ("na", "part_cover_unknown")),
        (
            "PART_COVER",
            {"lines": (replace(PART, share=Decimal(0)),)},
            ("fail", "part_cover_none"),
        ),
        ("USAGE_LIMIT", {"usage": Decimal(1000)}, ("pass", "usage_limit_kept")),
        ("USAGE_LIMIT", {"usage": Decimal("1000.01")}, ("fail", "usage_limit_over")),
        ("USAGE_LIMIT", {"usage": None}, ("fail", "usage_limit_unread")),
        ("USAGE_LIMIT", {"usage_limit": None}, ("na", "usage_limit_none")),
        ("EXCLUSION", {"exclusion": "Misuse"}, ("fail", "exclusion_found")),
        ("EXCLUSION", {"has_order": False}, ("na", "exclusion_unknown")),
        ("CAMPAIGN", {"campaigns": ("R1",)}, ("fail", "campaign_open")),
        (
            "CAMPAIGN",
            {"campaigns": ("R1",), "in_campaign": True},
            ("pass", "campaign_claimed"),
        ),
        ("FIELDS", {"missing": ("cause",)}, ("fail", "fields_missing")),
        ("CAUSAL", {"lines": (LABOUR,)}, ("na", "causal_no_parts")),
        ("CAUSAL", {"lines": (PART, PART)}, ("fail", "causal_count")),
        (
            "CAUSAL",
            {"lines": (replace(PART, is_causal=False),)},
            ("fail", "causal_count"),
        ),
        ("REFERENCES", {"differs": ("serial",)}, ("fail", "references_differ")),
        ("REFERENCES", {"has_order": False}, ("na", "references_none")),
        ("USAGE", {"usage": Decimal(100)}, ("pass", "usage_forward")),
        ("USAGE", {"usage": Decimal("99.99")}, ("fail", "usage_backwards")),
        ("USAGE", {"last_usage": None}, ("na", "usage_unknown")),
        ("PART_SERIAL", {}, ("pass", "part_serial_once")),
        (
            "PART_SERIAL",
            {"lines": (replace(PART, removed_twice=("C7",)),)},
            ("fail", "part_serial_twice"),
        ),
        ("HOURS", {"lines": (PART,)}, ("na", "hours_unknown")),
        (
            "HOURS",
            {"lines": (replace(LABOUR, quantity=Decimal("1.51")),)},
            ("fail", "hours_over"),
        ),
        ("SUBLET", {"lines": (SUBLET,)}, ("pass", "sublet_given")),
        (
            "SUBLET",
            {"lines": (replace(SUBLET, has_invoice=False),)},
            ("fail", "sublet_missing"),
        ),
        (
            "OTHER_RATES",
            {"lines": (kernel.LineFacts("travel", 777, ceiling=777),)},
            ("pass", "other_rates"),
        ),
        (
            "OTHER_RATES",
            {"lines": (kernel.LineFacts("travel", 777, ceiling=776),)},
            ("fail", "other_over"),
        ),
        ("RATES", {}, ("pass", "rates_agreement")),
        ("RATES", {"lines": ()}, ("na", "rates_no_lines")),
        ("RATES", {"labour_rate": 0}, ("na", "rates_none")),
        ("RATES", {"has_agreement": False}, ("na", "rates_none")),
        (
            "RATES",
            {
                "has_agreement": False,
                "date_failure": None,
                "date_start": None,
                "date_end": None,
            },
            ("na", "rates_no_day"),
        ),
        (
            "RATES",
            {"lines": (LABOUR, kernel.LineFacts("travel", 777))},
            ("na", "rates_none"),
        ),
        # A table that sets no limit was asked all the same.
        (
            "RATES",
            {"lines": (LABOUR, kernel.LineFacts("travel", 777, has_rates=True))},
            ("pass", "rates_table"),
        ),
        ("RATES", {"lines": (LABOUR, SUBLET)}, ("na", "rates_none")),
        (
            "RATES",
            {"lines": (LABOUR, replace(SUBLET, claimed=0))},
            ("pass", "rates_agreement"),
        ),
        (
            "PART_FIT",
            {"lines": (PART, replace(PART, model_fits=False))},
            ("fail", "part_fit_wrong"),
        ),
        (
            "PART_FIT",
            {"lines": (replace(PART, model_fits=None),)},
            ("na", "part_fit_unknown"),
        ),
        (
            "OPERATION_FIT",
            {"lines": (replace(LABOUR, operation_fits=False),)},
            ("fail", "operation_fit_wrong"),
        ),
        (
            "FAULT_FIT",
            {"lines": (replace(LABOUR, fault_fits=False),)},
            ("fail", "fault_fit_wrong"),
        ),
        ("OVERLAP", {"lines": (LABOUR, LABOUR)}, ("fail", "overlap_found")),
        (
            "OVERLAP",
            {
                "lines": (
                    replace(LABOUR, includes=frozenset(["L2"])),
                    replace(LABOUR, operation="L2"),
                )
            },
            ("fail", "overlap_found"),
        ),
        (
            "OVERLAP",
            {"lines": (replace(LABOUR, includes=frozenset(["L1"])),)},
            ("pass", "overlap_none"),
        ),
        ("OVERLAP", {"lines": (PART,)}, ("na", "overlap_unknown")),
        (
            "CERTIFICATE",
            {"certificate_gaps": ("no A",)},
            ("fail", "certificate_missing"),
        ),
        ("CERTIFICATE", {"certificate_gaps": None}, ("na", "certificate_unknown")),
        ("SCOPE", {"in_scope": False}, ("fail", "scope_outside")),
        ("SCOPE", {"in_scope": None}, ("na", "scope_unknown")),
        ("AREA", {"in_area": False}, ("fail", "area_outside")),
        ("AREA", {"in_area": None}, ("na", "area_unknown")),
        (
            "OLD_PART",
            {"lines": (replace(PART, part_share=Decimal(0)),)},
            ("fail", "old_part_cut"),
        ),
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
        # what the rate table pays for the line counts before the agreement's rate
        (replace(LABOUR, ceiling=8000), 8000),
        (replace(LABOUR, ceiling=8000, share=Decimal(50)), 8000),
        # hours above the flat-rate hours are not paid
        (replace(LABOUR, quantity=Decimal(9), claimed=54000), 9000),
        # no fault found: the inspection leaves a third, half up
        (replace(PART, part_share=Decimal("33.35")), 4336),
        (replace(PART, part_share=Decimal(0)), 0),
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


@given(st.integers(0, 10**9), st.decimals(0, 100, places=2))
def test_a_share_leaves_between_nothing_and_all(amount, share):
    left = kernel.left_of(amount, share)
    assert 0 <= left <= amount
    assert abs(left * 10000 - amount * int(share * 100)) <= 5000


def test_what_no_rate_is_about_is_named_once():
    travel = kernel.LineFacts("travel", 777, name="Travel")
    facts = replace(GOOD, lines=(LABOUR, travel, travel))
    figures = kernel.CHECKS["RATES"](facts).figures
    assert figures == {"day": date(2026, 5, 3), "names": "Travel"}
