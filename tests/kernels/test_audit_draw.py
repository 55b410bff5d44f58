"""Random audit share of the claims that a rule approves, without Odoo."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/audit_draw.py")

NUMBERS = [f"CLM{n:06}" for n in range(20000)]
#: What the seed 2026 draws at 5 per cent of the first two hundred.
EXPECTED = [
    "CLM000039",
    "CLM000112",
    "CLM000118",
    "CLM000144",
    "CLM000149",
    "CLM000166",
    "CLM000196",
]


def drawn(seed, share, numbers=NUMBERS):
    return [number for number in numbers if kernel.is_drawn(seed, number, share)]


def test_the_draw_of_a_seed_never_changes():
    """Fixed figures: another algorithm would draw other claims of past years."""
    assert drawn("2026", 5, NUMBERS[:200]) == EXPECTED
    assert drawn("2026", 5, reversed(NUMBERS[:200])) == EXPECTED[::-1]


def test_another_seed_draws_others():
    assert set(drawn("2026", 5)) != set(drawn("2027", 5))
    assert drawn("1", 50, ["1CLM"]) is not None


def test_the_share_converges():
    for share in (1, 5, 20, Decimal("37.5")):
        found = len(drawn("seed", share))
        mean = float(share) / 100 * len(NUMBERS)
        spread = (mean * (1 - float(share) / 100)) ** 0.5
        assert abs(found - mean) < 4 * spread


def test_none_and_all():
    assert drawn("seed", 0) == []
    assert drawn("seed", 100) == NUMBERS


@given(st.text(max_size=20), st.text(max_size=20), st.decimals(0, 100, places=2))
def test_same_seed_same_answer(seed, number, share):
    once = kernel.is_drawn(seed, number, share)
    assert kernel.is_drawn(seed, number, share) is once
    assert 0 <= kernel.position(seed, number) < 1
    assert kernel.is_drawn(seed, number, Fraction(share)) is once


@given(
    st.text(max_size=20), st.text(max_size=20), st.integers(0, 100), st.integers(0, 100)
)
def test_a_larger_share_keeps_what_was_drawn(seed, number, share, more):
    if kernel.is_drawn(seed, number, min(share, more)):
        assert kernel.is_drawn(seed, number, max(share, more))


def test_seed_and_number_do_not_run_together():
    assert kernel.position("1", "23") != kernel.position("12", "3")
