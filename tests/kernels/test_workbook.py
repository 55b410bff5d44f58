"""Spreadsheets from plain rows, read back with openpyxl."""

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from tests.kernels.conftest import load_kernel

workbook = load_kernel("aftersales_network/tools/workbook.py")


def read(sheets):
    return load_workbook(io.BytesIO(workbook.make_workbook(sheets)))


def test_cells_keep_their_kind_and_text_is_no_formula():
    moment = datetime(2026, 3, 2, 8, 30)
    row = ["=1+1", 3, 2.5, date(2026, 3, 1), moment, True, None, "http://x.example"]
    book = read([("Rows", [f"H{n}" for n in range(len(row))], [row])])
    cells = list(book["Rows"].iter_rows(min_row=2))[0]
    values = [cell.value for cell in cells]
    assert values[:3] == ["=1+1", 3, 2.5]
    assert cells[0].data_type == "s"
    assert values[3].date() == date(2026, 3, 1)
    assert values[4:7] == [moment, True, None]
    assert cells[7].hyperlink is None


def test_headings_stay_in_sight():
    sheet = read([("Rows", ["Code", "Name"], [])])["Rows"]
    assert [cell.value for cell in sheet[1]] == ["Code", "Name"]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["A/B:C", ""], ["A B C", "Sheet"]),
        (["Same", "same"], ["Same", "same 2"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 29 + " 2"]),
        (["评分表 2026/03"], ["评分表 2026 03"]),
    ],
)
def test_names_of_sheets_are_such_as_excel_takes(names, found):
    assert read([(name, [], []) for name in names]).sheetnames == found
