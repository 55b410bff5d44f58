"""Traffic lights and incentives of key figures, without Odoo."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/kpi.py")
ScoringError = load_kernel("aftersales_evaluation/tools/scoring.py").ScoringError

CAP = kernel.CAP
Goal = kernel.Goal
Pay = kernel.Pay
check_goal = kernel.check_goal
incentive = kernel.incentive
pick_goal = kernel.pick_goal
read = kernel.read
round_half_up = kernel.round_half_up
sum_pairs = kernel.sum_pairs

counts = st.integers(min_value=0, max_value=10**6)
targets = st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2)


@pytest.mark.parametrize(
    ("pair", "status", "value", "share"),
    [
        ((95, 100), "ok", 95, 1),
        ((94, 100), "warning", 94, Fraction(94, 95)),
        ((90, 100), "warning", 90, Fraction(90, 95)),
        ((89, 100), "missed", 89, Fraction(89, 95)),
        ((0, 100), "missed", 0, 0),
        ((100, 100), "ok", 100, Fraction(100, 95)),
    ],
)
def test_more_is_better(pair, status, value, share):
    reading = read(*pair, 100, "up", Goal(95, 90))
    assert (reading.status, reading.value, reading.attainment) == (status, value, share)


@pytest.mark.parametrize(
    ("pair", "status", "share"),
    [
        ((3, 100), "ok", 1),
        ((4, 100), "warning", Fraction(3, 4)),
        ((5, 100), "warning", Fraction(3, 5)),
        ((6, 100), "missed", Fraction(1, 2)),
        ((0, 100), "ok", CAP),
    ],
)
def test_less_is_better(pair, status, share):
    reading = read(*pair, 100, "down", Goal(3, 5))
    assert (reading.status, reading.attainment) == (status, share)


def test_a_target_of_zero_where_less_is_better_is_reached_by_zero_only():
    assert read(0, 10, 100, "down", Goal(0)).status == "ok"
    assert read(0, 10, 100, "down", Goal(0)).attainment == 1
    assert read(1, 10, 100, "down", Goal(0)).status == "missed"
    assert read(1, 10, 100, "down", Goal(0)).attainment == 0
    assert read(1, 10, 100, "down", Goal(0, 10)).status == "warning"


def test_no_case_is_never_a_figure():
    for pair, reason in (
        ((None, None), "not_available"),
        ((0, 0), "no_activity"),
        ((9, 9), "small_sample"),
    ):
        reading = read(*pair, 100, "up", Goal(95), min_sample=10)
        assert (reading.status, reading.reason) == ("na", reason)
        assert reading.value is None and reading.attainment is None
        assert not reading.is_rated


def test_without_target_there_is_a_figure_but_no_light():
    reading = read(1, 2, 100, "up")
    assert (reading.status, reading.value, reading.is_rated) == ("no_target", 50, False)


def test_more_is_better_up_to_a_limit():
    goal = Goal(70, 60, 85)
    for pair, status in (
        ((85, 100), "ok"),
        ((86, 100), "warning"),
        ((70, 100), "ok"),
        ((59, 100), "missed"),
    ):
        assert read(*pair, 100, "up", goal).status == status


@pytest.mark.parametrize(
    ("goal", "direction", "fault"),
    [
        (Goal(0), "up", "target"),
        (Goal(-1), "up", "target"),
        (Goal(-1), "down", "target"),
        (Goal(0), "down", None),
        (Goal(95, 96), "up", "warning"),
        (Goal(3, 2), "down", "warning"),
        (Goal(95, 90), "up", None),
        (Goal(3, 5), "down", None),
        (Goal(70, 60, 69), "up", "limit"),
        (Goal(70, 60, 85), "up", None),
    ],
)
def test_goals_that_make_no_sense(goal, direction, fault):
    assert check_goal(goal, direction) == fault


@given(counts, st.integers(min_value=1, max_value=10**6), targets)
def test_the_light_and_the_attainment_agree(num, den, target):
    for direction in ("up", "down"):
        reading = read(num, den, 100, direction, Goal(target))
        assert 0 <= reading.attainment <= CAP
        assert (reading.status == "ok") == (reading.attainment >= 1)


@given(st.lists(st.tuples(counts, counts)))
def test_sums_do_not_depend_on_the_order(pairs):
    assert sum_pairs(pairs) == sum_pairs(reversed(pairs))
    assert sum_pairs(pairs) == tuple(map(sum, zip(*pairs, strict=True))) or not pairs


def test_sums_carry_no_binary_noise():
    assert sum_pairs([(0.1, 1), (0.2, 1)]) == (Decimal("0.3"), 2)


def test_the_nearest_goal_counts():
    goals = {"company": 1, 7: 2, None: 0}
    assert pick_goal(goals, [9, 7, "company", None]) == 2
    assert pick_goal(goals, [9, "company", None]) == 1
    assert pick_goal({}, [9, "company", None]) is None


@pytest.mark.parametrize(
    ("pay", "reading", "amount"),
    [
        (Pay("fixed", "ok", 500), ("ok", 1, 95, 95), "500.00"),
        (Pay("fixed", "ok", 500), ("warning", Fraction(94, 95), 94, 95), "0.00"),
        (Pay("fixed", "missed", -200), ("missed", Fraction(1, 2), 47, 95), "-200.00"),
        (Pay("fixed", "not_ok", -50), ("warning", Fraction(94, 95), 94, 95), "-50.00"),
        (
            Pay("attainment", "attained", 1000, 80),
            ("missed", Fraction(4, 5), 76, 95),
            "800.00",
        ),
        (
            Pay("attainment", "attained", 1000, 81),
            ("missed", Fraction(4, 5), 76, 95),
            0,
        ),
        (Pay("excess", "ok", 100), ("ok", Fraction(98, 95), 98, 95), "300.00"),
        (Pay("excess", "ok", 100, 0, 250), ("ok", Fraction(98, 95), 98, 95), "250.00"),
        (Pay("excess", "ok", -100, 0, 250), ("ok", 1, 98, 95), "-250.00"),
        (Pay("fixed", "ok", 500), ("na", None, None, None), 0),
    ],
)
def test_incentives(pay, reading, amount):
    assert incentive(pay, *reading, "up") == Decimal(amount)


def test_excess_counts_downwards_where_less_is_better():
    pay = Pay("excess", "ok", 100)
    assert incentive(pay, "ok", 1, Fraction(5, 2), 3, "down") == Decimal("50.00")


def test_an_unknown_formula_pays_nothing_silently():
    with pytest.raises(ScoringError):
        incentive(Pay("magic", "ok", 1), "ok", 1, 1, 1, "up")


def test_rounding_half_up():
    assert round_half_up(Fraction(5, 1000)) == Decimal("0.01")
    assert round_half_up(Fraction(-5, 1000)) == Decimal("-0.01")
