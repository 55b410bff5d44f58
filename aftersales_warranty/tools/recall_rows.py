"""Rows of a list of serials that a recall affects. No ORM here."""

from odoo.addons.aftersales_network.tools import list_rows
from odoo.addons.aftersales_network.tools.list_rows import RowError, squeeze

#: Field → headings that stand for it, in small letters.
HEADINGS = {
    "serial": ("serial", "serial number", "sn", "vin", "序列号", "机号", "车架号"),
    "product": ("product", "model", "internal reference", "产品", "型号"),
}
REQUIRED = ("serial",)


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    return list_rows.map_header(header, HEADINGS)


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have."""
    return list_rows.missing_columns(mapping, HEADINGS, REQUIRED)


def read_row(values, mapping):
    """Return the cells of a row as ``{field: text}``.

    :param values: ``{heading: cell}``
    :param mapping: see :func:`map_header`
    :raise RowError: ``missing`` with the name of the field
    """
    row = {name: squeeze(values.get(mapping.get(name))) for name in HEADINGS}
    if not row["serial"]:
        raise RowError("missing", "serial")
    return row
