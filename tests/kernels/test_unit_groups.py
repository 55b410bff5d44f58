"""Units that are asked about together, without Odoo."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/unit_groups.py")
facts = load_kernel("aftersales_warranty/tools/entitlement_facts.py")

SALE = date(2026, 3, 1)
prices = st.sampled_from([None, 0.0, 99.5, 100.0, 1250.25])


def group(ids, prices, **values):
    row = (
        ids,
        prices,
        1,
        2,
        3,
        4,
        5,
        "shop",
        SALE,
        None,
        None,
        None,
        None,
        None,
        False,
    )
    shared = facts.UnitFacts(whole_months=24, category="general")
    return kernel.UnitGroup(*row, shared, **values)


def test_what_is_not_its_own_comes_from_what_is_shared():
    found = group([7], [100.0])
    assert (found.date_invoice, found.channel) == (SALE, "shop")
    assert (found.whole_months, found.category, found.digits) == (24, "general", 2)


def test_the_columns_are_where_the_group_has_them():
    row = group([7], [100.0])
    for column, name in (
        (kernel.IDS, "ids"),
        (kernel.PRICES, "prices"),
        (kernel.COMPANY, "company_id"),
        (kernel.CURRENCY, "currency_id"),
        (kernel.COUNTRY, "country_id"),
        (kernel.VERSION, "policy_version_id"),
        (kernel.CATEGORY, "categ_id"),
    ):
        assert row._fields[column] == name


def test_days_of_all_repairs_count():
    visits = (facts.Visit(SALE, SALE, 3, 4), facts.Visit(SALE, None, 5, 0))
    found = group([7], [100.0], visits=visits)
    assert (found.repair_days, found.waiting_days) == (8, 4)


@given(st.lists(prices, min_size=1, max_size=30))
def test_a_group_is_split_by_price_and_nobody_gets_lost(found):
    ids = list(range(len(found)))
    parts = kernel.by_price(group(ids, found))
    assert sorted(unit for part in parts for unit in part.ids) == ids
    assert len({part.prices[0] for part in parts}) == len(parts)
    for part in parts:
        assert part.price == Decimal(part.prices[0] or 0)
        assert {found[unit] for unit in part.ids} == {part.prices[0]}
        assert part.date_invoice == SALE
