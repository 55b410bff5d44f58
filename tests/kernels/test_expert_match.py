"""Which expert fits a question, without Odoo."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

match = load_kernel("aftersales_training/tools/expert_match.py")

# Category 1 › 2 › 3 › 4 › 5 › 6, the product is of category 6.
WISH = match.Wish(product=9, category_path=(1, 2, 3, 4, 5, 6), fault=7)
ids = st.frozensets(st.integers(1, 6), max_size=4)
experts = st.builds(
    match.Expert,
    key=st.integers(1, 1000),
    products=ids,
    categories=ids,
    faults=ids,
    areas=ids,
    languages=ids,
    rating=st.none() | st.fractions(min_value=1, max_value=5, max_denominator=7),
    open_questions=st.integers(0, 6),
    is_available=st.booleans(),
)


def expert(**values):
    return match.Expert(**{"key": 1, "rating": Fraction(0), **values})


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"products": frozenset({9})}, 40),
        ({"products": frozenset({9}), "categories": frozenset({6})}, 40),
        ({"categories": frozenset({6})}, 30),
        ({"categories": frozenset({5})}, 25),
        ({"categories": frozenset({5, 1})}, 25),
        ({"categories": frozenset({1})}, 10),
        ({"faults": frozenset({7})}, 30),
        ({"products": frozenset({9}), "faults": frozenset({7})}, 70),
        ({"faults": frozenset({7}), "open_questions": 2}, 20),
        ({"faults": frozenset({7}), "rating": Fraction(9, 2)}, 48),
        ({"faults": frozenset({7}), "rating": None}, 42),
    ],
)
def test_points(values, score):
    assert match.fit(expert(**values), WISH).score == score


def test_area_and_language():
    wish = match.Wish(fault=7, area_path=(1, 2), language=3)
    someone = expert(
        faults=frozenset({7}), areas=frozenset({1}), languages=frozenset({3})
    )
    found = match.fit(someone, wish)
    assert found.score == 45
    assert dict(found.reasons)["area"] == 10


def test_who_does_not_fit():
    assert match.fit(expert(categories=frozenset({8})), WISH) is None
    assert match.fit(expert(areas=frozenset({1})), WISH) is None
    away = expert(products=frozenset({9}), is_available=False)
    assert match.fit(away, WISH) is None


def test_a_free_question_is_for_everybody():
    found = match.rank(
        [expert(key=2), expert(key=1), expert(key=3, rating=None)], match.Wish()
    )
    assert [one.key for one in found] == [3, 1, 2]


@given(st.lists(experts, max_size=12, unique_by=lambda e: e.key))
def test_ranking_is_sound(people):
    wish = match.Wish(product=2, category_path=(1, 3), fault=4)
    found = match.rank(people, wish)
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    by_key = {one.key: one for one in people}
    for one in found:
        who = by_key[one.key]
        assert who.is_available
        assert 2 in who.products or who.categories & {1, 3} or 4 in who.faults
        assert one.score == sum(points for _name, points in one.reasons)
    assert match.rank(list(reversed(people)), wish) == found
