"""Rows of a list of certificates, with English or Chinese headings; no ORM here."""

import unicodedata
from datetime import date, datetime, timedelta

#: Field → headings that stand for it, in small letters; the first one is in the
#: template.
HEADINGS = {
    "holder": ("holder", "name", "employee", "持证人", "姓名", "员工姓名"),
    "employee": (
        "employee number",
        "employee no",
        "employee id",
        "badge",
        "badge id",
        "工号",
        "员工编号",
    ),
    "email": ("email", "e-mail", "work email", "work e-mail", "邮箱", "工作邮箱"),
    "type": ("type", "certificate", "certificate type", "证书", "证书类型", "证书名称"),
    "issuer": ("issuer", "issued by", "发证机构", "颁发机构"),
    "number": (
        "number",
        "certificate number",
        "certificate no",
        "证书编号",
        "证书号",
        "编号",
    ),
    "level": ("level", "grade", "级别", "等级"),
    "date_issue": ("issued", "issued on", "date of issue", "发证日期", "颁发日期"),
    "date_expiry": (
        "expires",
        "expires on",
        "valid until",
        "expiry date",
        "有效期至",
        "到期日期",
        "有效期",
    ),
}
REQUIRED = ("type", "number", "date_issue")
HOLDER = ("employee", "email", "holder")
DATES = ("date_issue", "date_expiry")
LEVELS = {
    "entry": ("entry", "junior", "初级"),
    "ordinary": ("ordinary", "intermediate", "普通", "中级"),
    "senior": ("senior", "高级"),
}
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
# Day 1 is 1 January 1900, and Excel believes that year to have had a leap day.
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(10_000, 80_000)
_FIRST, _LAST = date(1950, 1, 1), date(2150, 1, 1)


class RowError(ValueError):
    """A row that cannot be taken; ``code`` names the rule, ``text`` the value."""

    def __init__(self, code, text=""):
        super().__init__(code)
        self.code = code
        self.text = text


def clean_text(value):
    """Return a cell as text: one space between words, full width made plain."""
    text = unicodedata.normalize("NFKC", str(value if value is not None else ""))
    return " ".join(text.split())


def key(value):
    """Return the comparable form of a name, code or heading."""
    return clean_text(value).casefold()


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    found = {}
    for heading in header:
        text = key(heading).rstrip("*:").strip()
        for name, texts in HEADINGS.items():
            if text in texts:
                found.setdefault(name, heading)
    return found


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have.

    One of number, e-mail and name is enough to find the holder.
    """
    missing = [HEADINGS[name][0] for name in REQUIRED if name not in mapping]
    if not any(name in mapping for name in HOLDER):
        missing.append(HEADINGS["holder"][0])
    return missing


def parse_day(value):
    """Return the day of a cell, or ``None`` for an empty one.

    Days come as dates, as text (year first) or as the number Excel keeps them as.
    Texts with the day or the month first cannot be told apart and are refused.

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
    head = text.split("T")[0].split(" ")[0]
    try:
        number = float(head)
    except ValueError:
        number = None
    if number is not None and number.is_integer() and int(number) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(number))
    for pattern in _FORMATS:
        try:
            return datetime.strptime(head, pattern).date()
        except ValueError:
            continue
    raise RowError("date", text)


def parse_level(value):
    """Return the key of a level, ``None`` for an empty cell.

    :raise RowError: ``level``
    """
    text = key(value)
    if not text:
        return None
    for level, texts in LEVELS.items():
        if text in texts:
            return level
    raise RowError("level", clean_text(value))


def read_row(values, mapping):
    """Return the cells of a row as ``{field: value}``.

    :param values: ``{heading: cell}``
    :param mapping: see :func:`map_header`
    :raise RowError: ``missing`` with the heading, ``date``, ``level`` or ``order``
    """
    cells = {name: values.get(heading) for name, heading in mapping.items()}
    row = {name: clean_text(cells.get(name)) for name in HEADINGS}
    row.update({name: parse_day(cells.get(name)) for name in DATES})
    row["level"] = parse_level(cells.get("level"))
    for name in REQUIRED:
        if not row[name]:
            raise RowError("missing", mapping.get(name) or HEADINGS[name][0])
    if not any(row[name] for name in HOLDER):
        raise RowError("missing", HEADINGS["holder"][0])
    if row["date_expiry"] and row["date_expiry"] < row["date_issue"]:
        raise RowError("order", row["date_expiry"].isoformat())
    return row


def match_person(row, people):
    """Find the holder of a row: the first of number, e-mail and name that is given.

    Whoever is found by number or e-mail must carry the name of the row, if it has
    one, so that a wrong number does not go to somebody else.

    :param people: ``{"employee" | "email" | "holder": {key: [person, …]}}``
    :return: ``(person or None, code, text)`` with code ``unknown``, ``ambiguous`` or
        ``name`` where nobody is found
    """
    for field in HOLDER:
        text = row[field]
        if not text:
            continue
        found = people[field].get(key(text), [])
        if len(found) > 1:
            return None, "ambiguous", text
        if not found:
            return None, "unknown", text
        named = people["holder"].get(key(row["holder"]), []) if row["holder"] else found
        if found[0] not in named:
            return None, "name", row["holder"]
        return found[0], "", text
    return None, "unknown", ""
