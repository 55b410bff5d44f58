"""SERVQUAL arithmetic, without Odoo: tables computed by hand, and properties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/servqual.py")
Item, Respondent = kernel.Item, kernel.Respondent

# Two dimensions: A with two items, B with one.
ITEMS = (Item("a1", "A"), Item("a2", "A"), Item("b1", "B"))


def person(expected, perceived, **weights):
    keys = [item.key for item in ITEMS]
    return Respondent(
        {key: value for key, value in zip(keys, expected, strict=True) if value},
        {key: value for key, value in zip(keys, perceived, strict=True) if value},
        weights,
    )


def test_table_computed_by_hand():
    """Two people.

    First: A (7-4, 5-4), B (6-6): means E 6 P 4 gap -2; B gap 0; 60/40: -1.2.
    Second: A (6-6, 6-7), B (7-2): A E 6 P 6.5 gap +0.5; B gap -5; 50/50: -2.25.
    A: (-2 + 0.5)/2 = -0.75; B: (0 - 5)/2 = -2.5; total (-0.75 - 2.5)/2 = -1.625;
    weighted (-1.2 - 2.25)/2 = -1.725; weight of A 55, of B 45.
    """
    found = kernel.evaluate(
        [
            person((7, 5, 6), (4, 4, 6), A=60, B=40),
            person((6, 6, 7), (6, 7, 2), A=50, B=50),
        ],
        ITEMS,
    )
    assert (found.counted, found.incomplete, found.weights_refused) == (2, 0, 0)
    first = found.items["a1"]
    assert (first.count, first.expectation, first.perception, first.gap) == (
        2,
        Fraction(13, 2),
        5,
        Fraction(-3, 2),
    )
    assert found.dimensions["A"] == kernel.Figure(
        2, Fraction(6), Fraction(21, 4), Fraction(-3, 4), Fraction(55)
    )
    assert found.dimensions["B"] == kernel.Figure(
        2, Fraction(13, 2), Fraction(4), Fraction(-5, 2), Fraction(45)
    )
    assert found.total.gap == Fraction(-13, 8)
    assert found.weighted.gap == Fraction(-69, 40)
    assert found.weighted.count == 2


def test_a_respondent_is_averaged_before_the_respondents():
    """One answered both items of A, the other one: they weigh the same.

    First 6-4 and 6-4: gap -2; second only a1, 6-6: gap 0; mean -1, not -4/3.
    """
    found = kernel.evaluate(
        [person((6, 6, 5), (4, 4, 5)), person((6, 0, 5), (6, 0, 5))], ITEMS
    )
    assert found.dimensions["A"].gap == -1
    assert found.items["a1"].count == 2
    assert found.items["a2"].count == 1


@pytest.mark.parametrize(
    ("perceived", "counted", "incomplete"),
    [
        ((4, 4, 0), 1, 0),  # 2 of 3 pairs
        ((4, 0, 0), 0, 1),  # 1 of 3 is below one half
        ((0, 0, 0), 0, 1),
    ],
)
def test_half_answered(perceived, counted, incomplete):
    found = kernel.evaluate([person((6, 6, 6), perceived)], ITEMS)
    assert (found.counted, found.incomplete) == (counted, incomplete)
    assert found.items["b1"] == kernel.Figure()
    assert found.dimensions["B"].gap is None


def test_exactly_the_minimum_share_counts():
    one = person((6, 0, 0), (4, 0, 0))
    third = Fraction(1, 3)
    assert kernel.evaluate([one], ITEMS, min_share=third).counted == 1
    # nobody counts without a single pair, whatever the share
    none = kernel.evaluate([person((6, 6, 6), (0, 0, 0))], ITEMS, min_share=Fraction(0))
    assert (none.counted, none.incomplete) == (0, 1)


def test_nobody_answered_is_no_figure():
    found = kernel.evaluate([], ITEMS)
    assert found.total == found.weighted == kernel.Figure()
    assert found.items["a1"].gap is None


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, {}),
        ({"A": 0, "B": 0}, {}),
        ({"A": 100}, {"A": 100, "B": 0}),
        ({"A": 60, "B": 40}, {"A": 60, "B": 40}),
        ({"A": 33.3, "B": 66.7}, {"A": Fraction(333, 10), "B": Fraction(667, 10)}),
        ({"A": 60, "B": 30}, None),
        ({"A": 60, "B": 50}, None),
        ({"A": 120, "B": -20}, None),
        ({"A": 60, "C": 40}, None),
    ],
)
def test_points(weights, expected):
    assert kernel.allotment(weights, ("A", "B")) == expected


def test_refused_points_leave_the_answers():
    found = kernel.evaluate(
        [
            person((6, 6, 6), (5, 5, 5), A=60, B=50),
            person((6, 6, 6), (4, 4, 6), A=50, B=50),
            person((6, 6, 6), (6, 6, 6)),
        ],
        ITEMS,
    )
    assert (found.counted, found.weights_refused) == (3, 1)
    assert found.dimensions["A"].gap == -1
    assert found.weighted == kernel.Figure(1, Fraction(6), Fraction(5), Fraction(-1))
    assert found.dimensions["A"].weight == 50


def test_points_for_an_unanswered_dimension_give_no_weighted_score():
    found = kernel.evaluate([person((6, 6, 0), (5, 5, 0), A=50, B=50)], ITEMS)
    assert found.counted == 1
    assert found.weighted.count == 0
    assert found.total.gap == -1


def test_servperf_needs_no_expectation():
    found = kernel.evaluate(
        [person((0, 0, 0), (5, 6, 3), A=50, B=50)], ITEMS, variant="servperf"
    )
    assert found.dimensions["A"].perception == Fraction(11, 2)
    assert found.total.perception == Fraction(17, 4)
    assert found.weighted.perception == Fraction(17, 4)
    assert found.total.gap is found.weighted.gap is found.total.expectation is None


def test_reversed_items():
    items = (Item("n", "R", is_reversed=True),)
    found = kernel.evaluate([Respondent({"n": 1}, {"n": 3})], items)
    assert found.items["n"] == kernel.Figure(1, Fraction(7), Fraction(5), Fraction(-2))


@pytest.mark.parametrize("answer", [0, 8, -1])
def test_an_answer_outside_the_scale_is_none(answer):
    found = kernel.evaluate([Respondent({"n": 5}, {"n": answer})], (Item("n", "R"),))
    assert (found.counted, found.incomplete) == (0, 1)


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="unknown variant 'other'"):
        kernel.evaluate([], ITEMS, variant="other")
    with pytest.raises(ValueError, match="two values"):
        kernel.evaluate([], ITEMS, low=3, high=3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (Fraction(-69, 40), "-1.73"),
        (Fraction(69, 40), "1.73"),
        (Fraction(1, 3), "0.33"),
        (Fraction(-1, 1000), "0.00"),
        (6, "6.00"),
    ],
)
def test_rounding(value, text):
    assert kernel.rounded(value) == (None if text is None else Decimal(text))


@pytest.mark.parametrize(
    ("value", "mark"),
    [(1, 1), (Fraction(7, 4), 2), (4, 3), (Fraction(19, 4), 4), (6, 4), (7, 5)],
)
def test_marks_of_five(value, mark):
    assert kernel.rescale(value, 1, 7) == mark


@pytest.mark.parametrize(
    ("expected", "actual", "more", "gap"),
    [
        (95, 76, True, -20),
        (4, 5, False, -25),
        (4, 3, False, 25),
        (6.4, 4.8, True, -25),
        (0, 5, True, None),
        (-2, -3, True, -50),
    ],
)
def test_relative_gap(expected, actual, more, gap):
    assert kernel.relative_gap(expected, actual, more) == gap


marks = st.integers(1, 7)
answers = st.dictionaries(st.sampled_from([i.key for i in ITEMS]), st.integers(0, 8))
weights = st.dictionaries(st.sampled_from("AB"), st.integers(-5, 110))
respondents = st.lists(st.builds(Respondent, answers, answers, weights), max_size=8)


@given(respondents, st.randoms())
def test_order_of_respondents_and_items_is_irrelevant(people, random):
    shuffled, items = list(people), list(ITEMS)
    random.shuffle(shuffled)
    random.shuffle(items)
    assert kernel.evaluate(people, ITEMS) == kernel.evaluate(shuffled, items)


@given(respondents)
def test_everybody_is_counted_once_and_gaps_stay_in_bounds(people):
    found = kernel.evaluate(people, ITEMS)
    assert found.counted + found.incomplete == len(people)
    assert found.weights_refused <= found.counted
    figures = [*found.items.values(), *found.dimensions.values()]
    for figure in [*figures, found.total, found.weighted]:
        assert figure.count <= found.counted
        assert (figure.gap is None) == (not figure.count)
        if figure.count:
            assert -6 <= figure.gap <= 6
            assert figure.gap == figure.perception - figure.expectation


@given(st.lists(st.tuples(marks, marks, marks), min_size=1, max_size=6))
def test_what_is_perceived_as_expected_has_no_gap(rows):
    found = kernel.evaluate([person(row, row, A=30, B=70) for row in rows], ITEMS)
    assert found.total.gap == found.weighted.gap == 0


@given(
    st.lists(
        st.tuples(st.tuples(marks, marks, marks), st.tuples(marks, marks, marks)),
        min_size=1,
        max_size=6,
    )
)
def test_equal_points_weigh_like_none(rows):
    """With everything answered and 50/50 the weighted total is the plain one."""
    found = kernel.evaluate([person(*row, A=50, B=50) for row in rows], ITEMS)
    assert found.weighted.gap == found.total.gap
    assert found.weighted.expectation == found.total.expectation


@given(respondents)
def test_reversing_twice_changes_nothing(people):
    turned = [Item(i.key, i.dimension, is_reversed=True) for i in ITEMS]
    mirrored = [
        Respondent(
            {key: 8 - value for key, value in p.expectations.items()},
            {key: 8 - value for key, value in p.perceptions.items()},
            p.weights,
        )
        for p in people
    ]
    plain, back = kernel.evaluate(people, ITEMS), kernel.evaluate(mirrored, turned)
    assert (plain.total, plain.weighted) == (back.total, back.weighted)


@given(respondents)
def test_servperf_counts_whoever_servqual_counts(people):
    both = kernel.evaluate(people, ITEMS)
    only = kernel.evaluate(people, ITEMS, variant="servperf")
    assert only.counted >= both.counted
    assert only.total.gap is None
