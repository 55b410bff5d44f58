"""Rate tables of claims: which one applies, what it allows, which days it lacks.

Order of the sources: the point's own agreement wins with every rate that it names;
what it leaves open comes from the rate table that fits best.  A table for the
point's level beats one for its area, that one beats one for the product category,
and the narrower area or category beats the wider one.

Plain Python: no ORM. Money is a whole number of minor units (cents).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .prices import get_depth

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Table:
    """Where and when a rate table applies; ``None`` means everywhere."""

    id: int
    date_from: date
    date_to: date | None = None
    level_id: int | None = None
    area_id: int | None = None
    categ_id: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What a table is chosen for; areas and categories run from the widest down."""

    day: date | None
    level_id: int | None = None
    area_ids: tuple = ()
    categ_ids: tuple = ()


@dataclass(frozen=True, slots=True)
class Rates:
    """Agreed rates of one claim; 0 or ``None`` means that nothing is agreed.

    Rates and caps are minor units, ``markups`` maps a product category to per
    cent, ``zones`` lists ``(id, from km, amount)``.
    """

    labour: int = 0
    diagnostic: int = 0
    diagnostic_hours: Decimal = Decimal(0)
    travel: int = 0
    travel_km: Decimal = Decimal(0)
    zones: tuple = ()
    inspection: int = 0
    markup: Decimal = Decimal(0)
    markups: dict = field(default_factory=dict)
    freight_mode: str = "invoice"
    freight: int = 0
    sublet: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One claimed line: pieces, hours or kilometres in ``quantity``."""

    kind: str
    quantity: Decimal = Decimal(1)
    reference: int = 0
    categ_ids: tuple = ()
    hours_flat: Decimal | None = None
    is_diagnostic: bool = False
    zone_id: int | None = None
    share: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limit:
    """What the rates allow: ``amount`` is ``None`` where nothing is agreed."""

    amount: int | None = None
    unit: int = 0
    markup: Decimal = Decimal(0)
    zone_id: int | None = None


def half_up(amount):
    """Return the nearest whole number, halves upwards."""
    return int(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))


# ------------------------------------------------------------------------ choice


def choose(tables, job):
    """Return the table that fits a job best, or ``None``."""
    ranked = [(rank, table) for table in tables if (rank := _rank(table, job))]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(table, job):
    """How well a table fits: ``None`` where it does not."""
    if not job.day or job.day < table.date_from:
        return None
    if table.date_to and job.day > table.date_to:
        return None
    if table.level_id and table.level_id != job.level_id:
        return None
    area = get_depth(table.area_id, job.area_ids)
    categ = get_depth(table.categ_id, job.categ_ids)
    if area is None or categ is None:
        return None
    return bool(table.level_id), area, categ, -table.id


# ------------------------------------------------------------------------- dates


def overlap(first, second):
    """Whether two periods ``(from, to)`` share a day; no end means for ever."""
    starts, ends = max(first[0], second[0]), [p[1] for p in (first, second) if p[1]]
    return not ends or starts <= min(ends)


def gaps(periods):
    """Return the days that lie between periods: ``[(first, last)]``.

    :param periods: ``(from, to)`` in any order; no end means for ever
    """
    found, last = [], None
    for start, end in sorted(periods, key=lambda period: period[0]):
        if last and start > last + ONE_DAY:
            found.append((last + ONE_DAY, start - ONE_DAY))
        if end is None:
            return found
        last = max(last, end) if last else end
    return found


# ------------------------------------------------------------------------ amounts


def limit(item, rates):
    """Return what the rates allow for a line.

    Where the policy bears only a share, the limit is that share of it.
    """
    found = LIMITS[item.kind](item, rates)
    if found.amount is None or not item.share:
        return found
    amount = half_up(Decimal(found.amount) * item.share / 100)
    return Limit(amount, found.unit, found.markup, found.zone_id)


def limit_labour(item, rates):
    """Hours that count × rate; an operation pays its flat-rate hours at most."""
    rate = (item.is_diagnostic and rates.diagnostic) or rates.labour
    if not rate:
        return Limit()
    hours = item.quantity
    if item.hours_flat is not None:
        hours = min(hours, item.hours_flat)
    if item.is_diagnostic and rates.diagnostic_hours:
        hours = min(hours, rates.diagnostic_hours)
    return Limit(half_up(hours * rate), rate)


def limit_part(item, rates):
    """List value plus the mark-up of the narrowest category that has one."""
    if not item.reference:
        return Limit()
    named = [rates.markups[c] for c in item.categ_ids if c in rates.markups]
    markup = named[-1] if named else rates.markup
    amount = half_up(item.reference * (100 + markup) / 100)
    unit = half_up(amount / item.quantity) if item.quantity else 0
    return Limit(amount, unit, markup)


def limit_travel(item, rates):
    """Amount of the zone, or kilometres that count × rate."""
    if rates.zones:
        zone = find_zone(item, rates.zones)
        return Limit(zone[2], zone[2], zone_id=zone[0]) if zone else Limit(0)
    if not rates.travel:
        return Limit()
    distance = item.quantity
    if rates.travel_km:
        distance = min(distance, rates.travel_km)
    return Limit(half_up(distance * rates.travel), rates.travel)


def find_zone(item, zones):
    """Return the zone of a distance; the one that was named counts no further."""
    reached = [zone for zone in zones if item.quantity >= zone[1]]
    found = max(reached, key=lambda zone: zone[1], default=None)
    named = next((zone for zone in zones if zone[0] == item.zone_id), None)
    if named and found:
        return min(named, found, key=lambda zone: zone[1])
    return found


def limit_inspection(item, rates):
    """Fee for each inspection."""
    if not rates.inspection:
        return Limit()
    return Limit(half_up(item.quantity * rates.inspection), rates.inspection)


def limit_freight(item, rates):
    """Not paid, a fixed amount for each consignment, or the invoice up to a cap."""
    if rates.freight_mode == "none":
        return Limit(0)
    if rates.freight_mode == "fixed":
        return Limit(half_up(item.quantity * rates.freight), rates.freight)
    return Limit(rates.freight or None, rates.freight)


def limit_sublet(item, rates):
    """The invoice up to a cap."""
    return Limit(rates.sublet or None, rates.sublet)


def limit_other(item, rates):
    """Whatever was spent up to a cap."""
    return Limit(rates.other or None, rates.other)


LIMITS = {
    "part": limit_part,
    "labour": limit_labour,
    "travel": limit_travel,
    "inspection": limit_inspection,
    "freight": limit_freight,
    "sublet": limit_sublet,
    "other": limit_other,
}
