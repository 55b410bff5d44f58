"""Radar and bar charts as SVG text; no ORM, no JavaScript.

The pictures are plain SVG 1.1 with attributes only, so that browsers and the old
engine of wkhtmltopdf draw them alike.  A value of ``None`` is "not available": it
is never drawn as zero.
"""

import base64
import math
import unicodedata
from xml.sax.saxutils import escape

FONTS = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Zen Hei, "
    "Microsoft YaHei, PingFang SC, DejaVu Sans, Arial, sans-serif"
)
#: Distinct also when printed in grey.
COLORS = ("#017e84", "#d9822b", "#714b67", "#3f7fbf", "#a8324a", "#6b8e23")
INK = "#333333"
PALE = "#d0d0d0"
#: Share of the font size that a narrow character takes; wide ones take all of it.
NARROW = 0.58

#: What XML does not allow in a text.
_CONTROL = dict.fromkeys([*range(32), 0xFFFE, 0xFFFF])


def text_width(text, size):
    """Estimated width of ``text`` in pixels; CJK characters are twice as wide."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return (wide + (len(text) - wide) * NARROW) * size


def shorten(text, size, room):
    """``text``, cut with an ellipsis so that it fits into ``room`` pixels."""
    text = " ".join(str(text or "").split()).translate(_CONTROL)
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def number(value):
    """Number as an attribute or label: two decimals at most, none when whole."""
    rounded = round(float(value), 2)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:g}"


def data_uri(svg):
    """``src`` of an image that shows ``svg``."""
    coded = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{coded}"


def radar(labels, series, maximum=100, size=420):
    """Radar chart: one axis per label, one outline per series.

    :param labels: names of the axes, clockwise from the top
    :param series: ``[(name, values), …]`` or ``{name: values}``; values run along
        the labels, ``None`` is left out
    :param maximum: value at the outer ring, above zero
    :param size: height of the plot in pixels, which is half as wide again; the
        legend comes below
    :return: SVG text
    :raise ValueError: a series of another length, or a maximum of zero
    """
    rows = list(series.items() if isinstance(series, dict) else series)
    _check(labels, [values for _name, values in rows], maximum)
    width, height = size * 1.5, size + 22 * len(rows)
    centre, reach = (width / 2, size / 2), size * 0.38
    spokes = [_spoke(place, len(labels)) for place in range(len(labels))]
    parts = _rings(spokes, centre, reach, maximum) if spokes else []
    parts += _axis_names(labels, spokes, centre, reach, width)
    for place, (_name, values) in enumerate(rows):
        shares = [_share(value, maximum) for value in values]
        parts += _outline(spokes, shares, centre, reach, _color(place))
    parts += _legend([name for name, _values in rows], size, width)
    return _svg(width, height, parts)


def bars(labels, values, maximum=None, unit="", width=640, missing="–", colors=None):
    """Horizontal bars, one per label, with the value at the end.

    :param labels: names, from top to bottom
    :param values: numbers along the labels; negative ones are drawn from zero to
        the left, ``None`` shows ``missing`` instead of a bar
    :param maximum: value of the full width; by default the largest value
    :param unit: text behind each value, e.g. "%"
    :param width: pixels of the whole picture
    :param missing: text where there is no value
    :param colors: colour per bar; by default one colour for all
    :return: SVG text
    :raise ValueError: labels and values of different length
    """
    known = [float(value) for value in values if value is not None]
    low = min([0.0, *known])
    high = max([0.0, *known]) if maximum is None else float(maximum)
    _check(labels, [values], high - low or 1)
    left, right = width * 0.36, width - 70
    scale = (right - left) / ((high - low) or 1)
    zero = left - low * scale
    parts = [_line(zero, 4, zero, 26 * len(labels) + 4, INK)]
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        top = 26 * place + 6
        name = shorten(label, 12, left - 14)
        parts.append(_text(left - 8, top + 11, name, 12, "end"))
        color = colors[place] if colors else COLORS[0]
        parts += _bar(value, top, zero, scale, (left, right), color, unit, missing)
    return _svg(width, 26 * len(labels) + 10, parts)


def _check(labels, rows, maximum):
    if not maximum > 0:
        raise ValueError("the maximum of a chart must be above zero")
    if any(len(values) != len(labels) for values in rows):
        raise ValueError("every series needs one value per label")


def _bar(value, top, zero, scale, span, color, unit, missing):
    """Rectangle and value of one bar, or the text that there is none."""
    if value is None:
        return [_text(zero + 6, top + 11, missing, 12, "start", "#888888")]
    end = min(max(zero + float(value) * scale, span[0]), span[1])
    start, length = min(zero, end), abs(end - zero)
    label = f"{number(value)}{unit}"
    return [
        f'<rect x="{number(start)}" y="{top}" width="{number(length)}" height="16" '
        f'fill="{color}"/>',
        _text(max(zero, end) + 6, top + 11, label, 12, "start"),
    ]


def _spoke(place, count):
    """Unit vector of one axis; the first points upwards."""
    angle = 2 * math.pi * place / count - math.pi / 2
    return math.cos(angle), math.sin(angle)


def _share(value, maximum):
    """Part of the reach, held between centre and outer ring."""
    if value is None:
        return None
    return min(max(float(value) / maximum, 0.0), 1.0)


def _point(spoke, centre, reach):
    x, y = (mid + part * reach for mid, part in zip(centre, spoke, strict=True))
    return f"{number(x)},{number(y)}"


def _rings(spokes, centre, reach, maximum):
    """Grid: five rings with their values, and the axes."""
    parts = []
    for step in range(1, 6):
        points = " ".join(_point(s, centre, reach * step / 5) for s in spokes)
        parts.append(f'<polygon points="{points}" fill="none" stroke="{PALE}"/>')
    for x, y in spokes:
        end = (centre[0] + x * reach, centre[1] + y * reach)
        parts.append(_line(*centre, *end, PALE))
    for step in (1, 2, 3, 4, 5):
        label = number(maximum * step / 5)
        y = centre[1] - reach * step / 5
        parts.append(_text(centre[0] + 3, y + 3, label, 9, "start", "#888888"))
    return parts


def _axis_names(labels, spokes, centre, reach, width):
    """Names around the outer ring, aligned away from it."""
    parts = []
    for label, (x, y) in zip(labels, spokes, strict=True):
        side = "middle" if abs(x) < 0.2 else "start" if x > 0 else "end"
        place = centre[0] + x * (reach + 12)
        room = {"middle": width * 0.6, "start": width - place, "end": place}[side]
        name = shorten(label, 12, room - 4)
        drop = 4 + y * 8
        parts.append(_text(place, centre[1] + y * (reach + 12) + drop, name, 12, side))
    return parts


def _outline(spokes, shares, centre, reach, color):
    """One series: the polygon of what is known and a dot per value."""
    points = [
        (spoke, share)
        for spoke, share in zip(spokes, shares, strict=True)
        if share is not None
    ]
    text = " ".join(_point(spoke, centre, reach * share) for spoke, share in points)
    parts = []
    if len(points) > 1:
        parts.append(
            f'<polygon points="{text}" fill="{color}" fill-opacity="0.15" '
            f'stroke="{color}" stroke-width="2"/>'
        )
    for spoke, share in points:
        x, y = _point(spoke, centre, reach * share).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>')
    return parts


def _legend(names, size, width):
    """Colour and name of each series, one below the other."""
    parts = []
    for place, name in enumerate(names):
        y = size + 22 * place + 4
        parts.append(
            f'<rect x="20" y="{number(y)}" width="12" height="12" '
            f'fill="{_color(place)}"/>'
        )
        label = shorten(name, 12, width - 60)
        parts.append(_text(40, y + 10, label, 12, "start"))
    return parts


def _color(place):
    return COLORS[place % len(COLORS)]


def _line(x1, y1, x2, y2, color):
    return (
        f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" '
        f'y2="{number(y2)}" stroke="{color}"/>'
    )


def _text(x, y, text, size, anchor, color=INK):
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{size}" '
        f'text-anchor="{anchor}" fill="{color}">{escape(str(text))}</text>'
    )


def _svg(width, height, parts):
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" '
        f'height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}" '
        f'font-family="{FONTS}">{body}</svg>'
    )
