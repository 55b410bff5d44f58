"""Many units at once: those that agree in all that counts are asked about once.

A fleet has far fewer sale dates, classes and policies than units.  Units that agree
in everything but their price are put together; each such group answers to the
names of :class:`~.entitlement_facts.UnitFacts`.

Plain Python: no ORM.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .entitlement_facts import UnitFacts


class UnitGroup(NamedTuple):
    """Units that agree in every fact but their price.

    What comes before ``shared`` is the units' own and read by one query, ``shared``
    comes from their policy, class and currency.
    """

    ids: list
    prices: list
    company_id: int
    currency_id: int
    country_id: int | None
    policy_version_id: int | None
    categ_id: int | None
    channel: str
    date_invoice: date | None
    date_delivery: date | None
    date_installation: date | None
    date_factory: date | None
    date_restart: date | None
    date_closed: date | None
    is_excluded: bool
    shared: UnitFacts
    visits: tuple = ()
    replacements: tuple = ()
    price: Decimal = Decimal(0)
    date_policy_end: date | None = None

    def __getattr__(self, name):
        return getattr(self.shared, name)

    @property
    def repair_days(self):
        """Days of all repairs."""
        return sum([visit.repair_days for visit in self.visits])

    @property
    def waiting_days(self):
        """Days of waiting for parts."""
        return sum([visit.waiting_days for visit in self.visits])


#: Where a row has what is needed before the group is made.
IDS, PRICES, COMPANY, CURRENCY, COUNTRY, VERSION, CATEGORY = range(7)


def by_price(group):
    """Split a group where the price counts; return one group for each price."""
    ids = {}
    for unit_id, price in zip(group.ids, group.prices, strict=True):
        ids.setdefault(price, []).append(unit_id)
    return [
        group._replace(ids=found, prices=[price] * len(found), price=to_money(price))
        for price, found in ids.items()
    ]


def to_money(price):
    """Return a price of the database as the calculation wants it."""
    return Decimal(price or 0)
