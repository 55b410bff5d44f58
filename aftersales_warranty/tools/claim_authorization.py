"""When work needs an authorisation before it is done, and how far one reaches.

Plain Python: no ORM. Money is a whole number of minor units (cents).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """All criteria that a rule names must hold; 0 and ``None`` name none."""

    id: int
    amount: int = 0
    categ_id: int | None = None
    product_id: int | None = None
    out_of_cover: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked of the company.

    ``parts`` lists ``(product, categories from the widest down)``.
    """

    amount: int = 0
    parts: tuple = ()
    out_of_cover: bool = False


def required(rules, work):
    """Return the first rule that asks for an authorisation, or ``None``."""
    return next((rule for rule in rules if applies(rule, work)), None)


def applies(rule, work):
    """Whether everything that a rule names holds for the work."""
    if rule.out_of_cover and not work.out_of_cover:
        return False
    if work.amount < rule.amount:
        return False
    if not (rule.categ_id or rule.product_id):
        return True
    return any(
        (not rule.product_id or product == rule.product_id)
        and (not rule.categ_id or rule.categ_id in path)
        for product, path in work.parts
    )


def fit(amounts, ceiling):
    """Return amounts lowered so that their sum stays within a ceiling.

    The first ones are kept as long as the ceiling lasts.
    """
    fitted, left = [], max(0, ceiling)
    for amount in amounts:
        fitted.append(min(amount, left))
        left -= fitted[-1]
    return fitted
