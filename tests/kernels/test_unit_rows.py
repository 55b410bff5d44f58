"""Rows of a list of sold units."""

from datetime import date, datetime

import pytest

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/unit_rows.py")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026/1/31", date(2026, 1, 31)),
        ("2026年1月31日", date(2026, 1, 31)),
        ("20260131", date(2026, 1, 31)),
        ("2026-01-31T00:00:00", date(2026, 1, 31)),
        (datetime(2026, 1, 31, 5), date(2026, 1, 31)),
        (date(2026, 1, 31), date(2026, 1, 31)),
        ("", None),
        (None, None),
    ],
)
def test_days(value, day):
    assert kernel.parse_day(value) == day


@pytest.mark.parametrize("value", ["31.01.2026", "2026-02-30", "soon", "44000.5"])
def test_no_days(value):
    with pytest.raises(kernel.RowError) as error:
        kernel.parse_day(value)
    assert (error.value.code, error.value.text) == ("date", value)


@pytest.mark.parametrize(
    ("value", "price"), [("", 0), ("1,234.50", 1234.5), ("¥ 12", 12), (7, 7)]
)
def test_prices(value, price):
    assert kernel.parse_price(value) == price


@pytest.mark.parametrize("value", ["-1", "abc", "nan", "inf", "1e13"])
def test_no_prices(value):
    with pytest.raises(kernel.RowError):
        kernel.parse_price(value)


def test_header_and_row():
    mapping = kernel.map_header(("  Serial   Number* ", "型号", "Sold on", "Other"))
    assert set(mapping) == {"serial", "product", "date_sale"}
    values = {"  Serial   Number* ": " A 1 ", "型号": 900, "Sold on": "2026-01-01"}
    row = kernel.read_row(values, mapping)
    assert (row["serial"], row["product"], row["price"]) == ("A 1", "900", 0)
    assert row["date_sale"] == date(2026, 1, 1)
    assert row["date_delivery"] is None
    with pytest.raises(kernel.RowError) as error:
        kernel.read_row({**values, "型号": " "}, mapping)
    assert (error.value.code, error.value.text) == ("missing", "product")
