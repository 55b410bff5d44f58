"""Radar and bar charts: well-formed, inside the picture, honest about gaps."""

import base64
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

charts = load_kernel("aftersales_evaluation/tools/charts.py")

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6))
ROWS = st.lists(st.tuples(st.text(max_size=60), VALUES), max_size=12)


def _numbers(text):
    return [float(part) for pair in text.split() for part in pair.split(",")]


@given(rows=ROWS, name=st.text(max_size=60))
def test_radar_is_well_formed_and_inside(rows, name):
    labels = [label for label, _value in rows]
    values = [value for _label, value in rows]
    tree = ElementTree.fromstring(charts.radar(labels, [(name, values)]))
    outline = tree.findall(f"{SVG}polygon") + tree.findall(f"{SVG}circle")
    for shape in outline:
        places = shape.get("points") or f"{shape.get('cx')},{shape.get('cy')}"
        assert all(0 <= place <= 630 for place in _numbers(places))
    known = [value for value in values if value is not None]
    assert len(tree.findall(f"{SVG}circle")) == len(known)


@given(rows=ROWS)
def test_bars_are_well_formed_and_inside(rows):
    labels = [label for label, _value in rows]
    values = [value for _label, value in rows]
    tree = ElementTree.fromstring(charts.bars(labels, values))
    rects = tree.findall(f"{SVG}rect")
    assert len(rects) == sum(value is not None for value in values)
    for rect in rects:
        start, length = float(rect.get("x")), float(rect.get("width"))
        assert start >= 0 and length >= 0
        assert start + length <= 640


def test_bar_lengths_follow_the_values():
    tree = ElementTree.fromstring(charts.bars(["a", "b", "c"], [100, 25, 0]))
    lengths = [float(rect.get("width")) for rect in tree.findall(f"{SVG}rect")]
    assert lengths == [339.6, 84.9, 0]


def test_negative_bars_run_to_the_left_of_zero():
    tree = ElementTree.fromstring(charts.bars(["gap", "plus"], [-1, 1]))
    left, right = tree.findall(f"{SVG}rect")
    zero = float(right.get("x"))
    assert float(left.get("x")) + float(left.get("width")) == pytest.approx(zero)


def test_missing_value_is_not_zero():
    tree = ElementTree.fromstring(charts.bars(["a"], [None], missing="n/a"))
    assert not tree.findall(f"{SVG}rect")
    assert "n/a" in [text.text for text in tree.findall(f"{SVG}text")]


def test_text_is_escaped_and_chinese_kept():
    svg = charts.bars(['<b onclick="x">&', "服务网点"], [1, 2], unit="%")
    assert "<b" not in svg
    assert "服务网点" in svg
    assert "Noto Sans CJK" in svg
    assert "2%" in svg


def test_radar_names_every_series():
    svg = charts.radar(["甲", "乙", "丙"], {"自评": [1, 2, 3], "审核": [3, 2, 1]}, 5)
    tree = ElementTree.fromstring(svg)
    texts = [text.text for text in tree.findall(f"{SVG}text")]
    assert {"自评", "审核", "甲", "乙", "丙", "5"} <= set(texts)
    top = tree.findall(f"{SVG}polygon")[5].get("points").split()[0]
    assert top == "315,178.08"  # one fifth of the reach above the centre


def test_wrong_lengths_and_maximum_are_refused():
    with pytest.raises(ValueError, match="one value per label"):
        charts.radar(["a", "b"], [("x", [1])])
    with pytest.raises(ValueError, match="above zero"):
        charts.radar(["a"], [("x", [1])], maximum=0)
    with pytest.raises(ValueError, match="one value per label"):
        charts.bars(["a"], [1, 2])


@given(text=st.text(), room=st.integers(20, 200))
def test_shortened_text_fits(text, room):
    short = charts.shorten(text, 12, room)
    assert charts.text_width(short, 12) <= room


def test_data_uri_carries_the_picture():
    svg = charts.bars(["网点"], [1])
    head, _comma, body = charts.data_uri(svg).partition(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(body).decode() == svg
