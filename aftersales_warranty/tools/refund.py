"""What a customer gets back in money.

Plain Python: no ORM. Amounts are whole minor units of one currency (cents, fen),
so that nothing is lost or won by rounding.
"""


def refund(paid, fee=0, reduction=0):
    """Return the amount to give back: never below zero, never more than paid."""
    if min(paid, fee, reduction) < 0:
        raise ValueError("amounts of a refund cannot be negative")
    return max(0, paid - fee - reduction)


def spread(amount, weights):
    """Divide ``amount`` by weights without losing a minor unit.

    Nobody bears more than his weight as long as the weights hold the amount.

    :param weights: list of whole numbers, at least one above zero
    :return: list of whole numbers with the sum ``amount``
    """
    total = sum(weights)
    if total <= 0:
        raise ValueError("nothing to spread the amount over")
    shares = [amount * weight // total for weight in weights]
    rest = amount - sum(shares)
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i)
    )
    for index in by_remainder[:rest]:
        shares[index] += 1
    return shares
