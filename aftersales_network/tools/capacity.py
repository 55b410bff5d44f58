"""From failure rates to technicians and points, in plain Python.

Source of the formulas: network-planning seed text (installed base × failure rate
+ planned sales × failure rate → yearly repairs → number and size of points);
utilisation and cover formulas are usual field-service practice.  All figures are
exact fractions, so that rounding up never rounds a whole number up.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from math import ceil, pi

MONTHS = 12


def exact(value):
    """The number as it was written: 0.15 is 3/20, not its binary neighbour."""
    if isinstance(value, (Fraction, int, Decimal)):
        return Fraction(value)
    return Fraction(str(value))


@dataclass(frozen=True)
class Span:
    """A figure with the lower and upper limit of its interval."""

    low: Fraction
    mean: Fraction
    high: Fraction

    @classmethod
    def of(cls, low, mean, high):
        """Exact span; limits that are crossed are an error.

        :raise ValueError: the limits do not enclose the figure
        """
        span = cls(exact(low), exact(mean), exact(high))
        if not span.low <= span.mean <= span.high:
            raise ValueError("the limits must enclose the figure")
        return span

    def __add__(self, other):
        return Span(
            self.low + other.low, self.mean + other.mean, self.high + other.high
        )

    def __mul__(self, factor):
        factor = exact(factor)
        return Span(self.low * factor, self.mean * factor, self.high * factor)

    def apply(self, function):
        """A rising function of all three figures."""
        return Span(function(self.low), function(self.mean), function(self.high))


ZERO = Span(Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Assumptions:
    """What the plan takes for granted; hours, shares 0–1, km and km/h.

    ``new_unit_share`` is the mean share of the year that a unit sold in the
    plan year is in use; ``overlap`` the share of a circle that no other circle
    covers; ``detour`` the road distance per straight distance.
    """

    seasonal_factor: float = 2.0
    repair_hours: float = 1.5
    travel_hours: float = 0.75
    admin_hours: float = 0.25
    revisit_rate: float = 0.12
    paid_hours: float = 2000.0
    absence: float = 0.15
    utilisation: float = 0.75
    new_unit_share: float = 0.5
    technicians_per_point: float = 4.0
    jobs_per_technician: float = 1000.0
    promise_hours: float = 4.0
    dispatch_hours: float = 1.0
    speed_kmh: float = 40.0
    detour: float = 1.3
    overlap: float = 0.7

    #: (field, lower limit, may it be the limit, upper limit or None)
    LIMITS = (
        ("seasonal_factor", 1, True, None),
        ("repair_hours", 0, False, None),
        ("travel_hours", 0, True, None),
        ("admin_hours", 0, True, None),
        ("revisit_rate", 0, True, 1),
        ("paid_hours", 0, False, 8784),
        ("absence", 0, True, 0.99),
        ("utilisation", 0, False, 1),
        ("new_unit_share", 0, True, 1),
        ("technicians_per_point", 0, False, None),
        ("jobs_per_technician", 0, False, None),
        ("promise_hours", 0, False, None),
        ("dispatch_hours", 0, True, None),
        ("speed_kmh", 0, False, None),
        ("detour", 1, True, None),
        ("overlap", 0, False, 1),
    )

    def find_error(self):
        """First figure outside its limits.

        :return: ``(field, lower, may be lower, upper)`` or ``None``
        """
        for name, lower, inclusive, upper in self.LIMITS:
            value = exact(getattr(self, name))
            too_low = value < lower or (value == lower and not inclusive)
            if too_low or (upper is not None and value > exact(upper)):
                return name, lower, inclusive, upper
        return None


Assumptions.FIELDS = tuple(f.name for f in fields(Assumptions))


def expected_repairs(installed, sales, new_unit_share):
    """V = Σ units × λ + Σ planned sales × λ of year 0 × share of the year.

    :param installed: pairs (units, :class:`Span` of the rate per unit-year)
    :param sales: pairs (planned units, span of the rate in year 0)
    :return: :class:`Span` of the repairs in the year
    """
    total = ZERO
    for units, rate in installed:
        total += rate * units
    for units, rate in sales:
        total += rate * exact(units) * exact(new_unit_share)
    return total


def peak_month(repairs, assumptions):
    """V_peak = V / 12 × seasonal factor: jobs in the busiest month."""
    return repairs * (exact(assumptions.seasonal_factor) / MONTHS)


def job_hours(assumptions):
    """H_job = repair + travel + administration."""
    a = assumptions
    return exact(a.repair_hours) + exact(a.travel_hours) + exact(a.admin_hours)


def productive_hours(assumptions):
    """Hours that one technician works on jobs in a year."""
    a = assumptions
    return exact(a.paid_hours) * (1 - exact(a.absence)) * exact(a.utilisation)


def workload_hours(repairs, assumptions):
    """Hours of all jobs of the year, second visits included."""
    factor = (1 + exact(assumptions.revisit_rate)) * job_hours(assumptions)
    return repairs * factor


def technicians(repairs, assumptions):
    """FTE = V × (1 + revisits) × H_job / productive hours; not rounded.

    :raise ZeroDivisionError: nobody works (utilisation or paid hours 0)
    """
    return workload_hours(repairs, assumptions) * (1 / productive_hours(assumptions))


def whole(span):
    """Round all three figures up to whole people or points."""
    return span.apply(lambda x: Fraction(ceil(x)))


def points_by_capacity(repairs, assumptions):
    """N_cap = ceil(V / (technicians per point × jobs per technician-year))."""
    a = assumptions
    per_point = exact(a.technicians_per_point) * exact(a.jobs_per_technician)
    return whole(repairs * (1 / per_point))


def radius_km(assumptions):
    """r = (promised − dispatch hours) × speed / detour; 0 if no time is left."""
    a = assumptions
    hours = max(Fraction(0), exact(a.promise_hours) - exact(a.dispatch_hours))
    return hours * exact(a.speed_kmh) / exact(a.detour)


def points_by_cover(area_km2, assumptions):
    """N_cov = ceil(area / (k × π × r²)); 0 without an area.

    :return: number of points; ``None`` where no time is left to travel
    """
    if not area_km2:
        return 0
    radius = radius_km(assumptions)
    if not radius:
        return None
    circle = exact(assumptions.overlap) * Fraction(pi) * radius * radius
    return ceil(exact(area_km2) / circle)


def points_needed(repairs, area_km2, minimum, assumptions):
    """N = max(N_cap, N_cov, administrative minimum), with its interval."""
    floor = max(points_by_cover(area_km2, assumptions) or 0, minimum)
    return points_by_capacity(repairs, assumptions).apply(lambda n: max(n, floor))
