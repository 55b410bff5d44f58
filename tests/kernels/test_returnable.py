"""Open quantities of returns and amounts of refunds, without Odoo."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

money = load_kernel("aftersales_warranty/tools/refund.py")
returnable = load_kernel("aftersales_warranty/tools/returnable.py")
Position, refusal = returnable.Position, returnable.refusal
share_out = returnable.share_out

pieces = st.integers(0, 1000).map(Decimal)
minor = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("delivered", "returned", "expected", "quantity", "answer"),
    [
        (0, 0, 0, 1, "never"),
        (1, 0, 0, 1, None),
        (1, 1, 0, 1, "back"),
        (1, 0, 1, 1, "expected"),
        (10, 3, 2, 5, None),
        (10, 3, 2, 6, "more"),
        (10, 10, 0, 1, "back"),
        (Decimal("0.3"), Decimal("0.1"), 0, Decimal("0.2"), None),
    ],
)
def test_refusal(delivered, returned, expected, quantity, answer):
    position = Position(Decimal(delivered), Decimal(returned), Decimal(expected))
    assert refusal(position, Decimal(quantity)) == answer


@given(pieces, pieces, pieces, pieces)
def test_never_more_than_open(delivered, returned, expected, quantity):
    position = Position(delivered, returned, expected)
    if refusal(position, quantity) is None:
        assert quantity <= delivered - returned - expected or quantity == 0


@given(pieces, pieces, pieces)
def test_what_is_open_may_come_back(delivered, returned, expected):
    position = Position(delivered, returned, expected)
    assert position.open >= 0
    if position.open:
        assert refusal(position, position.open) is None


def test_one_source_that_holds_all_goes_first():
    sources = [("a", Decimal(2)), ("b", Decimal(5))]
    assert share_out(Decimal(4), sources) == ([("b", Decimal(4))], 0)
    assert share_out(Decimal(6), sources) == (
        [("a", Decimal(2)), ("b", Decimal(4))],
        0,
    )
    assert share_out(Decimal(9), sources)[1] == 2
    assert share_out(Decimal(1), [("a", Decimal(-3))]) == ([], 1)


@given(pieces, st.lists(pieces, max_size=6))
def test_shares_add_up(quantity, available):
    taken, missing = share_out(quantity, list(enumerate(available)))
    assert sum(part for _key, part in taken) + missing == quantity
    assert missing >= 0
    assert all(0 <= part <= available[key] for key, part in taken)


def test_refund_by_hand():
    # 3000.00 paid, 100 days at 0.1 % a day kept: 3000 - 300 = 2700.00
    assert money.refund(300000, 30000) == 270000
    assert money.refund(300000, 30000, 20000) == 250000
    assert money.refund(100, 200) == 0
    with pytest.raises(ValueError, match="negative"):
        money.refund(100, -1)


@given(minor, minor, minor)
def test_refund_stays_between_zero_and_the_price(paid, fee, reduction):
    assert 0 <= money.refund(paid, fee, reduction) <= paid


@given(minor, minor, st.integers(0, 10**6))
def test_a_higher_fee_never_gives_more(paid, fee, more):
    assert money.refund(paid, fee + more) <= money.refund(paid, fee)


def test_spread_by_hand():
    assert money.spread(100, [1, 1, 1]) == [34, 33, 33]
    assert money.spread(7, [0, 5, 5]) == [0, 4, 3]
    with pytest.raises(ValueError, match="nothing"):
        money.spread(1, [0])


@given(minor, st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(sum))
def test_spread_loses_nothing(amount, weights):
    shares = money.spread(amount, weights)
    assert sum(shares) == amount
    assert all(share >= 0 for share in shares)
    if amount <= sum(weights):
        assert all(x <= y for x, y in zip(shares, weights, strict=True))
