"""Cover of a unit's components, without Odoo."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/cover.py")

SALE = date(2026, 1, 31)
FACTS = kernel.CoverFacts(date_invoice=SALE)
days = st.integers(0, 2500).map(lambda offset: date(2024, 1, 1) + timedelta(offset))
shares = st.integers(0, 10000).map(lambda value: Decimal(value) / 100)


def term(component="whole_unit", months=12, **values):
    return kernel.Term(component, months, **values)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        # the same number in the month of the end
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        # 31 January + 1 month: February has 28 days in 2026
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        # and 29 in 2028
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        # 29 February + 12 months
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        # 30 November + 3 months
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 8, 31), 0, date(2026, 8, 31)),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(start, months, end):
    assert kernel.add_months(start, months) == end


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(0, 0), (-5, 0), (1, 1), (24, 1), (24.01, 2), (48, 2), (120.5, 6)],
)
def test_repair_days_round_up_per_repair(hours, expected):
    start = datetime(2026, 3, 1, 8)
    assert kernel.days_between(start, start + timedelta(hours=hours)) == expected


def test_the_day_of_a_moment_is_that_of_the_company():
    late = datetime(2026, 3, 1, 17)
    assert kernel.local_date(late, "Asia/Shanghai") == date(2026, 3, 2)
    assert kernel.local_date(late, None) == date(2026, 3, 1)
    assert kernel.local_date(None, "Asia/Shanghai") is None


def test_repair_days_without_dates_are_zero():
    assert kernel.days_between(None, datetime(2026, 1, 1)) == 0
    assert kernel.days_between(datetime(2026, 1, 1), None) == 0


@pytest.mark.parametrize(
    ("on_date", "share", "reason"),
    [
        (date(2026, 1, 30), 0, "not_started"),
        (date(2026, 1, 31), 100, "covered"),
        (date(2027, 1, 31), 100, "covered"),
        (date(2027, 2, 1), 0, "expired"),
    ],
)
def test_both_ends_are_inside(on_date, share, reason):
    answer = kernel.cover(term(), FACTS, on_date)
    assert (answer.share, answer.reason) == (share, reason)
    assert (answer.date_start, answer.date_end) == (SALE, date(2027, 1, 31))


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("invoice", date(2026, 1, 31)),
        ("delivery", date(2026, 2, 3)),
        ("installation", date(2026, 2, 10)),
        # built 2025-10-01, 90 days on: 31-1=30, +30 (Nov), +30 (Dec) -> 30 December
        ("factory", date(2025, 12, 30)),
    ],
)
def test_start_basis(basis, expected):
    facts = kernel.CoverFacts(
        date_invoice=SALE,
        date_delivery=date(2026, 2, 3),
        date_installation=date(2026, 2, 10),
        date_factory=date(2025, 10, 1),
    )
    assert kernel.start_date(term(basis=basis, factory_days=90), facts) == expected


@pytest.mark.parametrize("basis", ["delivery", "installation", "factory"])
def test_an_unknown_basis_falls_back_to_the_invoice(basis):
    assert kernel.start_date(term(basis=basis), FACTS) == SALE


def test_without_any_date_there_is_no_cover():
    answer = kernel.cover(term(), kernel.CoverFacts(), SALE)
    assert (answer.share, answer.reason, answer.date_end) == (0, "no_start", None)


def test_repair_and_waiting_run_the_period_on():
    facts = kernel.CoverFacts(date_invoice=SALE, repair_days=10, waiting_days=5)
    # 31 January 2027 + 15 days
    assert kernel.end_date(term(), facts) == date(2027, 2, 15)
    assert kernel.end_date(term(extends=False), facts) == date(2027, 1, 31)


def test_an_exchange_restarts_the_period():
    facts = kernel.CoverFacts(date_invoice=SALE, date_restart=date(2026, 6, 1))
    assert kernel.end_date(term(), facts) == date(2027, 6, 1)


def test_a_returned_unit_has_no_cover():
    facts = kernel.CoverFacts(date_invoice=SALE, date_closed=date(2026, 5, 1))
    assert kernel.cover(term(), facts, date(2026, 4, 30)).reason == "covered"
    assert kernel.cover(term(), facts, date(2026, 5, 1)).reason == "closed"


def test_usage_limit_whichever_first():
    limited = term(usage_limit=Decimal(5000))
    on_date = date(2026, 6, 1)
    assert kernel.cover(limited, FACTS, on_date, Decimal(5000)).reason == "covered"
    assert kernel.cover(limited, FACTS, on_date, Decimal(5001)).reason == "usage"
    assert kernel.cover(limited, FACTS, on_date).reason == "covered"


def test_the_most_exact_term_answers():
    terms = [
        term(months=12, key="unit"),
        term("part", 24, key="parts"),
        term("part", 36, categ_ids=frozenset([7]), key="category"),
        term("part", 3, part_id=5, key="wear"),
        term("labour", 6, share=Decimal(50), key="labour"),
    ]

    def best(component, **values):
        return kernel.best_cover(terms, FACTS, date(2026, 2, 1), component, **values)

    assert best("part", part_id=5, categ_ids=[7]).key == "wear"
    assert best("part", part_id=6, categ_ids=[7]).key == "category"
    assert best("part", part_id=6).key == "parts"
    assert (best("labour").key, best("labour").share) == ("labour", 50)
    # travel has no term of its own: the whole unit answers
    assert best("travel").key == "unit"
    # a worn-out wear part is not saved by the longer general term
    late = kernel.best_cover(terms, FACTS, date(2026, 6, 1), "part", part_id=5)
    assert (late.key, late.reason) == ("wear", "expired")


def test_without_a_term_nothing_is_covered():
    answer = kernel.best_cover([term("labour")], FACTS, SALE, "travel")
    assert (answer.share, answer.reason) == (0, "no_term")


def test_among_equals_the_better_term_answers():
    terms = [term(months=12, share=Decimal(50)), term(months=6, key="promise")]
    assert kernel.best_cover(terms, FACTS, date(2026, 2, 1), "labour").key == "promise"
    assert kernel.best_cover(terms, FACTS, date(2026, 10, 1), "labour").share == 50


@pytest.mark.parametrize(
    ("amount", "share", "expected"),
    [
        (10000, Decimal(100), (10000, 0)),
        (10000, Decimal(0), (0, 10000)),
        (101, Decimal(50), (51, 50)),  # 50.5 rounds up
        (999, Decimal("33.33"), (333, 666)),  # 332.9667
        (-101, Decimal(50), (-51, -50)),
    ],
)
def test_split(amount, share, expected):
    assert kernel.split(amount, share) == expected


@given(st.integers(-(10**12), 10**12), shares)
def test_split_always_sums_up(amount, share):
    warranty, customer = kernel.split(amount, share)
    assert warranty + customer == amount
    assert abs(warranty) <= abs(amount)


@given(days, days, st.integers(0, 60), st.integers(0, 400), st.integers(0, 400))
def test_a_longer_repair_never_shortens_cover(sale, on_date, months, first, more):
    item = term(months=months)
    short = kernel.CoverFacts(date_invoice=sale, repair_days=first)
    long = kernel.CoverFacts(date_invoice=sale, repair_days=first + more)
    before = kernel.cover(item, short, on_date)
    after = kernel.cover(item, long, on_date)
    assert after.date_end >= before.date_end
    assert after.share >= before.share


@given(days, st.integers(0, 60), days, st.integers(1, 900))
def test_a_later_date_never_brings_cover_back(sale, months, on_date, later):
    facts = kernel.CoverFacts(date_invoice=sale, date_closed=date(2026, 1, 1))
    first = kernel.cover(term(months=months), facts, on_date)
    second = kernel.cover(term(months=months), facts, on_date + timedelta(later))
    if first.reason in ("expired", "closed"):
        assert second.reason in ("expired", "closed")


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_more_months_never_end_earlier(sale, months, more):
    facts = kernel.CoverFacts(date_invoice=sale)
    early = kernel.end_date(term(months=months), facts)
    assert kernel.end_date(term(months=months + more), facts) >= early


LEGAL = kernel.Legal(SALE, date(2027, 1, 31), key="rule")
answers = st.builds(
    kernel.Cover,
    share=shares,
    date_start=st.just(SALE),
    date_end=st.none() | days,
    reason=st.just("covered"),
)


def test_the_better_of_promise_and_law():
    day = date(2026, 6, 1)

    def best(promise, legal=LEGAL, on_date=day, usage=None):
        answer = kernel.cover(promise, FACTS, on_date, usage)
        found = kernel.better(answer, [legal] if legal else [], FACTS, on_date, usage)
        return found.share, found.date_end, found.basis

    # the law gives all, the promise half
    half = term("labour", 24, share=Decimal(50))
    assert best(half) == (100, date(2027, 1, 31), "law")
    # after the legal year the half is what is left
    assert best(half, on_date=date(2027, 2, 1)) == (50, date(2028, 1, 31), "promise")
    # the promise lasts longer
    assert best(term(months=24)) == (100, date(2028, 1, 31), "promise")
    # both the same: the promise is named
    assert best(term(months=12)) == (100, date(2027, 1, 31), "promise")
    # both over: the later end is told
    assert best(term(months=6), on_date=date(2028, 1, 1)) == (
        0,
        date(2027, 1, 31),
        "law",
    )
    # a silent law leaves the promise
    assert best(term(months=6), None, date(2026, 2, 1))[2] == "promise"


def test_the_usage_limit_of_the_law_counts():
    legal = kernel.Legal(SALE, date(2029, 1, 31), Decimal(60000), "rule")
    day = date(2026, 6, 1)
    promise = kernel.cover(term(months=3), FACTS, day)
    assert kernel.better(promise, [legal], FACTS, day, Decimal(60000)).share == 100
    beyond = kernel.better(promise, [legal], FACTS, day, Decimal(60001))
    assert (beyond.share, beyond.reason) == (0, "usage")


def test_a_shorter_period_without_limit_holds_when_the_longest_is_used_up():
    limited = kernel.Legal(SALE, date(2029, 1, 31), Decimal(60000), "limited")
    plain = kernel.Legal(SALE, date(2028, 1, 31), None, "plain")
    day = date(2026, 6, 1)
    promise = kernel.cover(term(months=3), FACTS, day)
    found = kernel.better(promise, [limited, plain], FACTS, day, Decimal(70000))
    assert (found.share, found.key) == (100, "plain")


def test_a_closed_unit_has_no_legal_cover():
    facts = kernel.CoverFacts(date_invoice=SALE, date_closed=date(2026, 5, 1))
    answer = kernel.legal_answer(LEGAL, facts, date(2026, 5, 1))
    assert (answer.share, answer.reason) == (0, "closed")


def test_an_excluded_part_is_not_covered_whatever_else_is():
    terms = [
        term("part", 24),
        kernel.Term("part", 0, part_id=5, is_excluded=True),
        kernel.Term("part", 0, categ_ids=frozenset([9]), is_excluded=True),
        term("part", 36, part_id=7),
    ]

    def reason(part_id, categ_ids=()):
        return kernel.best_cover(
            terms, FACTS, date(2026, 2, 1), "part", part_id, categ_ids
        ).reason

    assert reason(5) == "excluded"
    assert reason(6, [9]) == "excluded"
    assert reason(6) == "covered"
    # a part that is named beats the exclusion of its category
    assert reason(7, [9]) == "covered"


def test_which_parts_are_wear_parts():
    terms = [
        term(months=12),
        term("part", 3, categ_ids=frozenset([9]), is_wear=True),
        term("part", 24, part_id=5),
    ]
    assert kernel.is_wear(terms, 6, [9])
    assert not kernel.is_wear(terms, 5, [9])
    assert not kernel.is_wear(terms, 6)
    assert not kernel.is_wear([], 6)


def test_the_last_of_several_days():
    assert kernel.last_day(None, SALE, date(2025, 1, 1)) == SALE
    assert kernel.last_day(None) is None


@given(
    promise=answers,
    end=days,
    day=days,
    limit=st.none() | st.integers(0, 100).map(Decimal),
    usage=st.none() | st.integers(0, 100).map(Decimal),
)
def test_no_promise_worsens_the_law(promise, end, day, limit, usage):
    legal = kernel.Legal(SALE, end, limit)
    law = kernel.legal_answer(legal, FACTS, day, usage)
    found = kernel.better(promise, [legal], FACTS, day, usage)
    assert found.share >= law.share
    assert found.share >= promise.share


@given(
    months=st.integers(0, 60),
    share=shares,
    end=days,
    day=days,
    repair=st.integers(0, 200),
    longer=st.integers(0, 200),
)
def test_nor_does_it_shorten_the_better_of_the_two(
    months, share, end, day, repair, longer
):
    def best(extra):
        facts = kernel.CoverFacts(date_invoice=SALE, repair_days=repair + extra)
        legal = kernel.Legal(SALE, end + timedelta(repair + extra))
        promise = kernel.cover(term(months=months, share=share), facts, day)
        return kernel.better(promise, [legal], facts, day)

    before, after = best(0), best(longer)
    assert after.share >= before.share
    if after.share == before.share:
        assert after.date_end >= before.date_end
