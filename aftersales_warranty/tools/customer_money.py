"""Arithmetic of customers' money: what is owed, the day's difference, insurance.

Plain Python: money is a whole number of minor units (cents); no ORM, no float.
"""

from typing import NamedTuple


class Balance(NamedTuple):
    """Where a customer stands with one job, in minor units.

    ``due`` is paid at the counter, ``on_account`` is owed on the invoice,
    ``overpaid`` goes back to the customer.
    """

    due: int
    on_account: int
    overpaid: int
    status: str


def balance(payable, paid, credit=0, invoice_open=None):
    """What is left of a job's charge.

    :param payable: what the customer has to pay in all
    :param paid: money taken less money given back; may be below zero
    :param credit: what was put on account
    :param invoice_open: what accounting still waits for on the invoice, where
        one is posted; money that came by the bank is in it, not in ``paid``
    :return: :class:`Balance`; ``due + on_account - overpaid`` is what is open
    """
    rest = payable - paid
    if rest < 0:
        return Balance(0, 0, -rest, "overpaid")
    if invoice_open is not None:
        rest = min(rest, max(invoice_open, 0))
    on_account = min(max(credit, 0), rest)
    due = rest - on_account
    return Balance(due, on_account, 0, _get_status(payable, rest, due, paid))


def _get_status(payable, rest, due, paid):
    """Status of a customer who did not pay too much."""
    if not payable:
        return "free"
    if not rest:
        return "paid"
    if not due:
        return "on_account"
    return "partial" if paid > 0 or due < payable else "unpaid"


def refundable(amount, refunds):
    """What of a payment may still be given back; never below zero."""
    return max(amount - sum(refunds), 0)


def needs_second_person(differences, limit):
    """Whether somebody else has to look at the differences of a day.

    A shortage of one method never hides behind a surplus of another.

    :param differences: signed differences in one currency
    :param limit: up to this sum nobody else is asked
    """
    return sum(abs(difference) for difference in differences) > limit


def insured_share(amount, deductible, cover_left=None):
    """What the insurer bears of one case.

    :param amount: what the case costs
    :param deductible: what the company bears itself of every case
    :param cover_left: what is left of the sum insured; ``None``: no limit
    """
    share = max(amount - deductible, 0)
    if cover_left is None:
        return share
    return min(share, max(cover_left, 0))


def find_step(steps, amount):
    """The step that decides about an amount: the lowest whose limit holds it.

    :param steps: pairs ``(limit, key)``; a limit of ``None`` has no end
    :return: the key, or ``None`` where no step reaches so far
    """
    fitting = [
        (limit is None, limit or 0, index, key)
        for index, (limit, key) in enumerate(steps)
        if limit is None or amount <= limit
    ]
    return min(fitting, key=lambda step: step[:3])[3] if fitting else None
