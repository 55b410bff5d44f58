"""Traffic light and incentive of a key figure, in exact numbers and without the ORM.

Attainment is the common dealer scorecard rule (value / target where more is better,
target / value where less is better), between 0 and 120 %. Without a case, below the
smallest sample or without a module that measures it there is no figure at all:
neither 0 nor 100.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .scoring import ScoringError, attainment, exact, metric_exclusion

#: More than 120 % of a target is worth no more.
CAP = Fraction(6, 5)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Goal:
    """What a figure should reach.

    `warning` is the value up to which a missed target is only a warning; `limit` the
    value beyond which more is no longer better. None where there is none.
    """

    target: object
    warning: object = None
    limit: object = None


@dataclass(frozen=True)
class Reading:
    """A figure and its light: ok, warning, missed, no_target or na."""

    status: str
    reason: str | None = None
    value: Fraction | None = None
    attainment: Fraction | None = None

    @property
    def is_rated(self):
        """There is a figure and a target to compare it with."""
        return self.attainment is not None


def check_goal(goal, direction):
    """Return what is wrong with a goal: None, or the name of the fault.

    `target`: reached by everybody (not above zero where more is better) or by nobody
    (negative where less is better); `warning`: on the good side of the target;
    `limit`: not above the target.
    """
    target = exact(goal.target)
    if target < 0 or (direction == "up" and target == 0):
        return "target"
    if goal.warning is not None:
        distance = exact(goal.warning) - target
        if (distance if direction == "up" else -distance) > 0:
            return "warning"
    if goal.limit is not None and exact(goal.limit) < target:
        return "limit"
    return None


def read(numerator, denominator, factor, direction, goal=None, min_sample=0):
    """Return the :class:`Reading` of a quotient.

    :param factor: 100 for shares, else 1
    :param direction: `up` (more is better) or `down`
    :param goal: a :class:`Goal` or None
    """
    reason = metric_exclusion(numerator, denominator, min_sample)
    if reason:
        return Reading("na", reason)
    value = exact(numerator) / exact(denominator) * factor
    if goal is None:
        return Reading("no_target", value=value)
    share = attainment(value, goal.target, direction, CAP)
    return Reading(_light(value, direction, goal), None, value, share)


def _light(value, direction, goal):
    """Status of a value; every bound belongs to its better side."""
    sign = 1 if direction == "up" else -1
    if sign * value >= sign * exact(goal.target):
        over = goal.limit is not None and value > exact(goal.limit)
        return "warning" if over and direction == "up" else "ok"
    if goal.warning is not None and sign * value >= sign * exact(goal.warning):
        return "warning"
    return "missed"


def sum_pairs(pairs):
    """Return the sums of numerators and denominators, without binary noise."""
    numerator = denominator = Decimal(0)
    for num, den in pairs:
        numerator += Decimal(str(num or 0))
        denominator += Decimal(str(den or 0))
    return numerator, denominator


def pick_goal(goals, chain):
    """Return the goal that counts: the nearest one on the way up.

    :param goals: {key: goal}
    :param chain: keys from the unit itself up to the general one
    """
    for key in chain:
        if key in goals:
            return goals[key]
    return None


@dataclass(frozen=True)
class Pay:
    """Rule of an incentive.

    `formula`: `fixed` pays the amount as it is, `attainment` the amount times the
    attainment, `excess` the amount for each unit by which the value is better than
    the target. `condition`: `ok`, `not_ok`, `missed` or `attained` (attainment of
    at least `bound` percent). `cap` bounds the result on both sides; 0 is no bound.
    """

    formula: str
    condition: str
    amount: object
    bound: object = 0
    cap: object = 0


def is_due(pay, status, share):
    """Tell whether the condition of a rule holds; nothing rated, nothing due."""
    if share is None:
        return False
    return {
        "ok": status == "ok",
        "not_ok": status != "ok",
        "missed": status == "missed",
        "attained": exact(share) * 100 >= exact(pay.bound),
    }[pay.condition]


def incentive(pay, status, share, value, target, direction, digits=2):
    """Return the amount that a figure earns, rounded half up to `digits`.

    :param share: attainment as a fraction, or None
    :raise ScoringError: an unknown formula
    """
    if not is_due(pay, status, share):
        return Decimal(0)
    amount = exact(pay.amount)
    if pay.formula == "attainment":
        amount *= exact(share)
    elif pay.formula == "excess":
        better = exact(value) - exact(target)
        amount *= max(Fraction(0), better if direction == "up" else -better)
    elif pay.formula != "fixed":
        raise ScoringError("unknown formula")
    if exact(pay.cap) > 0:
        amount = max(-exact(pay.cap), min(exact(pay.cap), amount))
    return round_half_up(amount, digits)


def round_half_up(value, digits=2):
    """Round a fraction as people do: 0.005 is 0.01."""
    unit = Decimal(1).scaleb(-digits)
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    return quotient.quantize(unit, ROUND_HALF_UP)
