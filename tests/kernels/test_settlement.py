"""Settlement arithmetic to the cent, without Odoo."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/settlement.py")
minors = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("amount", "digits", "minor"),
    [
        ("12.34", 2, 1234),
        (0.29, 2, 29),  # 0.29 * 100 is 28.999… in binary
        (1.005, 2, 101),  # as it is written, half goes up
        ("-1.005", 2, -101),
        ("1500", 0, 1500),
        ("1.2345", 3, 1235),
    ],
)
def test_to_minor(amount, digits, minor):
    assert kernel.to_minor(amount, digits) == minor


def test_from_minor():
    assert kernel.from_minor(1234) == Decimal("12.34")
    assert kernel.from_minor(1500, 0) == 1500


@pytest.mark.parametrize(
    ("minor", "coefficient", "expected"),
    [
        (1000, 1, 1000),
        (1000, 0.95, 950),
        (105, "0.5", 53),
        (0, 2, 0),
        (-105, "0.5", -53),
    ],
)
def test_scale(minor, coefficient, expected):
    assert kernel.scale(minor, coefficient) == expected


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        # 10 x 1/6 = 1.67, 10 x 2/6 = 3.33, 10 x 3/6 = 5: the cent goes to 0.67
        (10, [1, 2, 3], [2, 3, 5]),
        (5, [0, 0], [3, 2]),
        (0, [], []),
        (7, [0, 1], [0, 7]),
    ],
)
def test_allocate(total, weights, parts):
    assert kernel.allocate(total, weights) == parts


def test_allocate_refuses_what_has_no_answer():
    with pytest.raises(ValueError, match="negative"):
        kernel.allocate(1, [1, -1])
    with pytest.raises(ValueError, match="nothing to share"):
        kernel.allocate(1, [])


@given(st.integers(-(10**12), 10**12), st.lists(minors, min_size=1, max_size=40))
def test_parts_sum_up_and_stay_close(total, weights):
    parts = kernel.allocate(total, weights)
    assert sum(parts) == total
    base = sum(weights)
    if base:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part * base - total * weight) < base


@given(st.lists(minors, max_size=40), st.integers(0, 200))
def test_settled_lines_equal_the_scaled_total(lines, percent):
    coefficient = Decimal(percent) / 100
    settled = kernel.settle(lines, coefficient)
    assert sum(settled) == kernel.scale(sum(lines), coefficient)
    assert len(settled) == len(lines)


@given(st.lists(minors, max_size=40))
def test_the_full_rate_changes_nothing(lines):
    assert kernel.settle(lines) == lines


@given(st.lists(minors, min_size=1, max_size=20), st.integers(0, 200))
def test_a_line_of_zero_stays_zero(lines, percent):
    settled = kernel.settle([0, *lines], Decimal(percent) / 100)
    assert settled[0] == 0 or not any(lines)
