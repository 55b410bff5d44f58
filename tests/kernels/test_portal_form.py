"""Values and files of portal forms: table cases and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

form = load_kernel("aftersales_network/tools/portal_form.py")
DOCUMENT_TYPES, IMAGE_TYPES = form.DOCUMENT_TYPES, form.IMAGE_TYPES
FormError = form.FormError
check_file, clean_text = form.check_file, form.clean_text
file_name, parse_number = form.file_name, form.parse_number


@pytest.mark.parametrize(
    ("value", "multiline", "expected"),
    [
        ("  a \t b\n c ", False, "a b c"),
        ("a\r\nb", True, "a\nb"),
        ("a\x00\x1bb", False, "ab"),
        (None, False, ""),
        ("<b>x</b>", False, "<b>x</b>"),
    ],
)
def test_clean_text(value, multiline, expected):
    assert clean_text(value, 20, multiline) == expected


def test_text_is_refused_not_cut():
    assert clean_text("x" * 5, 5) == "xxxxx"
    with pytest.raises(FormError) as caught:
        clean_text("x" * 6, 5)
    assert (caught.value.code, caught.value.limit) == ("too_long", 5)


@pytest.mark.parametrize(
    ("value", "integer", "expected"),
    [("", True, 0), (None, False, 0), ("12", True, 12), ("12,5", False, 12.5)],
)
def test_number(value, integer, expected):
    assert parse_number(value, 100, integer) == expected


@pytest.mark.parametrize(
    ("value", "integer", "code"),
    [
        ("many", False, "not_a_number"),
        ("nan", False, "not_a_number"),
        ("inf", True, "not_a_number"),
        ("1.5", True, "not_a_number"),
        ("1e999", False, "not_a_number"),
        ("-1", False, "negative"),
        ("101", True, "too_large"),
        ("1,000,000", False, "not_a_number"),
    ],
)
def test_number_refused(value, integer, code):
    with pytest.raises(FormError) as caught:
        parse_number(value, 100, integer)
    assert caught.value.code == code


@given(st.text(), st.booleans())
def test_number_never_leaves_its_range(value, integer):
    try:
        number = parse_number(value, 1000, integer)
    except FormError:
        return
    assert 0 <= number <= 1000
    assert not integer or isinstance(number, int)


@given(st.text())
def test_file_name_has_no_folders(value):
    name = file_name(value)
    assert name
    assert len(name) <= 120
    assert not {"/", "\\", "\x00", "\n"} & set(name)


def test_file_name_keeps_the_ending():
    assert file_name("C:\\fake\\path\\a b.pdf") == "a b.pdf"
    assert file_name("../../etc/passwd") == "passwd"
    assert file_name("x" * 200 + ".pdf").endswith(".pdf")


@pytest.mark.parametrize(
    ("content", "mimetype", "allowed", "code"),
    [
        (b"", "image/png", IMAGE_TYPES, "file_empty"),
        (b"12345", "image/png", IMAGE_TYPES, "file_too_large"),
        (b"1", "image/svg+xml", DOCUMENT_TYPES, "file_type"),
        (b"1", "text/html", DOCUMENT_TYPES, "file_type"),
        (b"1", "application/pdf", IMAGE_TYPES, "file_type"),
    ],
)
def test_file_refused(content, mimetype, allowed, code):
    with pytest.raises(FormError) as caught:
        check_file(content, mimetype, allowed, maximum=4)
    assert caught.value.code == code


def test_file_taken():
    assert check_file(b"1234", "application/pdf", DOCUMENT_TYPES, maximum=4) is None
