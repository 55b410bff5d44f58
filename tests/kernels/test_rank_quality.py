"""Area under the curve against counting every pair."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/rank_quality.py")

cases = st.lists(
    st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=60
).filter(lambda rows: {label for _score, label in rows} == {True, False})


def by_pairs(rows):
    """Wins of true over false cases, one by one."""
    true = [score for score, label in rows if label]
    false = [score for score, label in rows if not label]
    wins = sum((a > b) + (a == b) / 2 for a in true for b in false)
    return wins / (len(true) * len(false))


@given(cases)
def test_area_is_the_share_of_won_pairs(rows):
    assert kernel.auc(*zip(*rows, strict=True)) == pytest.approx(by_pairs(rows))


@given(cases)
def test_turned_round_it_is_the_rest(rows):
    scores, labels = zip(*rows, strict=True)
    turned = kernel.auc([-score for score in scores], labels)
    assert kernel.auc(scores, labels) + turned == pytest.approx(1)


@given(cases)
def test_only_the_order_counts(rows):
    scores, labels = zip(*rows, strict=True)
    stretched = [3 * score + 7 for score in scores]
    assert kernel.auc(stretched, labels) == pytest.approx(kernel.auc(scores, labels))


def test_known_values():
    assert kernel.auc([3, 2, 1], [1, 0, 0]) == 1
    assert kernel.auc([1, 2, 3], [1, 0, 0]) == 0
    assert kernel.auc([1, 1, 1], [1, 0, 0]) == 0.5
    assert kernel.auc([1, 2], [1, 1]) is None
    assert kernel.auc([], []) is None


def test_error_shrinks_with_the_cases():
    # Hanley and McNeil's formula by hand for 0.7 with 10 against 20.
    assert kernel.auc_error(0.7, 10, 20) == pytest.approx(0.1070, abs=5e-5)
    assert kernel.auc_error(0.7, 40, 80) < kernel.auc_error(0.7, 10, 20) / 1.9
    assert kernel.auc_error(1.0, 10, 20) == 0


def test_hits_among_the_highest():
    scores, labels = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert kernel.hits_at(scores, labels, 0.1) == (1, 1)
    assert kernel.hits_at(scores, labels, 0.3) == (2, 3)
    assert kernel.hits_at(scores, labels, 1) == (3, 10)
    assert kernel.hits_at(scores, labels, 0) == (0, 0)
    # Ten equal scores: three of ten are found by chance.
    assert kernel.hits_at([1] * 10, labels, 0.5) == (1.5, 5)
