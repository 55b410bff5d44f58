"""Serials in the text of a message."""

from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

serial_text = load_kernel("aftersales_helpdesk/tools/serial_text.py")


def test_finds_serials_between_words():
    found = serial_text.candidates(
        "Broken: LH-AC-2000", "Serial no. LH-AC-2000, or was it SN12345/B? Thanks."
    )
    assert found == ["LH-AC-2000", "SN12345/B"]


def test_ordinary_words_and_short_tokens_are_no_serials():
    assert serial_text.candidates("does not cool any more", "A1 B2 123", None, "") == []


def test_punctuation_at_the_end_is_no_part():
    assert serial_text.candidates("see AB-1234.", "(XY_99887-)") == [
        "AB-1234",
        "XY_99887",
    ]


@given(st.text(max_size=3000))
def test_any_text_is_survived(text):
    found = serial_text.candidates(text)
    assert len(found) == len(set(found)) <= serial_text.MAX_TOKENS
    assert all(4 <= len(t) <= 64 and any(c.isdigit() for c in t) for t in found)


@given(st.from_regex(r"[A-Z]{2}[0-9]{4,12}", fullmatch=True))
def test_a_serial_in_a_sentence_is_found(serial):
    assert serial in serial_text.candidates(f"My unit {serial} is broken.")


def test_a_huge_message_is_cut():
    text = " ".join(f"SN{n:06d}" for n in range(5000))
    assert len(serial_text.candidates(text)) == serial_text.MAX_TOKENS
