"""Headings, cells and days of the lists that people upload."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_network/tools/list_rows.py")

HEADINGS = {"serial": ("serial", "序列号"), "day": ("sold on", "销售日期")}
DAYS = st.dates(date(1950, 1, 1), date(2149, 12, 31))
FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]


# ------------------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("value", "squeezed", "clean", "key"),
    [
        ("  A \n  b ", "A b", "A b", "a b"),
        ("Ａｃｍｅ（集团）", "Ａｃｍｅ（集团）", "Acme(集团)", "acme(集团)"),
        ("Straße", "Straße", "Straße", "strasse"),
        (0, "0", "0", "0"),
        (None, "", "", ""),
    ],
)
def test_texts(value, squeezed, clean, key):
    assert kernel.squeeze(value) == squeezed
    assert kernel.clean_text(value) == clean
    assert kernel.key(value) == key


@given(st.text())
def test_texts_are_clean_after_one_time(text):
    assert kernel.squeeze(kernel.squeeze(text)) == kernel.squeeze(text)
    assert kernel.clean_text(kernel.clean_text(text)) == kernel.clean_text(text)
    assert kernel.key(f" {text}\t") == kernel.key(text)


# ---------------------------------------------------------------------- headings


@pytest.mark.parametrize(
    "heading",
    ["sold on", " Sold  On * ", "SOLD ON*:", "Ｓold on：", "销售日期", "销售日期*"],
)
def test_headings_of_one_field(heading):
    assert kernel.map_header(["Other", heading], HEADINGS) == {"day": heading}


def test_the_first_heading_of_a_field_counts():
    mapping = kernel.map_header(["Serial", "序列号", None, ""], HEADINGS)
    assert mapping == {"serial": "Serial"}
    required = ("serial", "day")
    assert kernel.missing_columns(mapping, HEADINGS, required) == ["sold on"]
    assert kernel.missing_columns({}, HEADINGS, required) == ["serial", "sold on"]


@given(st.lists(st.text(max_size=8) | st.sampled_from(["Serial", "销售日期"])))
def test_only_headings_of_the_list_are_mapped(header):
    mapping = kernel.map_header(header, HEADINGS)
    assert set(mapping) <= set(HEADINGS)
    assert all(heading in header for heading in mapping.values())


# -------------------------------------------------------------------------- days


@given(DAYS, st.sampled_from(FORMATS), st.sampled_from(["", " ", "T00:00:00"]))
def test_days_as_text(day, pattern, tail):
    assert kernel.parse_day(day.strftime(pattern) + tail) == day


@given(DAYS)
def test_days_as_excel_keeps_them(day):
    assert kernel.parse_day(day) == day
    assert kernel.parse_day(datetime(day.year, day.month, day.day, 23)) == day
    number = (day - date(1899, 12, 30)).days
    if number < 80_000:
        for value in (number, float(number), str(number)):
            assert kernel.parse_day(value) == day


@pytest.mark.parametrize("value", ["", "  ", None])
def test_no_day_given(value):
    assert kernel.parse_day(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *("31.12.2026", "12/31/2026", "2026-02-30", "soon", "-", "0", "123", "44000.5"),
        *("4e4", "4_4000", "+44000", "nan", "inf", "1949-12-31", "2150-01-01", "10000"),
        date(1949, 12, 31),
        datetime(2150, 1, 1),
    ],
)
def test_no_day(value):
    with pytest.raises(kernel.RowError) as caught:
        kernel.parse_day(value)
    assert caught.value.code == "date"


def test_the_refusal_names_the_value():
    with pytest.raises(kernel.RowError) as caught:
        kernel.parse_day(" 31.12.2026 ")
    assert (caught.value.code, caught.value.text) == ("date", "31.12.2026")


@given(st.text(max_size=12))
def test_a_cell_is_a_day_or_refused(text):
    try:
        day = kernel.parse_day(text)
    except kernel.RowError:
        return
    assert day is None or date(1950, 1, 1) <= day < date(2150, 1, 1)


@given(DAYS)
def test_the_next_day_is_the_next_number(day):
    number = (day - date(1899, 12, 30)).days
    if number + 1 < 80_000 and day < date(2149, 12, 31):
        assert kernel.parse_day(number + 1) == day + timedelta(days=1)


# --------------------------------------------------------------------------- CSV


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("=1+1", "'=1+1"),
        ("+86 20 5550 0100", "'+86 20 5550 0100"),
        ("-5", "'-5"),
        (-5, "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "'\t=1+1"),
        ("\rA", "'\rA"),
        ("\nA", "'\nA"),
        ("A=1", "A=1"),
        ("'A", "'A"),
        (5, "5"),
        ("", ""),
        (None, ""),
    ],
)
def test_plain_cell(value, plain):
    assert kernel.plain_cell(value) == plain
    assert kernel.read_cell(plain) == ("" if value is None else str(value))


@pytest.mark.parametrize("value", ["'A", "'", "it's", "", None, 5, "''=1"])
def test_other_apostrophes_stay(value):
    assert kernel.read_cell(value) == value


FORMULAS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "\t", "\n", "\u3000"]),
    st.sampled_from("=+-@＝＋－＠"),
    st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20),
)


@given(FORMULAS)
def test_a_formula_survives_the_file_as_text(text):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow([kernel.plain_cell(text)])
    stream.seek(0)
    [[cell]] = csv.reader(stream)
    assert cell.startswith("'")
    assert kernel.read_cell(cell) == text
    assert kernel.plain_cell(cell) == cell, "written twice, guarded once"


@given(st.text())
def test_no_cell_begins_like_a_formula(text):
    plain = kernel.plain_cell(text)
    assert plain.lstrip()[:1] not in ("=", "+", "-", "@")
    assert plain[:1] not in ("\t", "\r", "\n")
