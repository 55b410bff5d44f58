"""Where we stand beside a competitor."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/benchmark.py")
gap, standing = kernel.gap, kernel.standing

FIGURES = st.floats(-1e6, 1e6, allow_nan=False)


def test_direction_decides_who_is_ahead():
    assert standing(gap(90, 95, "up")) == "behind"
    assert standing(gap(24, 12, "down")) == "behind"
    assert standing(gap(12, 24, "down")) == "ahead"
    assert gap(95.5, 90.25, "up") == Decimal("5.25")


def test_equal_as_shown_is_equal():
    assert standing(gap(0.1 + 0.2, 0.3, "up")) == "equal"
    assert standing(gap(99.999, 100.0, "up")) == "equal"


def test_what_is_not_known_is_not_compared():
    assert gap(None, 5, "up") is None
    assert gap(5, None, "up") is None
    assert standing(None) == "unknown"


@given(FIGURES, FIGURES, st.sampled_from(["up", "down"]))
def test_both_sides_tell_the_same(own, other, direction):
    assert gap(own, other, direction) == -gap(other, own, direction)
