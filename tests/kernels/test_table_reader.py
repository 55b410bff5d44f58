import codecs
import csv
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.kernels.conftest import load_kernel

reader = load_kernel("aftersales_network/tools/table_reader.py")


def read(data, filename="cases.csv", limits=None):
    table = reader.open_table(data, filename, limits)
    return table, list(table)


def refused(data, filename="cases.csv", limits=None):
    with pytest.raises(reader.HistoryFileError) as caught:
        read(data, filename, limits)
    return caught.value.code, caught.value.args_


def workbook(rows, change=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


TEXT = "Number,City,Value\n1,Kochi,10.5\n2,München,3\n"


@pytest.mark.parametrize(
    ("data", "encoding", "city"),
    [
        (TEXT.encode(), "utf-8", "München"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", "München"),
        (TEXT.encode("utf-16"), "utf-16", "München"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16", "München"),
        (TEXT.encode("utf-16-le"), "utf-16-le", "München"),
        (TEXT.encode("utf-16-be"), "utf-16-be", "München"),
        (TEXT.encode("latin-1"), "cp1252", "München"),
        (
            TEXT.replace("München", "上海市").encode("gb18030"),
            "gb18030",
            "上海市",
        ),
        (TEXT.replace("München", "上海市").encode(), "utf-8", "上海市"),
    ],
)
def test_encodings(data, encoding, city):
    table, rows = read(data)
    assert table.encoding == encoding
    assert table.header == ("Number", "City", "Value")
    assert [row.values["City"] for row in rows] == ["Kochi", city]
    assert [row.line for row in rows] == [2, 3]


@pytest.mark.parametrize(
    "data",
    [
        b"Number,City\n1,Ko\x00chi\n\x01\x02\x03\xff\xfe",
        b"Number,City\n1,K\x81chi\n",
        codecs.BOM_UTF8 + b"Number\n\xff\xff\n",
        codecs.BOM_UTF32_LE + "Number\n1\n".encode("utf-32-le"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
    ],
)
def test_what_is_no_text_is_refused(data):
    assert refused(data) == ("undecodable", {})


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters(mark):
    data = f'Number{mark}"A,b;c"{mark}Value\n7{mark}x{mark}9\n'.encode()
    table, rows = read(data)
    assert table.delimiter == mark
    assert rows[0].values == {"Number": "7", "A,b;c": "x", "Value": "9"}


@pytest.mark.parametrize(
    "data", [b"", b"  \r\n\t ", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\n\n,,,\n"]
)
def test_empty_files(data):
    assert refused(data) == ("empty", {})


def test_header_without_rows_has_no_rows():
    table, rows = read(b"Number,City\n")
    assert (table.header, rows) == (("Number", "City"), [])


def test_unnamed_first_column_keeps_its_place_and_trailing_ones_go():
    table, rows = read(b",City,,\n4,Kochi,,\n")
    assert table.header == ("", "City")
    assert rows[0].values == {"": "4", "City": "Kochi"}
    assert rows[0].problem is None


def test_double_column_is_refused():
    assert refused(b"City,Value, City \n1,2,3\n") == (
        "double_column",
        {"column": "City"},
    )


def test_blank_lines_are_skipped_and_lines_are_those_of_the_file():
    _table, rows = read(b"A,B\n\n1,2\n,\n3,4\n")
    assert [(row.line, row.values["A"]) for row in rows] == [(3, "1"), (5, "3")]


def test_a_short_row_is_filled_and_a_long_one_is_named():
    _table, rows = read(b"A,B\n1\n1,2,3\n1,2,\n")
    assert rows[0].values == {"A": "1", "B": None}
    assert [row.problem for row in rows] == [None, "extra_cells", None]


def test_broken_quotes_spoil_their_row_only():
    _table, rows = read(b'A,B\n1,"x"y\n2,ok\n')
    assert [(row.line, row.problem) for row in rows] == [
        (2, "broken_quotes"),
        (3, None),
    ]


def test_broken_quotes_in_the_header_refuse_the_file():
    assert refused(b'A,"B"x\n1,2\n') == ("broken_header", {})


def test_a_quoted_line_break_belongs_to_its_cell():
    _table, rows = read(b'A,B\n1,"x\ny"\n2,z\n')
    assert [(row.line, row.values["B"]) for row in rows] == [(2, "x\ny"), (4, "z")]


def test_formula_text_in_csv_is_named():
    _table, rows = read(b"A,B\n1,=1+1\n2,-5\n3, =cmd()\n")
    assert [row.formulas for row in rows] == [("B",), (), ("B",)]


def test_size_limit_is_checked_before_anything_else():
    limits = reader.Limits(max_bytes=10)
    assert refused(b"\x00" * 11, limits=limits) == (
        "too_big",
        {"size": 11, "limit": 10},
    )


def test_fifty_megabytes_is_the_limit():
    size = 50 * 1024 * 1024
    assert refused(b"A" * (size + 1)) == ("too_big", {"size": size + 1, "limit": size})


# -------------------------------------------------------------------------- XLSX


def test_xlsx_values_read_like_a_person_sees_them():
    data = workbook(
        [["Number", "City", "Value"], [1, "Kochi", 5716.5], [2.0, None, 15000.0]]
    )
    table, rows = read(data, "cases.xlsx")
    assert (table.kind, table.header) == ("xlsx", ("Number", "City", "Value"))
    assert [tuple(row.values.values()) for row in rows] == [
        ("1", "Kochi", "5716.5"),
        ("2", None, "15000"),
    ]


def test_xlsx_is_known_by_its_content_not_its_name():
    table, _rows = read(workbook([["A"], [1]]), "cases.csv")
    assert table.kind == "xlsx"


def test_xlsx_formula_cells_are_named_and_text_with_equals_sign_is_not():
    def change(book):
        book.active["B3"].value = "=text"
        book.active["B3"].data_type = "s"

    data = workbook([["A", "B"], [1, "=1+1"], [2, "x"]], change)
    _table, rows = read(data, "cases.xlsx")
    assert [row.formulas for row in rows] == [("B",), ()]
    assert rows[1].values["B"] == "=text"


def test_xlsx_blank_rows_are_skipped():
    _table, rows = read(workbook([["A"], [None], [3]]), "x.xlsx")
    assert [(row.line, row.values["A"]) for row in rows] == [(3, "3")]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_two_readers_of_one_file_do_not_disturb_each_other(kind):
    data = workbook([["A"], [1], [2], [3]]) if kind == "xlsx" else b"A\n1\n2\n3\n"
    table = reader.open_table(data, f"x.{kind}")
    first = iter(table)
    next(first)
    assert [row.values["A"] for row in table] == ["1", "2", "3"]
    assert [row.values["A"] for row in first] == ["2", "3"]


def test_empty_workbook():
    assert refused(workbook([]), "x.xlsx") == ("empty", {})


def test_zip_bomb_is_seen_in_the_directory():
    bomb = zipped({"xl/worksheets/sheet1.xml": b"0" * (20 * 1024 * 1024)})
    code, args = refused(bomb, "x.xlsx")
    assert (code, args["size"]) == ("zip_bomb", 20 * 1024 * 1024)
    assert args["packed"] == len(bomb)


def test_zip_bomb_by_absolute_size():
    limits = reader.Limits(max_unpacked=2000, max_ratio=10**9)
    data = workbook([["A"], [1]])
    assert refused(data, "x.xlsx", limits)[0] == "zip_bomb"


def test_zip_with_too_many_parts():
    limits = reader.Limits(max_members=3)
    assert refused(workbook([["A"], [1]]), "x.xlsx", limits)[0] == "zip_bomb"


def test_a_huge_part_other_than_a_sheet():
    limits = reader.Limits(max_part=500)
    assert refused(workbook([["A"], [1]]), "x.xlsx", limits)[0] == "zip_bomb"


def test_a_directory_that_lies_is_found_while_unpacking():
    data = bytearray(zipped({"xl/styles.xml": b"0" * 5000}))
    real = (5000).to_bytes(4, "little")
    # Claim 50 bytes both in the local header and in the directory.
    data = data.replace(real, (50).to_bytes(4, "little"))
    assert refused(bytes(data), "x.xlsx")[0] == "broken_xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_entities_are_refused(encoding):
    text = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    data = zipped({"xl/workbook.xml": text.encode(encoding)})
    assert refused(data, "x.xlsx") == ("xml_entities", {})


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 not a zip", zipped({"hello.txt": b"x"}), b"no zip at all"]
)
def test_broken_xlsx(data):
    assert refused(data, "x.xlsx")[0] == "broken_xlsx"


def test_old_excel_is_named():
    data = reader.OLE_MAGIC + b"\0" * 100
    assert refused(data, "old.xls") == ("old_excel", {"filename": "old.xls"})


def test_too_many_columns():
    limits = reader.Limits(max_columns=2)
    assert refused(b"A,B,C\n1,2,3\n", limits=limits) == ("too_wide", {"limit": 2})
    data = workbook([["A", "B", "C"]])
    assert refused(data, "x.xlsx", limits) == ("too_wide", {"limit": 2})


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_csv_writes_comes_back(rows, mark):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=mark)
    writer.writerows([["A", "B", "C"], *rows])
    _table, found = read(codecs.BOM_UTF8 + stream.getvalue().encode())
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.values.values()) for row in found] == expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_code(data):
    for name in ("x.csv", "x.xlsx"):
        try:
            list(reader.open_table(data, name))
        except reader.HistoryFileError as error:
            assert error.code
