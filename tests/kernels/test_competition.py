"""Totals, ties and ranks of a competition, without Odoo."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

competition = load_kernel("aftersales_training/tools/competition.py")

shares = st.fractions(min_value=0, max_value=1, max_denominator=50)
results = st.dictionaries(
    st.integers(1, 30), st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=25
)


def test_points_are_taken_as_typed():
    assert competition.exact(0.1) + competition.exact(0.2) == Fraction(3, 10)
    assert competition.exact(7) == 7


def test_mean_over_judges():
    assert competition.mean([8.0, 9.0, 9.5]) == Fraction(53, 6)
    assert competition.mean([]) is None


def test_total_weighs_the_shares():
    disciplines = [("theory", 100, 1.0), ("practice", 40, 3.0)]
    points = {"theory": [80.0, 90.0], "practice": [30.0]}
    result, found = competition.total(disciplines, points)
    assert found == {"theory": Fraction(17, 20), "practice": Fraction(3, 4)}
    # (0.85 × 1 + 0.75 × 3) / 4
    assert result == Fraction(310, 4)


def test_nothing_to_weigh():
    assert competition.total([], {}) == (0, {})
    assert competition.total([("a", 10, 0.0)], {"a": [5.0]})[0] == 0
    assert competition.total([("a", 10, 1.0)], {})[0] == 0


@pytest.mark.parametrize(
    ("given_results", "expected"),
    [
        ({}, {}),
        ({"a": (5,), "b": (5,), "c": (4,)}, {"a": 1, "b": 1, "c": 3}),
        (
            {"a": (5,), "b": (4,), "c": (4,), "d": (1,)},
            {"a": 1, "b": 2, "c": 2, "d": 4},
        ),
        # Equal totals, decided by the practice.
        ({"a": (5, 1), "b": (5, 2), "c": (5, 2)}, {"a": 3, "b": 1, "c": 1}),
    ],
)
def test_ranks(given_results, expected):
    assert competition.ranks(given_results) == expected


def test_a_third_is_no_tie_breaker_by_rounding():
    third = competition.mean([3.33, 3.33, 3.34])
    assert third == Fraction(10, 3)
    rows = {"a": (third,), "b": (Fraction(10, 3),)}
    assert competition.ranks(rows) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("points", "inside"), [(0, True), (10, True), (10.01, False), (-0.01, False)]
)
def test_within(points, inside):
    assert competition.within(points, 10.0) is inside


@given(results)
def test_rank_counts_who_is_better(rows):
    found = competition.ranks(rows)
    for key, rank in found.items():
        assert rank == 1 + sum(other > rows[key] for other in rows.values())
    assert not rows or min(found.values()) == 1


@given(st.lists(st.tuples(st.integers(1, 9), shares), min_size=1, max_size=8))
def test_total_stays_between_its_parts(rows):
    disciplines = [(key, 10, weight) for key, (weight, _s) in enumerate(rows)]
    points = {key: [share * 10] for key, (_w, share) in enumerate(rows)}
    result, found = competition.total(disciplines, points)
    assert found == {key: share for key, (_w, share) in enumerate(rows)}
    low, high = min(s for _w, s in rows), max(s for _w, s in rows)
    assert 100 * low <= result <= 100 * high
