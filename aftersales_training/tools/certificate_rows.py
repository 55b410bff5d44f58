"""Rows of a list of certificates, with English or Chinese headings; no ORM here."""

from odoo.addons.aftersales_network.tools import list_rows
from odoo.addons.aftersales_network.tools.list_rows import (
    RowError,
    clean_text,
    key,
    parse_day,
)

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


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    return list_rows.map_header(header, HEADINGS)


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have.

    One of number, e-mail and name is enough to find the holder.
    """
    missing = list_rows.missing_columns(mapping, HEADINGS, REQUIRED)
    if not any(name in mapping for name in HOLDER):
        missing.append(HEADINGS["holder"][0])
    return missing


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
