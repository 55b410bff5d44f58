"""Reading serials: what a person types, what a scanner sends."""

from fnmatch import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

serials = load_kernel("aftersales_warranty/tools/serials.py")

GS = "\x1d"
SERIAL = st.text("ABCDEFGHJKMNPRTUVWXY346789", min_size=4, max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ""),
        ("  SN-001 ", "SN-001"),
        ("SN-001\r\n", "SN-001"),
        ("ＡＢ－１２３", "AB-123"),  # full width, as a Chinese keyboard types it
        ("S/N: AB 12", "AB 12"),
        ("s/n AB12", "AB12"),
        ("SN：AB12", "AB12"),
        ("Serial No.: AB12", "AB12"),
        ("序列号：AB12", "AB12"),
        ("SN12345", "SN12345"),  # no label: the serial begins so
        ("]C1AB12", "AB12"),
        ("]d221AB12", "AB12"),
        ("(01)04012345123456(21)AB12", "AB12"),
        ("]d2010401234512345621AB12", "AB12"),
        (f"]d201040123451234561721123110LOT7{GS}21AB12{GS}240X", "AB12"),
        ("010401234512345021AB12", "010401234512345021AB12"),  # wrong check digit
        ("https://x.example/register-unit?product=3&serial=AB%2012", "AB 12"),
        ("https://[broken?serial=1", "https://[broken?serial=1"),
        ("https://x.example/other", "https://x.example/other"),
    ],
)
def test_clean(text, expected):
    assert serials.clean(text) == expected


def test_a_serial_is_cut_at_a_hundred_characters():
    assert serials.clean("A" * 300) == "A" * 100


def test_key_and_fold():
    assert serials.key(" ab-12/ c") == "AB12C"
    assert serials.key("---") == ""
    assert serials.fold("SO1l") == serials.fold("50LI") == "5011"


def test_check_digit():
    # GS1's own example of a GTIN-13
    assert serials.check_digit("04012345123456")
    assert not serials.check_digit("04012345123457")


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [
        ("", "", 0),
        ("ABC", "ABC", 0),
        ("ABC", "ABD", 1),
        ("ABC", "AB", 1),
        ("ABC", "ACB", 1),
        ("ABCD", "BADC", 2),
        ("ABC", "XYZ", 3),  # more than the limit of two
        ("ABC", "ABCDEF", 3),
    ],
)
def test_distance(left, right, edits):
    assert serials.distance(left, right) == edits


@given(SERIAL, SERIAL)
def test_distance_is_symmetric(left, right):
    assert serials.distance(left, right) == serials.distance(right, left)


@given(SERIAL, st.data())
def test_one_slip_is_found_and_leaves_a_half(serial, data):
    place = data.draw(st.integers(0, len(serial) - 1))
    wrong = serial[:place] + "0" + serial[place + 1 :]
    assert serials.rank(wrong, [serial]) == [serial]
    first, last = serials.halves(wrong)
    assert serial.startswith(first) or serial.endswith(last)


@given(SERIAL.filter(lambda text: len(text) >= 6), st.data())
def test_a_swap_leaves_beginning_or_end(serial, data):
    place = data.draw(st.integers(0, len(serial) - 2))
    wrong = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert serials.rank(wrong, [serial]) == [serial]
    first, last = serials.halves(wrong)
    assert serial.startswith(first) or serial.endswith(last)


@given(SERIAL)
def test_decoration_does_not_matter(serial):
    for text in (f" {serial.lower()} ", f"S/N: {serial}", "-".join(serial)):
        assert serials.key(text) == serial


@given(st.text(max_size=60))
def test_anything_can_be_typed(text):
    assert serials.clean(serials.clean(text)) is not None
    assert len(serials.clean(text)) <= serials.MAX_LENGTH


@given(SERIAL, st.data())
def test_slips_find_what_is_one_edit_away(serial, data):
    place = data.draw(st.integers(0, len(serial) - 1))
    wrong = data.draw(
        st.sampled_from(
            [
                serial[:place] + "Q" + serial[place + 1 :],
                serial[:place] + "Q" + serial[place:],
                serial[:place] + serial[place + 1 :],
            ]
        )
    )
    patterns = [pattern.replace("_", "?") for pattern in serials.slips(wrong)]
    assert any(fnmatch(serial, pattern) for pattern in patterns)


def test_slips_of_two_characters():
    assert serials.slips("a-b") == ["_B", "A_", "_AB", "A_B", "AB_", "B", "A", "BA"]


def test_rank_puts_look_alikes_first():
    near = ["AB-1234", "AB-O234", "AB-9234", "ZZ-9999"]
    assert serials.rank("AB0234", near) == ["AB-O234", "AB-1234", "AB-9234"]
    assert serials.rank("AB0234", near, limit=1) == ["AB-O234"]
    assert serials.rank("OOIISS", ["001155"]) == ["001155"]


@pytest.mark.parametrize(
    ("serial", "shown"),
    [("ABCD1234", "••••1234"), ("ABC", "••C"), ("A", "•"), ("", "")],
)
def test_masked(serial, shown):
    assert serials.masked(serial) == shown


@pytest.mark.parametrize(
    ("serial", "pattern", "fits"),
    [
        ("AB1234", "AB####", True),
        ("ab1234", "AB####", True),
        ("AB123", "AB####", False),
        ("XAB1234", "AB####", False),
        ("AC-2026-00017", "@@-####-*", True),
        ("A.C", "A.C", True),
        ("AXC", "A.C", False),
        ("", "", True),
    ],
)
def test_matches(serial, pattern, fits):
    assert serials.matches(serial, pattern) is fits
