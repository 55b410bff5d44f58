"""The certified-manager rule and the certificate arithmetic, without Odoo."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

ratio = load_kernel("aftersales_training/tools/ratio.py")
certificates = load_kernel("aftersales_training/tools/certificates.py")

START = date(2026, 1, 1)
TENTH = Fraction(1, 10)
RULES = [ratio.Rule(None, TENTH)]
days = st.integers(0, 400).map(lambda offset: START + timedelta(offset))
rates = st.fractions(min_value=Fraction(1, 1000), max_value=1)


@st.composite
def intervals(draw):
    first = draw(st.none() | days)
    last = draw(st.none() | days)
    return ratio.Interval(draw(st.integers(1, 8)), first, last)


courses = st.lists(intervals(), max_size=25)


@pytest.mark.parametrize(
    ("managers", "rate", "expected"),
    [
        (30, "0.1", 3),
        (31, "0.1", 4),
        (29, "0.1", 3),
        (10, "0.1", 1),
        (1, "0.1", 1),
        (0, "0.1", 0),
        (70, "0.07", 5),
        (71, "0.07", 5),
        (72, "0.07", 6),
        (3, 1, 3),
        (100, Decimal("0.29"), 29),
        (50_000, Fraction(1, 3), 16_667),
    ],
)
def test_required_heads(managers, rate, expected):
    assert ratio.required_heads(managers, rate) == expected


def test_minimum_is_a_setting():
    assert ratio.required_heads(0, "0.1", 3) == 0, "nobody needs nobody"
    assert ratio.required_heads(1, "0.1", 0) == 1
    assert ratio.required_heads(5, "0.1", 3) == 3
    assert ratio.required_heads(40, "0.1", 3) == 4


@pytest.mark.parametrize("rate", [0.1, None, True])
def test_inexact_rate_is_refused(rate):
    with pytest.raises(TypeError, match="must be exact"):
        ratio.exact_rate(rate)


@pytest.mark.parametrize("rate", ["0", "-0.1", "1.01", 2])
def test_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        ratio.exact_rate(rate)


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        ratio.required_heads(-1, "0.1")
    with pytest.raises(ValueError, match="cannot be negative"):
        ratio.required_heads(1, "0.1", -1)


@given(st.integers(1, 10_000))
def test_stored_percentage_is_exact(hundredths):
    as_float = hundredths / 100
    assert ratio.percent_to_rate(as_float) == Fraction(hundredths, 10_000)


@given(st.integers(0, 10**6), rates)
def test_required_is_the_smallest_enough(managers, rate):
    heads = ratio.required_heads(managers, rate, 0)
    assert Fraction(heads) >= rate * managers
    assert heads == 0 or Fraction(heads - 1) < rate * managers


@given(st.integers(0, 10**4), st.integers(0, 10**4), rates, st.integers(0, 5))
def test_more_managers_never_need_fewer(managers, more, rate, minimum):
    low = ratio.required_heads(managers, rate, minimum)
    assert low >= minimum or not managers
    assert low <= ratio.required_heads(managers + more, rate, minimum)


def test_shortfall_and_share():
    assert ratio.shortfall(2, 5) == 3
    assert ratio.shortfall(7, 5) == 0
    assert ratio.share(1, 3) == Fraction(1, 3)
    assert ratio.share(0, 0) is None


def test_one_person_in_two_roles_counts_once():
    managers = [
        ratio.Interval("an", date(2026, 1, 1)),
        ratio.Interval("an", date(2026, 3, 1), date(2026, 6, 30)),
        ratio.Interval("bo", None, date(2026, 2, 28)),
    ]
    held = [
        ratio.Interval("an", date(2026, 2, 1), date(2026, 4, 30)),
        ratio.Interval("an", date(2026, 4, 1), date(2026, 5, 31)),
        ratio.Interval("no manager", date(2026, 1, 1)),
    ]
    point, heads, holders = ratio.figures_on(managers, held, date(2026, 2, 28), TENTH)
    assert (point.managers, point.holders, point.required) == (2, 1, 1)
    assert heads == {"an", "bo"}
    assert holders == {"an"}
    course = ratio.forecast(managers, held, START, date(2026, 12, 31), RULES)
    assert [(p.day, p.managers, p.holders) for p in course] == [
        (date(2026, 1, 1), 2, 0),
        (date(2026, 2, 1), 2, 1),
        (date(2026, 3, 1), 1, 1),
        (date(2026, 6, 1), 1, 0),
    ]
    assert ratio.falls_under(course) == [date(2026, 1, 1), date(2026, 6, 1)]
    assert ratio.value_on(course, date(2026, 5, 31)).holders == 1
    assert ratio.value_on(course, date(2025, 12, 31)) is None


def test_nobody():
    (point,) = ratio.forecast([], [], START, START, RULES)
    assert (point.managers, point.holders, point.required) == (0, 0, 0)
    assert point.shortfall == 0


def test_inverted_interval_never_counts():
    backwards = ratio.Interval("an", date(2026, 3, 1), date(2026, 2, 1))
    course = ratio.forecast([backwards], [], START, date(2026, 12, 31), RULES)
    assert [p.managers for p in course] == [0]


@given(courses, courses, st.integers(0, 300), st.integers(0, 120))
def test_forecast_agrees_with_counting_day_by_day(managers, held, offset, length):
    first = START + timedelta(offset)
    last = first + timedelta(length)
    course = ratio.forecast(managers, held, first, last, RULES)
    assert course[0].day == first
    assert all(first <= point.day <= last for point in course)
    for shift in range(length + 1):
        day = first + timedelta(shift)
        expected, heads, holders = ratio.figures_on(managers, held, day, TENTH)
        found = ratio.value_on(course, day)
        assert (found.managers, found.holders) == (expected.managers, expected.holders)
        assert found.required == expected.required
        assert holders <= heads


@given(courses, courses)
def test_order_and_repetition_do_not_matter(managers, held):
    last = START + timedelta(400)
    course = ratio.forecast(managers, held, START, last, RULES)
    again = ratio.forecast(managers[::-1] * 2, held[::-1], START, last, RULES)
    assert course == again


@given(courses, courses)
def test_falls_under_alternates(managers, held):
    course = ratio.forecast(managers, held, START, START + timedelta(400), RULES)
    found = ratio.falls_under(course)
    assert found == sorted(set(found))
    for day in found:
        assert ratio.value_on(course, day).shortfall > 0
        before = ratio.value_on(course, day - timedelta(1))
        assert before is None or before.shortfall == 0


@st.composite
def schedules(draw):
    """Rules in the order of their days, with every way to treat a leave."""
    starts = sorted(draw(st.sets(days, max_size=4)))
    modes = st.sampled_from(["both", "managers", "neither"])
    return [
        ratio.Rule(None, TENTH, 1, draw(modes)),
        *[
            ratio.Rule(day, draw(rates), draw(st.integers(0, 3)), draw(modes))
            for day in starts
        ],
    ]


def test_rule_of_a_day():
    second = ratio.Rule(date(2026, 6, 1), Fraction(1, 5), 2)
    rules = [ratio.DEFAULT_RULE, second]
    assert ratio.rule_on(rules, date(2026, 5, 31)) == ratio.DEFAULT_RULE
    assert ratio.rule_on(rules, date(2026, 6, 1)) == second
    assert ratio.rule_on([], START) == ratio.DEFAULT_RULE


def test_new_rate_is_a_step_of_the_course():
    managers = [ratio.Interval(n, None) for n in range(30)]
    held = [ratio.Interval(n, None) for n in range(3)]
    rules = [ratio.DEFAULT_RULE, ratio.Rule(date(2026, 6, 1), Fraction(1, 5))]
    course = ratio.forecast(managers, held, START, date(2026, 12, 31), rules)
    assert [(p.day, p.required) for p in course] == [
        (START, 3),
        (date(2026, 6, 1), 6),
    ]
    assert ratio.falls_under(course) == [date(2026, 6, 1)]


def test_leave_is_taken_out():
    row = ratio.Interval("an", date(2026, 1, 1), date(2026, 12, 31))
    leave = ratio.Interval("an", date(2026, 3, 1), date(2026, 4, 30))
    open_end = ratio.Interval("an", date(2026, 12, 1))
    other = ratio.Interval("bo", date(2026, 1, 1))
    assert ratio.without([row, other], [leave, open_end]) == [
        ratio.Interval("an", date(2026, 1, 1), date(2026, 2, 28)),
        ratio.Interval("an", date(2026, 5, 1), date(2026, 11, 30)),
        other,
    ]
    assert ratio.without([row], [ratio.Interval("an")]) == []


@given(courses, courses, schedules(), st.integers(0, 400))
def test_leave_agrees_with_counting_one_day(rows, absences, rules, offset):
    day = START + timedelta(offset)
    modes = {"neither"}
    away = {row.person for row in absences if row.covers(day)}
    if ratio.rule_on(rules, day).absence not in modes:
        away = set()
    left = ratio.without(rows, ratio.absences_under(absences, rules, modes))
    here = {row.person for row in left if row.covers(day)}
    inverted = {
        row.person for row in absences if row.start and row.end and row.end < row.start
    }
    expected = {row.person for row in rows if row.covers(day)} - away
    assert {p for p in here if p not in inverted} == {
        p for p in expected if p not in inverted
    }


@given(courses, courses, schedules(), st.integers(0, 200))
def test_forecast_follows_the_rules(managers, held, rules, length):
    last = START + timedelta(length)
    course = ratio.forecast(managers, held, START, last, rules)
    for shift in range(0, length + 1, 7):
        day = START + timedelta(shift)
        rule = ratio.rule_on(rules, day)
        expected, _heads, _holders = ratio.figures_on(
            managers, held, day, rule.rate, rule.minimum
        )
        found = ratio.value_on(course, day)
        assert (found.managers, found.holders, found.required) == (
            expected.managers,
            expected.holders,
            expected.required,
        )


def test_month_ends():
    assert ratio.month_end(date(2024, 2, 3)) == date(2024, 2, 29)
    assert ratio.month_end(date(2026, 12, 31)) == date(2026, 12, 31)
    assert ratio.month_ends(date(2026, 11, 30), 3) == [
        date(2026, 11, 30),
        date(2026, 12, 31),
        date(2027, 1, 31),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" cgcc-2026 / 001 ", "CGCC2026001"),
        ("ＣＧＣＣ２０２６００１", "CGCC2026001"),
        ("售后-第 7 号", "售后第7号"),
        ("--", ""),
        (None, ""),
    ],
)
def test_normalise_number(raw, expected):
    assert certificates.normalise_number(raw) == expected


@given(st.text())
def test_normalising_twice_changes_nothing(raw):
    once = certificates.normalise_number(raw)
    assert certificates.normalise_number(once) == once


@pytest.mark.parametrize(
    ("issued", "months", "expected"),
    [
        (date(2026, 1, 1), 36, date(2028, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 15), 12, date(2027, 3, 14)),
        (date(2026, 3, 15), 0, None),
        (None, 36, None),
    ],
)
def test_expiry(issued, months, expected):
    assert certificates.expiry_of(issued, months) == expected


def test_validity_includes_both_ends_but_not_the_revocation():
    issued, expiry = date(2026, 1, 1), date(2026, 12, 31)
    assert certificates.is_valid_on(issued, issued, expiry)
    assert certificates.is_valid_on(expiry, issued, expiry)
    assert not certificates.is_valid_on(expiry + timedelta(1), issued, expiry)
    assert not certificates.is_valid_on(issued - timedelta(1), issued, expiry)
    assert certificates.is_valid_on(date(2050, 1, 1), issued, None)
    revoked = date(2026, 6, 1)
    assert not certificates.is_valid_on(revoked, issued, expiry, revoked)
    assert certificates.is_valid_on(revoked - timedelta(1), issued, expiry, revoked)
    assert not certificates.is_valid_on(issued, None, expiry)


@pytest.mark.parametrize(
    ("left", "expected"),
    [(91, 0), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (0, 30), (-1, 0)],
)
def test_reminder_step(left, expected):
    assert certificates.reminder_step(START, START + timedelta(left)) == expected


def test_no_expiry_no_reminder():
    assert certificates.reminder_step(START, None) == 0


def test_missing_qualifications():
    requirements = [("a", {1, 2}), ("b", {3}), ("c", {4})]
    assert certificates.missing_qualifications(requirements, {2, 4}) == ["b"]
    assert certificates.missing_qualifications(requirements, set()) == ["a", "b", "c"]
    assert certificates.missing_qualifications([], {1}) == []
