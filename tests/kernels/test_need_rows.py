"""Rows of a list of needs."""

import pytest

from tests.kernels.conftest import load_kernel

need_rows = load_kernel("aftersales_evaluation/tools/need_rows.py")
RowError = need_rows.RowError

ROW = {
    "对象": "经销商",
    "基本需求": "  快速  供货 ",
    "质量标准": "三天内到货",
    "服务承诺": "",
    "缺口原因": "",
}


def read(**changes):
    values = {**ROW, **changes}
    return need_rows.read_row(values, need_rows.map_header(list(values)))


def test_chinese_headings_and_groups():
    row = read()
    assert row["group"] == "dealers"
    assert row["name"] == "快速 供货"
    assert row["quality_standard"] == "三天内到货"
    assert row["added_value"] == ""


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Customer", "customers"),
        ("客户", "customers"),
        ("Service Providers", "providers"),
        ("部门", "departments"),
    ],
)
def test_groups(text, group):
    assert need_rows.parse_group(text) == group


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"对象": "邻居"}, "group"),
        ({"对象": ""}, "missing"),
        ({"基本需求": " "}, "missing"),
        ({"服务承诺": "上门", "缺口原因": "没有"}, "both"),
    ],
)
def test_bad_rows(changes, code):
    with pytest.raises(RowError) as error:
        read(**changes)
    assert error.value.code == code


def test_missing_columns():
    assert need_rows.missing_columns({}) == ["group", "basic need"]
    header = need_rows.map_header(["Whose need", "Need"])
    assert need_rows.missing_columns(header) == []
