"""Rows of a list of indicators, with English or Chinese headings; no ORM here."""

from fractions import Fraction

from odoo.addons.aftersales_network.tools import list_rows
from odoo.addons.aftersales_network.tools.list_rows import (
    RowError,
    clean_text,
    key,
    squeeze,
)

#: Field → headings that stand for it, in small letters; the first one is exported.
HEADINGS = {
    "code": ("code", "clause", "编号", "代码", "条款"),
    "parent": ("belongs to", "parent", "上级", "所属"),
    "name": ("name", "indicator", "名称", "指标"),
    "keywords": ("keywords", "关键词"),
    "kind": ("kind", "type", "类型", "评分方式"),
    "points": ("points", "分值", "分数"),
    "metric_code": ("metric code", "metric", "度量代码", "度量"),
    "target": ("target", "目标", "目标值"),
    "direction": ("direction", "方向"),
    "unit": ("unit", "单位"),
    "min_sample": ("minimum sample", "最小样本"),
    "confidence": ("confidence", "可信度"),
}
REQUIRED = ("code", "name", "points")
#: Selections: value → texts that stand for it, in small letters.
CHOICES = {
    "kind": {
        "qualitative": ("qualitative", "q", "定性"),
        "sampled": ("sampled", "s", "抽样"),
        "metric": ("metric", "m", "度量", "指标值"),
    },
    "direction": {
        "up": ("up", "more is better", "越高越好", "越多越好"),
        "down": ("down", "less is better", "越低越好", "越少越好"),
    },
    "unit": {
        "%": ("%", "percent"),
        "h": ("h", "hours", "小时"),
        "days": ("days", "day", "天"),
        "number": ("number", "数量"),
        "money": ("money", "金额"),
    },
    "confidence": {value: (value,) for value in ("a", "bp", "b", "c", "d", "p")},
}
DEFAULTS = {"kind": "qualitative", "direction": "up", "unit": "%"}
#: Decimals that points may have, and the largest number of a cell.
PLACES, MAXIMUM = 2, 1_000_000


def map_header(header):
    """Return ``{field: heading}`` of the headings that are understood."""
    return list_rows.map_header(header, HEADINGS)


def missing_columns(mapping):
    """Return the first headings of the columns that a list must have."""
    return list_rows.missing_columns(mapping, HEADINGS, REQUIRED)


def parse_choice(name, value):
    """Return the value of a selection, its default for an empty cell.

    :raise RowError: ``choice``
    """
    text = key(value)
    if not text:
        return DEFAULTS.get(name)
    for choice, texts in CHOICES[name].items():
        if text in texts:
            return choice
    raise RowError("choice", clean_text(value))


def parse_number(value, places=PLACES):
    """Return a number that is not negative, ``None`` for an empty cell.

    :raise RowError: ``number``
    """
    text = clean_text(value).replace(",", ".")
    if not text:
        return None
    try:
        number = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise RowError("number", text) from error
    if "/" in text or not 0 <= number <= MAXIMUM or (number * 10**places) % 1:
        raise RowError("number", text)
    return float(number) if places else int(number)


def parse_code(value):
    """Return a code as text: a spreadsheet keeps 5 as the number 5.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean_text(value)


def read_row(values, mapping):
    """Return the cells of a row as ``{field: value}`` of the columns that exist.

    :param values: ``{heading: cell}``
    :param mapping: see :func:`map_header`
    :raise RowError: ``missing`` with the heading, ``choice``, ``number``, ``target``
        or ``metric``
    """
    cells = {name: values.get(heading) for name, heading in mapping.items()}
    row = {}
    for name, cell in cells.items():
        if name in CHOICES:
            row[name] = parse_choice(name, cell)
        elif name in ("points", "target"):
            row[name] = parse_number(cell)
        elif name == "min_sample":
            row[name] = parse_number(cell, places=0) or 0
        elif name in ("code", "parent"):
            row[name] = parse_code(cell)
        else:
            row[name] = squeeze(cell)
    for name in REQUIRED:
        if row[name] in ("", None):
            raise RowError("missing", mapping[name])
    _check_metric(row)
    return row


def _check_metric(row):
    """Refuse a metric that could not be scored."""
    if row.get("kind") != "metric":
        return
    if not row.get("metric_code"):
        raise RowError("missing", HEADINGS["metric_code"][0])
    target = row.get("target")
    if target is not None and not target and row.get("direction", "up") == "up":
        raise RowError("target", row["code"])


def find_parents(rows, known):
    """Return ``{code: code of the parent}`` and the rows whose parent is unknown.

    The column counts; where it is empty, 5.1.2 belongs to 5.1. A named parent that
    is neither in the set nor in the list refuses the row, and whatever is below it.

    :param rows: ``[(line, row), …]``
    :param known: codes that the set has
    :return: ``({code: parent or ""}, {line: parent that is unknown})``
    """
    codes = {row["code"] for _line, row in rows} | set(known)
    parents, refused = {}, {}
    for line, row in rows:
        named = row.get("parent")
        parent = named or row["code"].rpartition(".")[0]
        if parent in codes and parent != row["code"]:
            parents[row["code"]] = parent
        elif named:
            refused[line] = named
        else:
            parents[row["code"]] = ""
    by_code = {row["code"]: line for line, row in rows}
    loose = {row["code"] for line, row in rows if line in refused} - set(known)
    while loose:
        lost = {code for code, parent in parents.items() if parent in loose}
        for code in lost:
            refused[by_code[code]] = parents.pop(code)
        loose = lost - set(known)
    return parents, refused


def find_loops(parents):
    """Return the codes that would hang below themselves."""
    loops = set()
    for code in parents:
        seen, above = {code}, parents.get(code)
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above == code:
            loops.add(code)
    return loops
