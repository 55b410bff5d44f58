"""Files, lists and names of certificates, without Odoo."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

files = load_kernel("aftersales_training/tools/certificate_files.py")
rows = load_kernel("aftersales_training/tools/certificate_rows.py")
certificates = load_kernel("aftersales_training/tools/certificates.py")
limits = load_kernel("aftersales_training/tools/rate_limit.py")

NAMES = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Zs")), min_size=1, max_size=30
)
DAYS = st.dates(date(1950, 1, 1), date(2149, 12, 31))


# ------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe1", "jpeg"),
        (b"GIF89a", None),
        (b" %PDF-1.4", None),
        (b"", None),
    ],
)
def test_sniff(content, kind):
    assert files.sniff_file(content) == kind


@given(st.binary(max_size=64))
def test_only_known_beginnings_are_taken(content):
    kind = files.sniff_file(content)
    assert (kind is None) == (
        not any(content.startswith(magic) for magic, _e in files.KINDS.values())
    )


@given(st.binary(max_size=20), st.sampled_from(sorted(files.KINDS)))
def test_the_name_has_to_agree(tail, kind):
    magic, endings = files.KINDS[kind]
    content = magic + tail
    for ending in endings:
        assert files.check_file(content, f"Scan{ending.upper()}") == kind
    for other, (_magic, wrong) in files.KINDS.items():
        if other != kind:
            with pytest.raises(files.CertificateFileError) as caught:
                files.check_file(content, f"scan{wrong[0]}")
            assert (caught.value.code, caught.value.found) == ("name", kind)


def test_size():
    limit = 10
    assert files.check_file(b"%PDF-12345", "a.pdf", limit) == "pdf"
    for content, code in ((b"", "empty"), (b"%PDF-123456", "too_large")):
        with pytest.raises(files.CertificateFileError) as caught:
            files.check_file(content, "a.pdf", limit)
        assert caught.value.code == code


# ------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Li Wei", "L** W**"),
        ("张伟", "张**"),
        ("", ""),
        (None, ""),
        ("  A  ", "A**"),
    ],
)
def test_mask(name, masked):
    assert certificates.mask_name(name) == masked


@given(NAMES)
def test_mask_shows_no_more_than_first_letters(name):
    masked = certificates.mask_name(name)
    assert len(masked.replace("*", "").replace(" ", "")) == len(masked.split())


@given(NAMES)
def test_spelling_of_a_name_does_not_matter(name):
    key = certificates.name_key(name)
    assert certificates.name_key(f" {name} ") == key
    assert certificates.name_key(key) == key


def test_names_differ_by_their_letters():
    assert certificates.name_key("Li-Wei") == certificates.name_key("LI WEI")
    assert certificates.name_key("Ｌi Wei") == certificates.name_key("li wei")
    assert certificates.name_key("Wei Li") != certificates.name_key("Li Wei")


# -------------------------------------------------------------------------- rows


def test_headings_in_two_languages():
    english = rows.map_header(["Name", "Type*", "Certificate  Number", "Issued On"])
    chinese = rows.map_header(["姓名", "证书类型", "证书编号", "发证日期"])
    assert set(english) == set(chinese) == {"holder", "type", "number", "date_issue"}
    assert rows.missing_columns(english) == []
    assert rows.missing_columns({}) == ["type", "number", "issued", "holder"]


def test_headings_stand_for_one_field_each():
    texts = [text for texts in rows.HEADINGS.values() for text in texts]
    assert len(texts) == len(set(texts))


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]))
def test_days_as_text(day, pattern):
    assert rows.parse_day(day.strftime(pattern)) == day


@given(DAYS)
def test_days_as_excel_keeps_them(day):
    assert rows.parse_day(datetime(day.year, day.month, day.day)) == day
    assert rows.parse_day(day.isoformat() + "T00:00:00") == day
    number = (day - date(1899, 12, 30)).days
    if number in range(10_000, 80_000):
        assert rows.parse_day(str(number)) == day
        assert rows.parse_day(float(number)) == day


@pytest.mark.parametrize(
    "text", ["31.12.2026", "12/31/2026", "2026-02-30", "soon", "1800-01-01", "123", "-"]
)
def test_no_day(text):
    with pytest.raises(rows.RowError) as caught:
        rows.parse_day(text)
    assert caught.value.code == "date"


def test_empty_cells():
    assert rows.parse_day(None) is None
    assert rows.parse_day("  ") is None
    assert rows.parse_level("") is None


@given(st.text(max_size=12))
def test_a_cell_is_a_day_or_refused(text):
    try:
        day = rows.parse_day(text)
    except rows.RowError:
        return
    assert day is None or date(1950, 1, 1) <= day < date(2150, 1, 1)


def make_row(**values):
    row = {name: "" for name in rows.HEADINGS}
    return {**row, **values}


PEOPLE = {
    "employee": {"e1": ["An"]},
    "email": {"an@x": ["An"], "shared@x": ["An", "Bo"]},
    "holder": {"an": ["An"], "bo": ["Bo", "Bo 2"], "both": ["An", "Bo"]},
}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"employee": "E1"}, ("An", "", "E1")),
        ({"employee": "E1", "holder": "an"}, ("An", "", "E1")),
        ({"employee": "E1", "holder": "Both"}, ("An", "", "E1")),
        ({"employee": "E1", "holder": "Bo"}, (None, "name", "Bo")),
        ({"employee": "E9", "holder": "An"}, (None, "unknown", "E9")),
        ({"email": "AN@x"}, ("An", "", "AN@x")),
        ({"email": "shared@x"}, (None, "ambiguous", "shared@x")),
        ({"holder": "bo"}, (None, "ambiguous", "bo")),
        ({"holder": "An"}, ("An", "", "An")),
        ({}, (None, "unknown", "")),
    ],
)
def test_match(row, found):
    assert rows.match_person(make_row(**row), PEOPLE) == found


def test_read_row():
    mapping = rows.map_header(["Name", "Type", "Number", "Issued", "Expires"])
    cells = {"Name": "An", "Type": "ASM", "Number": 5, "Issued": "2026-01-31"}
    row = rows.read_row({**cells, "Expires": "2026-01-31"}, mapping)
    assert row["number"] == "5"
    assert row["date_expiry"] - row["date_issue"] == timedelta(0)
    for name, value, code in (
        ("Expires", "2026-01-30", "order"),
        ("Type", "", "missing"),
        ("Name", None, "missing"),
        ("Issued", "x", "date"),
    ):
        with pytest.raises(rows.RowError) as caught:
            rows.read_row({**cells, "Expires": None, name: value}, mapping)
        assert caught.value.code == code


# -------------------------------------------------------------------- rate limit


def test_limit_in_a_moving_window():
    limit = limits.RateLimit(limit=2, seconds=10)
    assert [limit.allows("a", now) for now in (0, 1, 2, 9)] == [
        True,
        True,
        False,
        False,
    ]
    assert limit.allows("b", 9)
    assert limit.allows("a", 10)
    assert not limit.allows("a", 10.5)
    assert limit.allows("a", 11)
    limit.clear()
    assert limit.allows("a", 11)


@given(st.lists(st.integers(0, 3), max_size=60))
def test_never_more_than_the_limit(steps):
    limit = limits.RateLimit(limit=3, seconds=5)
    now, allowed = 0, []
    for step in steps:
        now += step
        if limit.allows("a", now):
            allowed.append(now)
        assert len([time for time in allowed if time > now - 5]) <= 3


def test_callers_are_forgotten():
    limit = limits.RateLimit(limit=1, seconds=100, callers=2)
    assert limit.allows("a", 0)
    assert limit.allows("b", 0)
    assert limit.allows("c", 0)
    assert limit.allows("a", 0), "the oldest one made room"
    assert not limit.allows("c", 0)
