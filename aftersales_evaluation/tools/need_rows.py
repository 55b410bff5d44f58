"""Rows of a list of needs, with English or Chinese headings; no ORM here."""

from odoo.addons.aftersales_network.tools import list_rows
from odoo.addons.aftersales_network.tools.list_rows import (
    RowError,
    clean_text,
    key,
)

#: Field → headings that stand for it, in small letters; the first one is in the
#: template.
HEADINGS = {
    "group": ("group", "whose need", "对象", "需求对象", "群体"),
    "name": ("basic need", "need", "基本需求", "需求"),
    "quality_standard": ("quality standard", "quality", "质量标准", "质量要求"),
    "added_value": ("added value", "附加价值", "增值需求", "附加值"),
    "promise": ("promise", "answered by", "service promise", "服务承诺", "承诺"),
    "gap_reason": ("gap", "why it is a gap", "缺口", "缺口原因", "缺口说明"),
}
REQUIRED = ("group", "name")
GROUPS = {
    "customers": ("customers", "customer", "顾客", "客户", "消费者"),
    "dealers": ("dealers", "dealer", "经销商"),
    "providers": ("service providers", "service provider", "providers", "服务商"),
    "departments": ("departments", "department", "部门", "内部部门"),
}


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    return list_rows.map_header(header, HEADINGS)


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have."""
    return list_rows.missing_columns(mapping, HEADINGS, REQUIRED)


def parse_group(value):
    """Return the key of a group.

    :raise RowError: ``group``
    """
    text = key(value)
    for group, texts in GROUPS.items():
        if text in texts:
            return group
    raise RowError("group", clean_text(value))


def read_row(values, mapping):
    """Return the cells of a row as ``{field: value}``.

    :param values: ``{heading: cell}``
    :param mapping: see :func:`map_header`
    :raise RowError: ``missing`` with the heading, ``group``, or ``both`` for a need
        that has a promise and is a gap as well
    """
    row = {
        name: clean_text(values.get(mapping[name])) if name in mapping else ""
        for name in HEADINGS
    }
    for name in REQUIRED:
        if not row[name]:
            raise RowError("missing", mapping.get(name) or HEADINGS[name][0])
    row["group"] = parse_group(row["group"])
    if row["promise"] and row["gap_reason"]:
        raise RowError("both", row["name"])
    return row
