"""Rows of a list of sold units, as dealers send them. No ORM here."""

from odoo.addons.aftersales_network.tools import list_rows
from odoo.addons.aftersales_network.tools.list_rows import (
    RowError,
    parse_day,
    squeeze,
)

#: Field → headings that stand for it, in small letters.
HEADINGS = {
    "serial": ("serial", "serial number", "sn", "序列号", "机号"),
    "product": ("product", "model", "internal reference", "产品", "型号"),
    "customer": ("customer", "owner", "name", "客户", "姓名"),
    "email": ("email", "e-mail", "邮箱"),
    "phone": ("phone", "mobile", "电话", "手机"),
    "date_sale": ("sold on", "date of sale", "invoice date", "销售日期", "发票日期"),
    "date_delivery": ("delivered on", "交付日期", "送货日期"),
    "date_factory": ("factory date", "出厂日期"),
    "dealer": ("dealer", "经销商"),
    "price": ("price", "价格"),
}
REQUIRED = ("serial", "product", "date_sale")
DATES = ("date_sale", "date_delivery", "date_factory")


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    return list_rows.map_header(header, HEADINGS)


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have."""
    return list_rows.missing_columns(mapping, HEADINGS, REQUIRED)


def parse_price(value):
    """Return the price of a cell; an empty one is zero.

    :raise RowError: ``price``
    """
    text = str(value or "").strip().replace(",", "").lstrip("¥€$£ ")
    try:
        number = float(text or 0)
    except ValueError:
        raise RowError("price", text) from None
    if not 0 <= number < 1e12:
        raise RowError("price", text)
    return number


def read_row(values, mapping):
    """Return the cells of a row as ``{field: value}``.

    :param values: ``{heading: cell}``
    :param mapping: see :func:`map_header`
    :raise RowError: ``missing`` with the name of the field, ``date`` or ``price``
    """
    cells = {name: values.get(heading) for name, heading in mapping.items()}
    row = {
        name: squeeze(cells.get(name))
        for name in HEADINGS
        if name not in (*DATES, "price")
    }
    row.update({name: parse_day(cells.get(name)) for name in DATES})
    row["price"] = parse_price(cells.get("price"))
    for name in REQUIRED:
        if not row[name]:
            raise RowError("missing", name)
    return row
