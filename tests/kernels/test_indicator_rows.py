"""Rows of a list of indicators, without Odoo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

rows = load_kernel("aftersales_evaluation/tools/indicator_rows.py")

HEADER = ("Code", "Name", "Points", "Type", "Metric", "Target", "Direction")
MAPPING = rows.map_header(HEADER)


def read(*cells):
    padded = [*cells, *[None] * (len(HEADER) - len(cells))]
    return rows.read_row(dict(zip(HEADER, padded, strict=True)), MAPPING)


def test_headings_in_english_and_chinese():
    assert rows.map_header(("编号", "名称", "分值", "上级")) == {
        "code": "编号",
        "name": "名称",
        "points": "分值",
        "parent": "上级",
    }
    assert rows.missing_columns(rows.map_header(("Code",))) == ["name", "points"]


def test_a_row_as_it_is_read():
    assert read("5.1", " Staff  file ", "2,5", "抽样") == {
        "code": "5.1",
        "name": "Staff file",
        "points": 2.5,
        "kind": "sampled",
        "metric_code": "",
        "target": None,
        "direction": "up",
    }
    assert read(5.0, "Five", 0)["code"] == "5"


@pytest.mark.parametrize(
    ("cells", "code", "text"),
    [
        (("", "Name", 1), "missing", "Code"),
        (("1", "", 1), "missing", "Name"),
        (("1", "Name", None), "missing", "Points"),
        (("1", "Name", "-1"), "number", "-1"),
        (("1", "Name", "many"), "number", "many"),
        (("1", "Name", "1/2"), "number", "1/2"),
        (("1", "Name", "0.125"), "number", "0.125"),
        (("1", "Name", "nan"), "number", "nan"),
        (("1", "Name", 1, "guess"), "choice", "guess"),
        (("1", "Name", 1, "metric"), "missing", "metric code"),
        (("1", "Name", 1, "metric", "CLOSE", 0), "target", "1"),
    ],
)
def test_rows_that_cannot_be_taken(cells, code, text):
    with pytest.raises(rows.RowError) as error:
        read(*cells)
    assert (error.value.code, error.value.text) == (code, text)


def test_target_of_zero_is_fine_where_less_is_better():
    assert read("1", "Name", 1, "metric", "COMPR", 0, "down")["target"] == 0


def find(*pairs, known=()):
    listed = [
        (line, {"code": code, "parent": parent})
        for line, (code, parent) in enumerate(pairs, 2)
    ]
    return rows.find_parents(listed, known)


def test_parents_by_column_by_code_and_unknown():
    parents, lost = find(("5", ""), ("5.1", ""), ("9.1", ""), ("x", "5.1"))
    assert parents == {"5": "", "5.1": "5", "9.1": "", "x": "5.1"}
    assert lost == {}
    parents, lost = find(("a", "gone"), ("a.1", ""), ("a.1.1", ""), ("b", ""))
    assert parents == {"b": ""}
    assert lost == {2: "gone", 3: "a", 4: "a.1"}
    assert find(("1.1", ""), known=["1"])[0] == {"1.1": "1"}


def test_loops():
    assert rows.find_loops({"a": "b", "b": "a", "c": "a", "d": ""}) == {"a", "b"}
    assert rows.find_loops({"1.1": "1", "1": ""}) == set()


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 8)))
def test_a_tree_without_loops_ends_everywhere(parents):
    loops = rows.find_loops(parents)
    for code in set(parents) - loops:
        seen = set()
        while code in parents and code not in seen and code not in loops:
            seen.add(code)
            code = parents[code]
        assert code not in seen
