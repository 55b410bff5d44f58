"""Rows of lists that people keep in a spreadsheet: headings, cells and days.

What a list is about, which columns it has and what its rows mean is up to the
kernels that build on this one. No ORM here.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta

_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
# Day 1 is 1 January 1900, and Excel believes that year to have had a leap day.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(10_000, 80_000)
_EXCEL_NUMBER = re.compile(r"([0-9]{5})(?:\.0+)?")
_FIRST, _LAST = date(1950, 1, 1), date(2150, 1, 1)
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")
_CONTROL = ("\t", "\r", "\n")


class RowError(ValueError):
    """A row that cannot be taken; ``code`` names the rule, ``text`` the value."""

    def __init__(self, code, text=""):
        super().__init__(code)
        self.code = code
        self.text = text


# ------------------------------------------------------------------------- texts


def squeeze(value):
    """Return a cell as text with one space between words, letters as written.

    For what is looked up as it stands: names may well hold full-width letters.
    """
    return " ".join(str(value if value is not None else "").split())


def clean_text(value):
    """Return a cell as text: one space between words, full width made plain."""
    text = unicodedata.normalize("NFKC", str(value if value is not None else ""))
    return squeeze(text)


def key(value):
    """Return the comparable form of a name, code or heading."""
    return clean_text(value).casefold()


# ---------------------------------------------------------------------- headings


def map_header(header, headings):
    """Return ``{field: heading}`` of the headings that are understood.

    :param header: headings of the list, in any case; the first of a field counts
    :param headings: ``{field: headings that stand for it, in small letters}``
    """
    fields = {text: name for name, texts in headings.items() for text in texts}
    found = {}
    for heading in header:
        name = fields.get(key(heading).rstrip("*: "))
        if name:
            found.setdefault(name, heading)
    return found


def missing_columns(mapping, headings, required):
    """Return the first headings of the required fields that have no column."""
    return [headings[name][0] for name in required if name not in mapping]


# -------------------------------------------------------------------------- days


def parse_day(value):
    """Return the day of a cell, or ``None`` for an empty one.

    Days come as dates, as text (year first) or as the number Excel keeps them as.
    Texts with the day or the month first cannot be told apart and are refused, as
    are days before 1950 and from 2150 on.

    :raise RowError: ``date``
    """
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        text = clean_text(value)
        if not text:
            return None
        value = _parse_text(text)
    if not _FIRST <= value < _LAST:
        raise RowError("date", value.isoformat())
    return value


def _parse_text(text):
    # A workbook's day may come with its midnight.
    head = text.split("T")[0].split(" ")[0]
    number = _EXCEL_NUMBER.fullmatch(head)
    if number and int(number[1]) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(number[1]))
    for pattern in _FORMATS:
        try:
            return datetime.strptime(head, pattern).date()
        except ValueError:
            continue
    raise RowError("date", text)


# --------------------------------------------------------------------------- CSV


def plain_cell(value):
    """Return the text of a cell that no spreadsheet takes for a formula.

    Source: OWASP, CSV Injection. Full-width signs count as well: a Chinese or
    Japanese Excel reads them like the narrow ones.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _is_formula(text) else text


def read_cell(value):
    """Return a cell without the apostrophe that :func:`plain_cell` put before it."""
    if isinstance(value, str) and value[:1] == "'" and _is_formula(value[1:]):
        return value[1:]
    return value


def _is_formula(text):
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])[:1]
    return text[:1] in _CONTROL or first in _FORMULA
