"""Technicians and points from yearly repairs, without Odoo."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

capacity = load_kernel("aftersales_network/tools/capacity.py")
Assumptions, Span = capacity.Assumptions, capacity.Span

# The worked example of the planning practice: 2.5 h a job, 12 % second visits,
# 2,000 paid hours × 85 % present × 75 % on jobs.
WORKED = Assumptions(
    repair_hours=1.5,
    travel_hours=0.75,
    admin_hours=0.25,
    revisit_rate=0.12,
    paid_hours=2000,
    absence=0.15,
    utilisation=0.75,
)


def flat(value):
    return Span.of(value, value, value)


numbers = st.integers(0, 10**6).map(lambda n: Fraction(n, 100))


@st.composite
def spans(draw):
    return Span(*sorted((draw(numbers), draw(numbers), draw(numbers))))


def test_worked_example():
    """12,000 × 1.12 × 2.5 = 33,600 h; 33,600 / 1,275 = 26.4 → 27 people."""
    assert capacity.workload_hours(flat(12000), WORKED).mean == 33600
    assert capacity.productive_hours(WORKED) == 1275
    people = capacity.technicians(flat(12000), WORKED)
    assert round(float(people.mean), 1) == 26.4
    assert capacity.whole(people) == flat(27)


@pytest.mark.parametrize(
    ("repairs", "expected"),
    [
        (0, 0),
        (1, 1),
        # 1,275 productive hours / 2.8 h a job = 455.357 jobs a person
        (455, 1),
        (456, 2),
        # exactly 51 people: 51 × 1,275 / 2.8 = 23,223.21…; a job less is 51 too
        (23223, 51),
        (23224, 52),
    ],
)
def test_technicians_round_up_once(repairs, expected):
    found = capacity.whole(capacity.technicians(flat(repairs), WORKED))
    assert found.mean == expected


def test_whole_numbers_stay_whole():
    """0.1 + 0.2 in binary is more than 0.3; exact figures do not round it up."""
    a = Assumptions(
        repair_hours=0.1,
        travel_hours=0.2,
        admin_hours=0,
        revisit_rate=0,
        paid_hours=0.3,
        absence=0,
        utilisation=1,
    )
    assert capacity.whole(capacity.technicians(flat(7), a)).mean == 7


def test_expected_repairs_by_hand():
    """100 × 0.1 + 50 × 0.2 = 20, and 80 sold × 0.1 × half a year = 4."""
    young, old = Span.of("0.08", "0.1", "0.15"), Span.of("0.1", "0.2", "0.3")
    found = capacity.expected_repairs([(100, young), (50, old)], [(80, young)], 0.5)
    assert found.mean == 24
    assert found.low == Fraction("16.2")
    assert found.high == Fraction("36")


def test_peak_month():
    found = capacity.peak_month(flat(12000), Assumptions(seasonal_factor=2.5))
    assert found.mean == 2500


def test_points_by_capacity():
    # 4 people × 1,000 jobs = 4,000 jobs a point
    a = Assumptions(technicians_per_point=4, jobs_per_technician=1000)
    assert capacity.points_by_capacity(flat(12000), a).mean == 3
    assert capacity.points_by_capacity(flat(12001), a).mean == 4
    assert capacity.points_by_capacity(Span.of(0, 4000, 4001), a) == Span.of(0, 1, 2)


def test_points_by_cover():
    """(4 − 1) h × 40 km/h / 1.2 = 100 km; k π r² = 0.7 × 31,415.9 = 21,991 km²."""
    a = Assumptions(
        promise_hours=4, dispatch_hours=1, speed_kmh=40, detour=1.2, overlap=0.7
    )
    assert capacity.radius_km(a) == 100
    assert capacity.points_by_cover(21991, a) == 1
    assert capacity.points_by_cover(21992, a) == 2
    assert capacity.points_by_cover(180000, a) == 9
    assert capacity.points_by_cover(0, a) == 0


def test_no_time_to_travel():
    a = Assumptions(promise_hours=2, dispatch_hours=3)
    assert capacity.radius_km(a) == 0
    assert capacity.points_by_cover(1000, a) is None


def test_points_needed_take_the_largest():
    a = Assumptions(technicians_per_point=4, jobs_per_technician=1000)
    assert capacity.points_needed(flat(100), 0, 1, a) == flat(1)
    assert capacity.points_needed(flat(100), 0, 3, a) == flat(3)
    assert capacity.points_needed(Span.of(0, 4001, 9000), 0, 2, a) == Span.of(2, 2, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("utilisation", 0),
        ("utilisation", 1.01),
        ("absence", 1),
        ("absence", -0.1),
        ("paid_hours", 0),
        ("repair_hours", 0),
        ("travel_hours", -1),
        ("seasonal_factor", 0.9),
        ("technicians_per_point", 0),
        ("jobs_per_technician", 0),
        ("detour", 0.5),
        ("overlap", 0),
        ("new_unit_share", 1.5),
    ],
)
def test_impossible_figures_are_named(field, value):
    assert Assumptions(**{field: value}).find_error()[0] == field


def test_usual_figures_are_possible():
    assert Assumptions().find_error() is None
    assert WORKED.find_error() is None


def test_crossed_limits_are_refused():
    with pytest.raises(ValueError, match="enclose"):
        Span.of(2, 1, 3)


@given(spans())
def test_an_interval_stays_an_interval(repairs):
    for found in (
        capacity.peak_month(repairs, WORKED),
        capacity.technicians(repairs, WORKED),
        capacity.whole(capacity.technicians(repairs, WORKED)),
        capacity.points_by_capacity(repairs, WORKED),
        capacity.points_needed(repairs, 5000, 2, WORKED),
    ):
        assert found.low <= found.mean <= found.high


@given(spans())
def test_enough_people_and_not_one_too_many(repairs):
    people = capacity.whole(capacity.technicians(repairs, WORKED))
    hours = capacity.workload_hours(repairs, WORKED)
    assert people.mean * 1275 >= hours.mean > (people.mean - 1) * 1275


@given(spans(), spans())
def test_workload_is_additive(first, second):
    total = capacity.technicians(first + second, WORKED)
    parts = capacity.technicians(first, WORKED) + capacity.technicians(second, WORKED)
    assert total == parts


@given(numbers, numbers)
def test_more_repairs_never_need_fewer(first, second):
    low, high = sorted((first, second))
    for function in (capacity.technicians, capacity.points_by_capacity):
        assert function(flat(low), WORKED).mean <= function(flat(high), WORKED).mean


@given(st.integers(1, 9), st.floats(0.05, 0.9))
def test_better_use_never_needs_more(jobs, utilisation):
    busy = Assumptions(utilisation=round(utilisation + 0.1, 3))
    idle = Assumptions(utilisation=round(utilisation, 3))
    repairs = flat(jobs * 1000)
    people = [capacity.technicians(repairs, a).mean for a in (busy, idle)]
    assert people[0] <= people[1]
