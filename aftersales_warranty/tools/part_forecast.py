"""Need of parts in the next periods, in plain Python.

Failures of a model in a period are Poisson with mean ``E``: unit-years at each
age × failure rate of that age.  Each failure takes ``X`` pieces of a part, most of
them none, as seen in the repairs of the past, so the pieces are compound Poisson:

    mean      E · m1
    variance  E · m2  +  (s · m1)²  +  E² · (m2 − m1²) / n

``m1`` and ``m2`` are the mean and the mean square of ``X`` over the ``n`` repairs.
The first term is the chance of the period, the second what is not known about the
failure rate (``s``: standard deviation of ``E`` from the interval of the rate), the
third what is not known about ``m1``.  Models are independent of each other; within
a model the error of the rate is the same at every age.

The interval takes a gamma distribution of that mean and variance: it has no
negative values and for ``m1 = m2 = 1`` stays close to the Poisson interval.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from odoo.addons.aftersales_network.tools.reliability import gamma_quantile

#: Pieces in a period that nobody would ever hold.
NOTHING = 1e-9


@dataclass(frozen=True)
class Demand:
    """Failures expected of one model in one period, with the limits of the rate.

    ``level`` is that of the interval of the rate.
    """

    mean: float
    low: float
    high: float
    level: float = 0.95

    @property
    def deviation(self):
        """Standard deviation of the expected number, from its interval."""
        return max(0.0, self.high - self.low) / (2 * normal_quantile(self.level))


@dataclass(frozen=True)
class Usage:
    """Pieces of one part in the repairs of one model.

    ``repairs`` counts all repairs of the model, with and without the part.
    """

    repairs: int
    total: float
    squares: float

    @property
    def mean(self):
        """Pieces of one repair on average."""
        return self.total / self.repairs

    @property
    def mean_square(self):
        """Mean of the squared pieces of one repair."""
        return self.squares / self.repairs


@dataclass(frozen=True)
class Need:
    """Pieces needed in one period with the limits of their interval."""

    mean: float
    low: float
    high: float
    deviation: float


def normal_quantile(level):
    """Half width of a normal interval of a level, in standard deviations."""
    return NormalDist().inv_cdf((1 + level) / 2)


def expect_failures(exposure, rate_of, level=0.95):
    """Failures expected from unit-years at each age.

    :param exposure: ``{age: unit-years}``
    :param rate_of: function age → (low, rate, high) per unit-year
    :param level: level of the intervals of the rates
    :return: :class:`Demand`
    """
    low = mean = high = 0.0
    for age, years in exposure.items():
        rate_low, rate, rate_high = rate_of(age)
        low += years * rate_low
        mean += years * rate
        high += years * rate_high
    return Demand(mean, min(low, mean), max(high, mean), level)


def new_unit_years(per_month, months_ahead, months):
    """Unit-years in a period of units that are still to be sold.

    :param per_month: units that enter service in a month, evenly over it
    :param months_ahead: months from today until the period begins
    :param months: length of the period in months
    """
    return per_month * (months_ahead + months / 2) * months / 12


def collect_usage(repairs, lines):
    """What parts the repairs took.

    :param repairs: ``{repair: model}``, every repair of the history
    :param lines: iterable of (repair, key of the part, pieces); lines of a repair
        with the same part count together
    :return: ``{model: {key: Usage}}``
    """
    counts = defaultdict(int)
    for model in repairs.values():
        counts[model] += 1
    pieces = defaultdict(float)
    for repair, key, quantity in lines:
        if repair in repairs:
            pieces[repair, key] += quantity
    sums = defaultdict(lambda: [0.0, 0.0])
    for (repair, key), quantity in pieces.items():
        found = sums[repairs[repair], key]
        found[0] += quantity
        found[1] += quantity * quantity
    usages = defaultdict(dict)
    for (model, key), (total, squares) in sums.items():
        usages[model][key] = Usage(counts[model], total, squares)
    return dict(usages)


def forecast(demands, usages, level):
    """Need of every part in one period.

    :param demands: ``{model: Demand}``
    :param usages: as :func:`collect_usage` returns
    :param level: level of the interval, between 0 and 1
    :return: ``{key: Need}``
    """
    sums = defaultdict(lambda: [0.0, 0.0])
    for model, demand in demands.items():
        for key, usage in usages.get(model, {}).items():
            mean, variance = _moments(demand, usage)
            sums[key][0] += mean
            sums[key][1] += variance
    return {
        key: make_need(mean, variance, level) for key, (mean, variance) in sums.items()
    }


def _moments(demand, usage):
    """Mean and variance of the pieces one model takes."""
    spread = max(0.0, usage.mean_square - usage.mean**2)
    chance = demand.mean * usage.mean_square
    rate = (demand.deviation * usage.mean) ** 2
    share = demand.mean**2 * spread / usage.repairs
    return demand.mean * usage.mean, chance + rate + share


def make_need(mean, variance, level):
    """Need with the interval of a gamma distribution of that mean and variance."""
    if mean < NOTHING or variance <= 0:
        return Need(mean, mean, mean, 0.0)
    shape, scale = mean * mean / variance, variance / mean
    tail = (1 - level) / 2
    low = scale * gamma_quantile(shape, tail)
    high = scale * gamma_quantile(shape, 1 - tail)
    # A very skewed need has its mean above the upper limit.
    return Need(mean, min(low, mean), max(high, mean), sqrt(variance))
