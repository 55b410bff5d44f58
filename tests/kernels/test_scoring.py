"""Scorecard arithmetic without Odoo: hand-computed tables and properties."""

from fractions import Fraction as F

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

scoring = load_kernel("aftersales_evaluation/tools/scoring.py")
Leaf = scoring.Leaf

BANDS = scoring.bands_from_bounds(
    [
        ("fail", 0, True),
        ("qualified", 70, False),
        ("three", 80, False),
        ("four", 90, False),
        ("five", 95, False),
    ]
)


def card(leaves, deductions=0, bonus=False):
    return scoring.score_card(
        [scoring.score_leaf(leaf) for leaf in leaves], deductions, bonus
    )


def sampled(points, samples, nonconforming):
    return Leaf(points, "sampled", samples=samples, nonconforming=nonconforming)


def metric(points, numerator, denominator, **extra):
    return Leaf(points, "metric", numerator=numerator, denominator=denominator, **extra)


# ---------------------------------------------------------------- strategies
points = st.integers(0, 80).map(lambda n: F(n, 2))


@st.composite
def qualitative_leaves(draw):
    return Leaf(draw(points), conforming=draw(st.sampled_from([True, False, None])))


@st.composite
def sampled_leaves(draw):
    count = draw(st.integers(0, 60))
    return sampled(draw(points), count, draw(st.integers(0, count)))


@st.composite
def metric_leaves(draw):
    offered = draw(st.booleans())
    numbers = st.integers(0, 500)
    return Leaf(
        draw(points),
        "metric",
        numerator=draw(numbers) if offered else None,
        denominator=draw(numbers) if offered else None,
        factor=draw(st.sampled_from([1, 100])),
        target=draw(st.integers(1, 100)),
        direction=draw(st.sampled_from(["up", "down"])),
        min_sample=draw(st.integers(0, 20)),
    )


leaves = st.one_of(qualitative_leaves(), sampled_leaves(), metric_leaves())
cards = st.lists(leaves, max_size=20)
deduction_counts = st.integers(0, 12)


# ---------------------------------------------------------------- properties
@given(cards.flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))))
def test_order_of_lines_is_irrelevant(pair):
    assert card(pair[0], 2, True) == card(pair[1], 2, True)


@given(cards, deduction_counts, st.booleans())
def test_score_stays_between_zero_and_hundred(leaves, deductions, bonus):
    result = card(leaves, deductions, bonus)
    assert not result.is_rated or 0 <= result.final <= 100
    assert 0 <= result.lost <= result.applicable


@given(cards, leaves)
def test_an_excluded_leaf_is_as_if_it_were_not_there(others, leaf):
    excluded = Leaf(leaf.points, leaf.kind, excluded="excluded")
    assert card([*others, excluded]) == card(others)


@given(cards, leaves)
def test_excluding_a_leaf_no_better_than_the_rest_never_costs(others, leaf):
    result = scoring.score_leaf(leaf)
    rest, whole = card(others), card([*others, leaf])
    assume(rest.is_rated and result.is_applicable and not result.is_pending)
    if result.lost * rest.applicable >= rest.lost * result.points:
        assert rest.final >= whole.final
    else:
        assert rest.final <= whole.final


@given(cards, points, st.integers(1, 60), st.data())
def test_one_more_nonconforming_sample_never_raises(others, worth, count, data):
    bad = data.draw(st.integers(0, count - 1))
    before = card([*others, sampled(worth, count, bad)])
    after = card([*others, sampled(worth, count, bad + 1)])
    assert not before.is_rated or after.final <= before.final


@given(cards, points)
def test_a_qualitative_nonconformity_never_raises(others, worth):
    before = card([*others, Leaf(worth, conforming=True)])
    after = card([*others, Leaf(worth, conforming=False)])
    assert not before.is_rated or after.final <= before.final


@given(cards, deduction_counts)
def test_one_more_special_deduction_never_raises_score_or_grade(leaves, count):
    before, after = card(leaves, count), card(leaves, count + 1)
    assume(before.is_rated)
    assert after.final <= before.final
    lower = scoring.grade(after.final, count + 1, BANDS).lower
    assert lower <= scoring.grade(before.final, count, BANDS).lower


@given(
    st.integers(0, 1000),
    st.integers(0, 1000),
    st.integers(1, 500),
    st.sampled_from(["up", "down"]),
    st.fractions(1, F(6, 5)),
)
def test_attainment_is_monotonous_and_capped(first, second, target, direction, cap):
    low, high = sorted((first, second))
    at_low = scoring.attainment(low, target, direction, cap)
    at_high = scoring.attainment(high, target, direction, cap)
    assert 0 <= min(at_low, at_high) <= max(at_low, at_high) <= cap
    assert at_low <= at_high if direction == "up" else at_low >= at_high


@given(st.lists(st.integers(1, 99), unique=True, max_size=8), st.fractions(0, 100))
def test_bounds_never_leave_a_gap_and_every_score_has_one_band(bounds, score):
    bands = scoring.bands_from_bounds(
        [(bound, bound, bound == 0) for bound in [*bounds, 0]]
    )
    assert scoring.check_bands(bands) == []
    band = scoring.grade(score, 0, bands)
    assert band.lower <= score
    assert score < band.upper or (score == band.upper == 100)


@given(
    st.lists(st.integers(1, 9999), unique=True, max_size=8),
    st.integers(-100, 10100),
)
def test_every_score_of_a_table_without_faults_has_exactly_one_band(bounds, cents):
    bands = scoring.bands_from_bounds(
        [(bound, F(bound, 100), bound == 0) for bound in [*bounds, 0]]
    )
    score = F(min(max(cents, 0), 10000), 100)
    holders = [
        band
        for band in bands
        if band.lower <= score and (score < band.upper or band.upper == score == 100)
    ]
    assert [scoring.grade(score, 0, bands)] == holders


@given(cards, st.data())
def test_excluding_everything_leaves_no_score(leaves, data):
    out = data.draw(st.sampled_from(scoring.EXCLUDED_OUTCOMES))
    result = card([Leaf(leaf.points, leaf.kind, excluded=out) for leaf in leaves])
    assert not result.is_rated
    assert (result.applicable, result.lost) == (0, 0)


@given(cards, points)
def test_no_activity_and_missing_metrics_never_move_the_score(others, worth):
    for silent in (metric(worth, 0, 0, target=1), Leaf(worth, "metric")):
        assert card([*others, silent]) == card(others)


@given(points.map(lambda worth: worth * 2), st.integers(1, 30))
def test_shares_are_equal_to_a_cent_and_sum(total, count):
    shares = scoring.spread(total, count)
    assert sum(shares) == total
    assert len(shares) == count
    assert max(shares) - min(shares) <= F(1, 100)


# ---------------------------------------------------------------- leaf tables
@pytest.mark.parametrize(
    ("leaf", "outcome", "lost"),
    [
        (Leaf(3, conforming=True), "qualitative_kept", 0),
        (Leaf(3, conforming=False), "qualitative_lost", 3),
        (Leaf("2.5", conforming=False), "qualitative_lost", F(5, 2)),
        (Leaf(3), "pending", 0),
        (sampled(3, 10, 0), "sampled", 0),
        (sampled(3, 10, 3), "sampled", F(9, 10)),
        (sampled(2, 3, 1), "sampled", F(2, 3)),
        (sampled(4, 7, 7), "sampled", 4),
        (sampled(4, 0, 0), "pending", 0),
        (Leaf(3, conforming=False, excluded="excluded"), "excluded", 0),
        (Leaf(5, "metric"), "not_available", 0),
        (metric(5, 0, 0, target=1), "no_activity", 0),
        (metric(5, 9, 9, target=1, min_sample=10), "small_sample", 0),
        (metric(5, 10, 10, target=1, min_sample=10), "metric", 0),
        # 18 of 24 on time = 75 %; 75/95 of the target; 5 * 20/95 points lost
        (metric(5, 18, 24, factor=100, target=95), "metric", F(100, 95)),
        # 2 complaints on 40 jobs = 5 %; 3/5 of the target; 4 * 2/5 points lost
        (
            metric(4, 2, 40, factor=100, target=3, direction="down"),
            "metric",
            F(8, 5),
        ),
        (metric(4, 0, 40, target=0, direction="down"), "metric", 0),
        (metric(4, 1, 40, target=0, direction="down"), "metric", 4),
        (metric(4, -3, 40, target=2, direction="up"), "metric", 4),
        (metric(4, 0.1, 0.2, target="0.5"), "metric", 0),
    ],
)
def test_leaf(leaf, outcome, lost):
    result = scoring.score_leaf(leaf)
    assert (result.outcome, result.lost) == (outcome, lost)


def test_metric_figures_are_those_of_the_sentence():
    result = scoring.score_leaf(metric(5, 18, 24, factor=100, target=95))
    assert result.figures == {
        "numerator": 18,
        "denominator": 24,
        "value": 75,
        "target": 95,
        "attainment": F(7500, 95),
        "min_sample": 0,
    }


@pytest.mark.parametrize(
    "leaf",
    [
        sampled(3, 2, 3),
        sampled(3, 2, -1),
        sampled(3, -2, -2),
        Leaf(-1, conforming=True),
        metric(3, 1, 2, target=0, direction="up"),
        metric(3, 1, 2, target=-1, direction="down"),
    ],
)
def test_impossible_figures_are_refused(leaf):
    with pytest.raises(scoring.ScoringError):
        scoring.score_leaf(leaf)


# ---------------------------------------------------------------- card tables
def full_card(lost_points):
    """One hundred points, of which exactly `lost_points` are lost."""
    return [
        Leaf(100 - lost_points, conforming=True),
        Leaf(lost_points, conforming=False),
    ]


@pytest.mark.parametrize(
    ("lost", "deductions", "bonus", "final", "level"),
    [
        (0, 0, False, 100, "five"),
        (5, 0, False, 95, "five"),
        (F(501, 100), 0, False, F(9499, 100), "four"),
        (10, 0, False, 90, "four"),
        (10, 1, False, 89, "three"),
        (10, 1, True, 90, "four"),
        (20, 0, False, 80, "three"),
        (30, 0, False, 70, "qualified"),
        (F(3001, 100), 0, False, F(6999, 100), "fail"),
        (30, 1, False, 69, "fail"),
        (30, 1, True, 70, "qualified"),
        (0, 0, True, 100, "five"),
        (0, 4, False, 96, "five"),
        (1, 4, False, 95, "five"),
        (F(9, 2), 0, False, F(191, 2), "five"),
        # five special deductions fail, however good the score is
        (0, 5, False, 95, "fail"),
        (0, 5, True, 96, "fail"),
        (99, 3, False, 0, "fail"),
    ],
)
def test_card(lost, deductions, bonus, final, level):
    result = card(full_card(lost), deductions, bonus)
    assert result.final == final
    assert scoring.grade(result.final, deductions, BANDS).key == level


def test_hand_computed_card():
    # 3 of 20 points lost by samples, a 4-point leaf inapplicable, 2 lost outright
    result = card(
        [
            Leaf(6, conforming=True),
            sampled(12, 8, 2),
            Leaf(2, conforming=False),
            Leaf(4, excluded="excluded"),
            metric(5, 3, 4, target=1, min_sample=10),
        ],
        deductions=1,
        bonus=True,
    )
    assert (result.applicable, result.lost, result.actual) == (20, 5, 15)
    assert (result.base, result.final) == (75, 75)
    assert (result.judged, result.pending) == (3, 0)


@pytest.mark.parametrize(
    "leaves",
    [
        [],
        [Leaf(5, excluded="excluded"), Leaf(3, "metric")],
        [Leaf(5), sampled(3, 0, 0)],
        [Leaf(0, conforming=True)],
    ],
)
def test_nothing_to_rate_gives_no_score_and_no_grade(leaves):
    result = card(leaves, 1, True)
    assert not result.is_rated
    assert result.base is result.final is None
    assert scoring.grade(result.final, 1, BANDS) is None


def test_unjudged_leaves_have_lost_nothing_so_far():
    result = card([Leaf(97), Leaf(3, conforming=False)])
    assert (result.final, result.pending, result.judged) == (97, 1, 1)


def test_negative_deductions_are_refused():
    with pytest.raises(scoring.ScoringError):
        card([Leaf(1, conforming=True)], deductions=-1)


# ---------------------------------------------------------------- bands
@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([(0, 70), (70, 100)], []),
        ([(70, 100), (0, 70)], []),
        ([], ["empty"]),
        ([(0, 70), (71, 100)], ["gap"]),
        ([(0, 71), (70, 100)], ["overlap"]),
        ([(1, 100)], ["start"]),
        ([(0, 99)], ["end"]),
        ([(0, 50), (50, 50), (50, 100)], ["inverted"]),
        ([(0, 70), (70, 90), (70, 100)], ["overlap"]),
    ],
)
def test_check_bands(rows, faults):
    bands = [scoring.Band(lower, upper) for lower, upper in rows]
    assert [fault for fault, _lower, _upper in scoring.check_bands(bands)] == faults


def test_duplicate_bound_shows_as_inverted_band():
    bands = scoring.bands_from_bounds([("a", 0, True), ("b", 70, 0), ("c", 70, 0)])
    assert [fault[0] for fault in scoring.check_bands(bands)] == ["inverted"]


def test_grade_with_own_limit_and_without_failing_band():
    assert scoring.grade(100, 2, BANDS, deduction_limit=2).key == "fail"
    assert scoring.grade(100, 9, BANDS, deduction_limit=0).key == "five"
    stars = scoring.bands_from_bounds([("only", 0, False)])
    assert scoring.grade(100, 4, stars).key == "only"
    assert scoring.grade(100, 5, stars) is None


# ---------------------------------------------------------------- trees and text
def test_spread_refuses_more_decimals_than_parts_may_have():
    assert scoring.spread("10", 3) == [F(334, 100), F(333, 100), F(333, 100)]
    with pytest.raises(scoring.ScoringError):
        scoring.spread("0.125", 2)


def test_check_points():
    nodes = [
        ("1", None, 40),
        ("2", None, 60),
        ("1.1", "1", "0.1"),
        ("1.2", "1", "39.9"),
    ]
    assert scoring.check_points(nodes, 100) == []
    assert scoring.check_points(nodes, 99) == [(None, 99, 100)]
    wrong = [*nodes, ("2.1", "2", 59)]
    assert scoring.check_points(wrong, 100) == [("2", 60, 59)]
    assert scoring.check_points([], 5) == [(None, 5, 0)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (F(2, 3), "0.67"),
        (3, "3"),
        (100, "100"),
        ("2.50", "2.5"),
        (F(-1, 100000), "0"),
        (F(-1, 1000), "-0.001"),
        (F(9, 8), "1.125"),
        (F(1, 3000), "0"),
        (F(200, 3), "66.67"),
        (None, "0"),
        (0.1, "0.1"),
    ],
)
def test_figure(value, text):
    assert scoring.figure(value) == text


@given(st.fractions(0, 100, max_denominator=1000))
def test_figures_of_a_difference_add_up_on_paper(lost):
    kept = scoring.figure(100 - lost)
    assert F(kept) + F(scoring.figure(lost)) == 100


def test_score_figure_never_shows_a_bound_that_was_missed():
    bounds = [70, 80, 90, 95]
    assert scoring.score_figure(F(899999, 10000), bounds) == "89.9999"
    assert scoring.score_figure(90 - F(1, 30000), bounds) == "89.999967"
    assert scoring.score_figure(90, bounds) == "90"
    assert scoring.score_figure(F(2, 3) * 100, bounds) == "66.67"


def test_code_sort_key():
    codes = ["5.1.10", "5.1.2", "5.10", "5.2", "5.1", "B.1", "a.2"]
    assert sorted(codes, key=scoring.code_sort_key) == [
        "5.1",
        "5.1.2",
        "5.1.10",
        "5.2",
        "5.10",
        "a.2",
        "B.1",
    ]
