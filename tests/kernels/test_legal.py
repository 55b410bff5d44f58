"""What the law alone gives a component, without Odoo."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/entitlement.py")

SALE = date(2026, 1, 31)
FACTS = kernel.UnitFacts(date_invoice=SALE, whole_months=12, part_months=36)
REPAIR = kernel.Rule("free_repair", "repair", window_unit="whole", extends=True)
PART = kernel.Rule("part_replacement", "part", window_unit="part")


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ("whole_unit", (date(2027, 1, 31), "repair")),
        ("labour", (date(2027, 1, 31), "repair")),
        ("travel", (date(2027, 1, 31), "repair")),
        # a main part has its own, longer period
        ("part", (date(2029, 1, 31), "part")),
    ],
)
def test_each_component_has_its_period(component, expected):
    assert kernel.legal_cover([REPAIR, PART], FACTS, component) == expected


@pytest.mark.parametrize(
    "trigger", [{"min_repairs": 2}, {"repair_days_over": 30}, {"waiting_days_over": 90}]
)
def test_a_remedy_after_a_history_is_no_cover(trigger):
    rule = kernel.Rule("free_repair", window_unit="whole", **trigger)
    assert kernel.legal_cover([rule], FACTS, "whole_unit") is None


def test_other_rights_and_other_goods_are_no_cover():
    rules = [
        kernel.Rule("return", window_value=7),
        kernel.Rule("free_repair", window_unit="whole", category="car"),
        kernel.Rule("free_repair", window_unit="whole", channel="distance"),
    ]
    assert kernel.legal_cover(rules, FACTS, "whole_unit") is None
    no_period = kernel.UnitFacts(date_invoice=SALE)
    assert kernel.legal_cover([REPAIR], no_period, "whole_unit") is None


@given(repair=st.integers(0, 300), longer=st.integers(0, 300))
def test_repairs_never_shorten_it(repair, longer):
    def end(days):
        visit = kernel.Visit(SALE, SALE, repair_days=days)
        facts = kernel.UnitFacts(date_invoice=SALE, whole_months=12, visits=(visit,))
        return kernel.legal_cover([REPAIR], facts, "whole_unit")[0]

    assert end(repair + longer) == end(repair) + timedelta(longer)
