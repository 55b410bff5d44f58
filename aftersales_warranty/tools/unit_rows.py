"""Rows of a list of sold units, as dealers send them. No ORM here."""

from datetime import date, datetime

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
_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class RowError(ValueError):
    """A row that cannot be taken; ``code`` names the rule, ``text`` the value."""

    def __init__(self, code, text=""):
        super().__init__(code)
        self.code = code
        self.text = text


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    found = {}
    for heading in header:
        text = " ".join(str(heading or "").split()).lower().rstrip("*").strip()
        for name, texts in HEADINGS.items():
            if text in texts:
                found.setdefault(name, heading)
    return found


def parse_day(value):
    """Return the day of a cell, or None for an empty one.

    :raise RowError: ``date``
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    if not text:
        return None
    # A workbook's day may come with its midnight.
    text = text.split("T")[0].split(" ")[0]
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise RowError("date", text)


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
        name: " ".join(str(cells.get(name) or "").split())
        for name in HEADINGS
        if name not in (*DATES, "price")
    }
    row.update({name: parse_day(cells.get(name)) for name in DATES})
    row["price"] = parse_price(cells.get("price"))
    for name in REQUIRED:
        if not row[name]:
            raise RowError("missing", name)
    return row
