"""Kernel of the price ranges: table and property tests."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/prices.py")
Charge, Entry = kernel.Charge, kernel.Entry

AMOUNTS = st.integers(min_value=0, max_value=10**9)
PRICES = st.decimals(min_value=0, max_value=10**6, places=2)
QUANTITIES = st.decimals(min_value=0, max_value=1000, places=3)
SHARES = st.decimals(min_value=0, max_value=100, places=2)


def entry(key, kind="labour", **values):
    return Entry(key, kind, Decimal(10), Decimal(20), **values)


def find(charge, *lists):
    found = kernel.find_entry(lists, charge)
    return found and found.key


def test_the_more_exact_entry_wins():
    entries = [
        entry(1),
        entry(2, categ_id=5),
        entry(3, categ_id=6),
        entry(4, service_type_id=7),
        entry(5, fault_id=8),
        entry(6, names=frozenset(["refill"])),
    ]
    assert find(Charge("labour"), entries) == 1
    assert find(Charge("labour", categ_ids=(5,)), entries) == 2
    assert find(Charge("labour", categ_ids=(5, 6)), entries) == 3
    assert find(Charge("labour", categ_ids=(5, 6), service_type_id=7), entries) == 4
    assert find(Charge("labour", service_type_id=7, fault_id=8), entries) == 5
    assert find(Charge("labour", name=" Re\tFill "), entries) == 1
    assert find(Charge("labour", name=" ReFill ", fault_id=8), entries) == 6
    assert find(Charge("travel"), entries) is None


def test_a_part_beats_its_category():
    entries = [
        entry(1, "part", part_categ_id=3),
        entry(2, "part", product_id=9),
        entry(3, "part", part_categ_id=4),
    ]
    assert find(Charge("part", product_id=9, part_categ_ids=(3,)), entries) == 2
    assert find(Charge("part", product_id=8, part_categ_ids=(3,)), entries) == 1
    assert find(Charge("part", product_id=8, part_categ_ids=(3, 4)), entries) == 3
    assert find(Charge("part", product_id=8), entries) is None


def test_the_special_list_first_then_the_general_one():
    special, general = [entry(1, fault_id=8)], [entry(2)]
    assert find(Charge("labour", fault_id=8), special, general) == 1
    assert find(Charge("labour"), special, general) == 2


def test_limits():
    # 3 h × 80.00 = 240.00
    assert kernel.limit(Decimal(80), Decimal(3), "hour", Decimal(100), 2) == 24000
    # the customer bears 30 % of it: 72.00
    assert kernel.limit(Decimal(80), Decimal(3), "hour", Decimal(30), 2) == 7200
    # one sum for the job, whatever the quantity
    assert kernel.limit(Decimal(80), Decimal(3), "job", Decimal(100), 2) == 8000
    # yen have no decimals; 0.125 × 100 = 12.5, rounded half up
    assert kernel.limit(Decimal(100), Decimal("0.125"), "piece", Decimal(100), 0) == 13


def test_verdicts():
    assert kernel.judge(9, 10, 20) == "below"
    assert kernel.judge(10, 10, 20) == "within"
    assert kernel.judge(20, 10, 20) == "within"
    assert kernel.judge(21, 10, 20) == "above"


def test_splitting_a_job_does_not_help():
    assert kernel.spread_excess([60, 60], 100) == [0, 20]
    assert kernel.spread_excess([130, 60], 100) == [30, 60]


def test_tolerance():
    assert kernel.is_covered(10000, 10000, Decimal(0))
    assert not kernel.is_covered(10001, 10000, Decimal(0))
    assert kernel.is_covered(10500, 10000, Decimal(5))
    assert not kernel.is_covered(10501, 10000, Decimal(5))


@given(st.lists(AMOUNTS, max_size=8), AMOUNTS)
def test_the_excess_is_what_exceeds(amounts, high):
    excess = kernel.spread_excess(amounts, high)
    assert sum(excess) == max(0, sum(amounts) - high)
    assert all(
        0 <= part <= amount for part, amount in zip(excess, amounts, strict=True)
    )


@given(PRICES, PRICES, QUANTITIES, SHARES)
def test_a_higher_price_allows_no_less(one, two, quantity, share):
    low, high = sorted((one, two))
    for unit in ("piece", "job"):
        limits = [kernel.limit(p, quantity, unit, share, 2) for p in (low, high)]
        assert 0 <= limits[0] <= limits[1]


@given(PRICES, QUANTITIES, SHARES)
def test_a_smaller_share_allows_no_more(price, quantity, share):
    full = kernel.limit(price, quantity, "hour", Decimal(100), 2)
    assert kernel.limit(price, quantity, "hour", share, 2) <= full
