"""Ranges of serial and lot numbers, without Odoo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/serial_range.py")

prefixes = st.text("ABCXYZ", max_size=4)
widths = st.integers(1, 6)


@st.composite
def ranges(draw):
    prefix, width = draw(prefixes), draw(widths)
    first = draw(st.integers(0, 10**width - 1))
    last = draw(st.integers(first, 10**width - 1))
    return kernel.parse(f"{prefix}{first:0{width}d}", f"{prefix}{last:0{width}d}")


def test_both_ends_belong_to_the_range():
    found = kernel.parse("AC-0100", "AC-0199")
    assert (found.prefix, found.first, found.last, found.width) == ("AC", 100, 199, 4)
    assert found.size == 100
    assert found.stem == "AC01"
    for text in ("AC-0100", "ac 0199", "AC0150"):
        assert found.contains(text)
    for text in ("AC-0099", "AC-0200", "AC-150", "BC-0150", "AC-0150X", ""):
        assert not found.contains(text)


def test_one_number_is_a_range_of_one():
    found = kernel.parse("AC-0100")
    assert found.size == 1
    assert found.contains("AC0100")
    assert not found.contains("AC0101")
    letters = kernel.parse("LOT-A")
    assert letters.contains("lota")
    assert not letters.contains("LOT-AB")
    assert letters.stem == "LOTA"


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("", "AC1", "empty"),
        ("AC-1", "AC-10", "shape"),
        ("AC-10", "BC-20", "shape"),
        ("AC-A", "AC-B", "shape"),
        ("AC-20", "AC-10", "order"),
    ],
)
def test_what_is_no_range_is_named(first, last, code):
    with pytest.raises(kernel.RangeError) as error:
        kernel.parse(first, last)
    assert error.value.code == code


def test_ranges_that_share_a_number_overlap():
    left = kernel.parse("A10", "A20")
    assert kernel.overlap(left, kernel.parse("A20", "A30"))
    assert not kernel.overlap(left, kernel.parse("A21", "A30"))
    assert not kernel.overlap(left, kernel.parse("B10", "B20"))
    assert not kernel.overlap(left, kernel.parse("A010", "A020"))


@given(ranges(), st.data())
def test_every_number_of_a_range_has_its_stem(found, data):
    number = data.draw(st.integers(found.first, found.last))
    text = f"{found.prefix}{number:0{found.width}d}"
    assert found.contains(text)
    assert text.startswith(found.stem)


@given(ranges())
def test_the_neighbours_are_outside(found):
    for number in (found.first - 1, found.last + 1):
        if 0 <= number < 10**found.width:
            assert not found.contains(f"{found.prefix}{number:0{found.width}d}")
