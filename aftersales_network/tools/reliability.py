"""Failure rates of repairable units from field data, in plain Python.

A unit counts with its whole time at risk, whether it failed or not: units that
did not fail are censored on the right, units under observation only from a later
day enter late (left truncation).  Repeated failures of one unit all count.

Ages are counted in years of 365.25 days and kept as whole quarters of a day, so
that sums are exact in any order.  A failure at age ``a`` falls into the year
``k`` with ``k < a <= k + 1``; failures on the first day fall into year 0.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import exp, lgamma, log

#: Quarters of a day in a year of 365.25 days.
YEAR = 1461
DAY = 4

LEARNED = "learned"
DESIGN = "design"
BLENDED = "blended"
NONE = "none"


@dataclass(frozen=True)
class Unit:
    """``quantity`` like units that entered service on one day.

    ``end`` is the day they left service or the last day they were observed;
    ``observed_from`` the first day on which a failure would have been seen.
    """

    start: date
    end: date
    failures: tuple = ()
    observed_from: date | None = None
    quantity: float = 1


@dataclass(frozen=True)
class Bin:
    """Time at risk (in quarters of a day) and failures in one year of age."""

    time: float = 0
    failures: int = 0

    @property
    def exposure(self):
        """Unit-years at risk."""
        return self.time / YEAR


@dataclass(frozen=True)
class Rate:
    """Failures per unit-year with the limits of its confidence interval."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Choice:
    """Rate to plan with, where it comes from, and both figures behind it.

    ``learned`` is ``None`` without time at risk, ``design`` without a design
    rate; ``used`` is ``None`` where neither exists (source ``none``).
    """

    source: str
    used: Rate | None
    learned: Rate | None
    design: float | None


@dataclass(frozen=True)
class Policy:
    """When data is thick enough to stand alone, and what a design rate weighs.

    ``prior_years``: unit-years of observation that the design rate is worth in
    the blend; 0 takes the design rate itself while data is thin.
    """

    min_failures: int = 5
    min_exposure: float = 100.0
    prior_years: float = 50.0
    level: float = 0.95


def age_years(start, day):
    """Completed years of age on a day; negative before the start."""
    return (day - start).days * DAY // YEAR


def failure_bin(start, day, last_bin=None):
    """Year of age into which a failure on ``day`` falls."""
    age = (day - start).days * DAY
    return _cap(max(0, -(-age // YEAR) - 1), last_bin)


def _cap(index, last_bin):
    return index if last_bin is None else min(index, last_bin)


def time_at_risk(unit, last_bin=None):
    """Quarters of a day that one unit was observed in each year of age.

    :param last_bin: the year that also takes everything older
    :return: ``{year: quarters}``, without the quantity
    """
    entry = max(unit.start, unit.observed_from or unit.start)
    begin = (entry - unit.start).days * DAY
    end = (unit.end - unit.start).days * DAY
    result = defaultdict(int)
    while begin < end:
        index = begin // YEAR
        stop = min(end, (index + 1) * YEAR)
        result[_cap(index, last_bin)] += stop - begin
        begin = stop
    return dict(result)


def observed_failures(unit, last_bin=None):
    """Failures of a unit inside its observation: ``{year: count}``."""
    entry = max(unit.start, unit.observed_from or unit.start)
    result = defaultdict(int)
    for day in unit.failures:
        if entry <= day <= unit.end:
            result[failure_bin(unit.start, day, last_bin)] += 1
    return dict(result)


def tally(units, last_bin=None):
    """Sum time at risk and failures of many units per year of age.

    :return: ``{year: Bin}``, years in order
    """
    times, failures = defaultdict(int), defaultdict(int)
    for unit in units:
        for index, time in time_at_risk(unit, last_bin).items():
            times[index] += time * unit.quantity
        for index, count in observed_failures(unit, last_bin).items():
            failures[index] += count
    return {
        index: Bin(times[index], failures[index])
        for index in sorted({*times, *failures})
    }


def rate(failures, exposure, level=0.95):
    """Failures per unit-year with its exact Poisson interval.

    Garwood's interval: the limits are half of chi-square quantiles with
    ``2 n`` and ``2 n + 2`` degrees of freedom, divided by the exposure.

    :param failures: counted failures
    :param exposure: unit-years at risk
    :return: :class:`Rate`; ``None`` without exposure
    """
    if failures < 0 or exposure < 0 or not 0 < level < 1:
        raise ValueError("failures and exposure >= 0, level between 0 and 1")
    if not exposure:
        return None
    low, high = poisson_interval(failures, level)
    return Rate(failures / exposure, low / exposure, high / exposure)


def poisson_interval(count, level=0.95):
    """Exact confidence limits of a Poisson mean after ``count`` events."""
    tail = (1 - level) / 2
    low = gamma_quantile(count, tail) if count else 0.0
    return low, gamma_quantile(count + 1, 1 - tail)


def gamma_quantile(shape, probability):
    """Quantile of the gamma distribution with scale 1, by bisection."""
    low, high = 0.0, max(1.0, 2.0 * shape)
    while gamma_cdf(shape, high) < probability:
        low, high = high, 2 * high
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if gamma_cdf(shape, middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def gamma_cdf(shape, x):
    """Regularised lower incomplete gamma function P(shape, x).

    Series below the mean, continued fraction (Lentz) above it: Abramowitz and
    Stegun 6.5.29 and 6.5.31.
    """
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        return front * _series(shape, x)
    return 1.0 - front * _fraction(shape, x)


def _series(shape, x):
    term = total = 1.0 / shape
    n = shape
    while abs(term) > abs(total) * 1e-16:
        n += 1
        term *= x / n
        total += term
    return total


def _fraction(shape, x):
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    result = d
    for i in range(1, 100000):
        an = -i * (i - shape)
        b += 2
        d = 1 / ((an * d + b) or tiny)
        c = (b + an / c) or tiny
        result *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return result


def choose(failures, exposure, design, policy=Policy()):  # noqa: B008 (frozen)
    """Pick the rate to plan with.

    Data alone where it is thick enough; otherwise the design rate, or the
    gamma-Poisson credibility blend of both when the policy gives the design
    rate a weight.

    :param design: design rate per unit-year, ``None`` if there is none
    :return: :class:`Choice`
    """
    learned = rate(failures, exposure, policy.level)
    thick = failures >= policy.min_failures and exposure >= policy.min_exposure
    if learned and (thick or design is None):
        return Choice(LEARNED, learned, learned, design)
    if design is None:
        return Choice(NONE, None, None, None)
    if learned and policy.prior_years:
        return Choice(
            BLENDED, blend(failures, exposure, design, policy), learned, design
        )
    used = blend(0, 0, design, policy)
    return Choice(DESIGN, used, learned, design)


def blend(failures, exposure, design, policy):
    """Gamma-Poisson estimate: the design rate weighs ``prior_years``.

    The design rate counts like so many observed unit-years; the limits are
    Garwood's for the sum, so without any weight they are those of the data.
    """
    if not policy.prior_years:
        return Rate(design, design, design)
    shape = failures + design * policy.prior_years
    scale = exposure + policy.prior_years
    low, high = poisson_interval(shape, policy.level)
    return Rate(shape / scale, low / scale, high / scale)


@dataclass(frozen=True)
class History:
    """Ages at which one system failed and the ages of its observation."""

    failures: tuple
    end: float
    begin: float = 0


@dataclass(frozen=True)
class Step:
    """Mean cumulative number of failures up to an age, with its variance."""

    age: float
    at_risk: int
    events: int
    mcf: float
    variance: float


def mean_cumulative(histories):
    """Nelson's nonparametric mean cumulative function of repairable systems.

    ``M(t)`` adds, at each failure age, failures divided by systems at risk
    (W. Nelson, Technometrics 37, 1995); the variance is the robust one of
    Lawless and Nadeau (Technometrics 37, 1995).  Systems censored at an age
    are still at risk at that age.

    :return: list of :class:`Step`, by age
    """
    histories = list(histories)
    ages = sorted({a for h in histories for a in h.failures if h.begin <= a <= h.end})
    deviations = [0.0] * len(histories)
    total, steps = 0.0, []
    for age in ages:
        at_risk = [i for i, h in enumerate(histories) if h.begin <= age <= h.end]
        counts = {i: histories[i].failures.count(age) for i in at_risk}
        mean = sum(counts.values()) / len(at_risk)
        total += mean
        for i in at_risk:
            deviations[i] += (counts[i] - mean) / len(at_risk)
        variance = sum(d * d for d in deviations)
        steps.append(Step(age, len(at_risk), sum(counts.values()), total, variance))
    return steps
