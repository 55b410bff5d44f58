"""Bytes of a spreadsheet from plain rows; no ORM here.

Text is never taken for a formula or a link, whatever somebody typed into a name.
"""

import io
from datetime import date, datetime

import xlsxwriter

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
#: Characters that Excel refuses in the name of a sheet, and its length.
_NO_SHEET_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_SHEET_NAME_LENGTH = 31
_WIDTHS = range(8, 60)


def make_workbook(sheets):
    """Return the bytes of an XLSX file.

    :param sheets: ``[(name, headings, rows)]``; a cell is text, a number, a day, a
        moment, a truth value or ``None``
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        date: book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
    }
    taken = set()
    for name, headings, rows in sheets:
        sheet = book.add_worksheet(sheet_name(name, taken))
        _write_sheet(sheet, headings, rows, formats)
    book.close()
    return stream.getvalue()


def sheet_name(name, taken):
    """Return a name that Excel accepts and no other sheet has; remembers it.

    :param taken: set of the names in use, in small letters
    """
    base = str(name or "").translate(_NO_SHEET_NAME).strip() or "Sheet"
    found, number = base[:_SHEET_NAME_LENGTH], 1
    while found.lower() in taken:
        number += 1
        ending = f" {number}"
        found = base[: _SHEET_NAME_LENGTH - len(ending)] + ending
    taken.add(found.lower())
    return found


def _write_sheet(sheet, headings, rows, formats):
    sheet.freeze_panes(1, 0)
    widths = [len(str(heading)) for heading in headings]
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, str(heading), formats["head"])
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, formats)
            if column < len(widths) and number <= 200:
                widths[column] = max(widths[column], len(str(value or "")))
    for column, width in enumerate(widths):
        chosen = min(max(width + 2, _WIDTHS.start), _WIDTHS.stop)
        sheet.set_column(column, column, chosen)


def _write_cell(sheet, row, column, value, formats):
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats[date])
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))
