"""Rows of a list of affected serials, without Odoo."""

import pytest

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/recall_rows.py")


def test_headings_in_both_languages():
    mapping = kernel.map_header(["序列号", "Model", "Colour"])
    assert mapping == {"serial": "序列号", "product": "Model"}
    assert kernel.missing_columns(mapping) == []
    assert kernel.missing_columns({"product": "Model"}) == ["serial"]


def test_a_row_needs_its_serial():
    mapping = {"serial": "SN", "product": "Model"}
    row = kernel.read_row({"SN": " AC  1 ", "Model": None}, mapping)
    assert row == {"serial": "AC 1", "product": ""}
    with pytest.raises(kernel.RowError) as error:
        kernel.read_row({"SN": " "}, mapping)
    assert (error.value.code, error.value.text) == ("missing", "serial")
