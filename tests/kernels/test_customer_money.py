"""Kernel of customers' money: table and property tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/customer_money.py")

AMOUNTS = st.integers(min_value=0, max_value=10**10)
SIGNED = st.integers(min_value=-(10**10), max_value=10**10)


@pytest.mark.parametrize(
    ("payable", "paid", "credit", "invoice_open", "expected"),
    [
        (0, 0, 0, None, (0, 0, 0, "free")),
        (10000, 0, 0, None, (10000, 0, 0, "unpaid")),
        (10000, 4000, 0, None, (6000, 0, 0, "partial")),
        (10000, 10000, 0, None, (0, 0, 0, "paid")),
        (10000, 0, 10000, None, (0, 10000, 0, "on_account")),
        (10000, 4000, 6000, None, (0, 6000, 0, "on_account")),
        # A later payment at the counter pays what was on account.
        (10000, 7000, 6000, None, (0, 3000, 0, "on_account")),
        (10000, 10000, 6000, None, (0, 0, 0, "paid")),
        # The bank brought 2,500 of the invoice.
        (10000, 4000, 6000, 3500, (0, 3500, 0, "on_account")),
        (10000, 4000, 6000, 0, (0, 0, 0, "paid")),
        (10000, 12000, 0, None, (0, 0, 2000, "overpaid")),
        (0, 500, 0, None, (0, 0, 500, "overpaid")),
        # More was given back than taken: the whole is open and something more.
        (10000, -500, 0, None, (10500, 0, 0, "unpaid")),
        (10000, 0, 4000, None, (6000, 4000, 0, "partial")),
    ],
)
def test_balance(payable, paid, credit, invoice_open, expected):
    assert kernel.balance(payable, paid, credit, invoice_open) == expected


@given(AMOUNTS, SIGNED, AMOUNTS)
def test_nothing_is_lost(payable, paid, credit):
    found = kernel.balance(payable, paid, credit)
    assert found.due + found.on_account - found.overpaid == payable - paid
    assert min(found.due, found.on_account, found.overpaid) >= 0
    assert not (found.overpaid and (found.due or found.on_account))


@given(AMOUNTS, SIGNED, AMOUNTS, AMOUNTS)
def test_accounting_only_lowers_what_is_open(payable, paid, credit, invoice_open):
    found = kernel.balance(payable, paid, credit, invoice_open)
    plain = kernel.balance(payable, paid, credit)
    assert found.due + found.on_account <= plain.due + plain.on_account
    assert found.due + found.on_account <= max(invoice_open, 0) or plain.overpaid


@given(AMOUNTS, AMOUNTS)
def test_the_whole_charge_settles(payable, extra):
    assert kernel.balance(payable, payable).status in ("paid", "free")
    assert kernel.balance(payable, payable + extra + 1).overpaid == extra + 1


@given(AMOUNTS, st.lists(AMOUNTS, max_size=5))
def test_refunds_never_exceed_the_payment(amount, refunds):
    left = kernel.refundable(amount, refunds)
    assert 0 <= left <= amount
    assert left == 0 or left + sum(refunds) == amount


def test_a_shortage_does_not_hide_behind_a_surplus():
    assert kernel.needs_second_person([-600, 600], 1000)
    assert not kernel.needs_second_person([-600, 400], 1000)
    assert not kernel.needs_second_person([], 0)
    assert kernel.needs_second_person([1], 0)


@pytest.mark.parametrize(
    ("amount", "deductible", "left", "expected"),
    [
        (50000, 10000, None, 40000),
        (50000, 10000, 25000, 25000),
        (5000, 10000, None, 0),
        (50000, 0, 0, 0),
        (50000, 0, -5, 0),
    ],
)
def test_insured_share(amount, deductible, left, expected):
    assert kernel.insured_share(amount, deductible, left) == expected


@given(AMOUNTS, AMOUNTS, st.none() | AMOUNTS)
def test_the_insurer_never_pays_more_than_the_case(amount, deductible, left):
    share = kernel.insured_share(amount, deductible, left)
    assert 0 <= share <= amount
    assert left is None or share <= left


def test_the_lowest_step_that_holds_the_amount_decides():
    steps = [(None, "head"), (100000, "clerk"), (20000, "centre")]
    assert kernel.find_step(steps, 20000) == "centre"
    assert kernel.find_step(steps, 20001) == "clerk"
    assert kernel.find_step(steps, 100001) == "head"
    assert kernel.find_step(steps[1:], 100001) is None
    assert kernel.find_step([], 1) is None
    assert kernel.find_step([(5, "a"), (5, "b")], 5) == "a"


@given(st.lists(AMOUNTS, min_size=1, max_size=6), AMOUNTS)
def test_no_step_decides_beyond_its_limit(limits, amount):
    key = kernel.find_step([(limit, limit) for limit in limits], amount)
    assert (key is None) == (amount > max(limits))
    assert key is None or key >= amount
