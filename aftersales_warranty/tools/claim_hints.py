"""Hints on a warranty claim: signs that somebody should look twice.

A hint never decides and never blocks.  It says how strong a sign is (0 to 1), which
figures it rests on and how far they are from what is usual.  At 0.5 a sign reaches
the threshold of its rule; below, it is shown as weak.

Sources of the methods: the signs are those that claim systems publish (repeated
claims, re-used photos, usage mismatch, spike of a dealer, inflated claim, threshold
splitting).  "Usual" is a median, "far from usual" the modified z-score of Iglewicz
and Hoaglin (1993), whose threshold is 3.5; it stays calm where a few large values
would move a mean.  Scores combine as independent signs: 1 - Π(1 - weight × score).
Weights and thresholds are data; none of them was fitted to any label.

Plain Python: no ORM.  Money is a whole number of minor units (cents).
"""

from dataclasses import dataclass, field
from datetime import date
from math import log1p, sqrt
from statistics import fmean, median

#: Score at which a sign reaches the threshold of its rule.
FLAG = 0.5
#: Score of a sign that is only worth knowing.
FAINT = 0.3
#: Kilometres that nobody argues about.
TOLERANCE_KM = 10.0
#: Road distance ÷ straight distance, and there and back.
DETOUR = 1.3
#: Standard deviation of normal data ÷ median of the absolute deviations, and ÷ their
#: mean, which stands in where more than half of the values are equal.
PER_MAD, PER_MEAN_AD = 1.4826, 1.2533
#: Least spread of logarithms: values ten per cent apart are the same.
LOG_FLOOR = log1p(0.1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Setting of one hint; what ``threshold`` means is told by the hint."""

    weight: float = 0.5
    threshold: float = 3.5
    window_days: int = 365
    min_sample: int = 8


@dataclass(frozen=True, slots=True)
class Twin:
    """Another claim for the same unit or order; ``gap`` in days."""

    name: str
    gap: int
    same_part: bool = False
    same_order: bool = False
    is_live: bool = True
    amount: int = 0


@dataclass(frozen=True, slots=True)
class PhotoUse:
    """Where else a photo of the claim is used."""

    name: str
    same_unit: bool = False
    same_point: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """Amount above which somebody else looks at a claim."""

    amount: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Everything about one claim that a hint may ask for."""

    amount: int = 0
    labour: int = 0
    twins: tuple = ()
    photos: tuple = ()
    claimed_km: float = 0.0
    straight_km: float | None = None
    usual_km: tuple = ()
    area: str = ""
    is_outside: bool = False
    count_now: int = 0
    counts_before: tuple = ()
    usage: float = 0.0
    last_usage: float = 0.0
    last_usage_on: date | None = None
    last_usage_of: str = ""
    limits: tuple = ()
    labour_sample: tuple = ()
    value_sample: tuple = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """One sign; ``reason`` is a key, ``figures`` the numbers of its sentence."""

    code: str
    score: float
    reason: str
    figures: dict = field(default_factory=dict)


def squash(excess, threshold):
    """Map an excess to 0…1: 0 where there is none, 0.5 at the threshold."""
    if excess <= 0:
        return 0.0
    return excess / (excess + threshold) if threshold > 0 else 1.0


def robust_z(value, sample, floor=0.0):
    """Modified z-score of a value against a sample.

    :param floor: least spread, so that equal samples do not make all else extreme
    """
    middle = median(sample)
    away = [abs(item - middle) for item in sample]
    spread = PER_MAD * median(away) or PER_MEAN_AD * fmean(away)
    spread = max(spread, floor)
    if not spread:
        return 0.0
    return (value - middle) / spread


def amount_z(value, sample):
    """Modified z-score of money: by ratio, not by difference."""
    return robust_z(log1p(value), [log1p(item) for item in sample], LOG_FLOOR)


def hint_duplicate(facts, rule):
    """Another claim for the same unit: most for the same part within some days."""
    found = [_judge_twin(twin, rule.window_days) for twin in facts.twins]
    score, reason, twin = max(
        found, key=lambda item: (item[0], item[2].name), default=(0.0, "", None)
    )
    if not score:
        return None
    names = sorted(t.name for s, r, t in found if r == reason and s)
    figures = {"claims": ", ".join(names), "days": twin.gap}
    return Hint("DUPLICATE", score, reason, figures)


def _judge_twin(twin, days):
    """Score and reason of one other claim: nearer days weigh more."""
    if twin.same_order:
        return FAINT, "duplicate_order", twin
    if not twin.is_live or twin.gap > days:
        return 0.0, "", twin
    near = 1 - twin.gap / (2 * (days + 1))
    if twin.same_part:
        return near, "duplicate_part", twin
    return near / 2, "duplicate_serial", twin


def hint_photo(facts, rule):
    """A photo that is used elsewhere too, most of all for another unit."""
    if not facts.photos:
        return None
    foreign = [use for use in facts.photos if not use.same_unit]
    far = [use for use in foreign if not use.same_point]
    if foreign:
        score, reason = 1.0, "photo_point" if far else "photo_unit"
    else:
        score, reason = 0.6, "photo_job"
    names = sorted({use.name for use in far or foreign or facts.photos})
    return Hint("PHOTO", score, reason, {"documents": ", ".join(names)})


def hint_distance(facts, rule):
    """Kilometres beyond what the place, or else the usual way there, explains.

    The threshold is claimed ÷ expected.
    """
    claimed = facts.claimed_km
    expected, reason = None, "distance_place"
    if facts.straight_km is not None:
        expected = 2 * DETOUR * facts.straight_km
    elif len(facts.usual_km) >= max(1, rule.min_sample):
        expected, reason = float(median(facts.usual_km)), "distance_usual"
    if claimed and expected is not None and claimed - expected > TOLERANCE_KM:
        ratio = claimed / max(expected, TOLERANCE_KM)
        figures = {"claimed": claimed, "expected": expected}
        if reason == "distance_usual":
            figures["count"] = len(facts.usual_km)
        score = squash(ratio - 1, rule.threshold - 1)
        return Hint("DISTANCE", score, reason, figures) if score else None
    if facts.is_outside:
        return Hint("DISTANCE", FAINT, "distance_area", {"area": facts.area})
    return None


def hint_spike(facts, rule):
    """Many more claims of the point than in its own earlier periods.

    Counts vary by the root of their mean even where nothing changes, which is the
    least spread.
    """
    before = facts.counts_before
    if len(before) < max(1, rule.min_sample):
        return None
    usual = median(before)
    score = squash(
        robust_z(facts.count_now, before, sqrt(max(usual, 1))), rule.threshold
    )
    figures = {
        "count": facts.count_now,
        "usual": float(usual),
        "days": rule.window_days,
        "periods": len(before),
    }
    return Hint("SPIKE", score, "spike_count", figures) if score else None


def hint_usage(facts, rule):
    """A reading below an earlier one of the same unit."""
    if not facts.usage or facts.usage >= facts.last_usage:
        return None
    drop = (facts.last_usage - facts.usage) / facts.last_usage
    figures = {
        "usage": facts.usage,
        "last": facts.last_usage,
        "day": facts.last_usage_on,
        "document": facts.last_usage_of,
    }
    return Hint("USAGE", FLAG + FLAG * drop, "usage_back", figures)


def hint_split(facts, rule):
    """Just below a limit, or several claims that only together exceed it.

    The threshold is the distance to the limit in per cent.
    """
    found = [_judge_limit(facts, limit, rule) for limit in facts.limits]
    found = [hint for hint in found if hint]
    return max(found, key=lambda hint: hint.score, default=None)


def _judge_limit(facts, limit, rule):
    """Hint of one limit; None where the claim has nothing to do with it."""
    amount = facts.amount
    if not 0 < amount <= limit.amount:
        return None
    near = 100 * (limit.amount - amount) <= rule.threshold * limit.amount
    others = [
        twin
        for twin in facts.twins
        if twin.is_live
        and twin.gap <= rule.window_days
        and not twin.same_order
        and 0 < twin.amount <= limit.amount
    ]
    total = amount + sum(twin.amount for twin in others)
    figures = {"limit": limit.amount, "limit_name": limit.name, "amount": amount}
    if others and total > limit.amount:
        figures["total"] = total
        figures["claims"] = ", ".join(sorted(twin.name for twin in others))
        return Hint("SPLIT", 0.9 if near else 0.7, "split_sum", figures)
    return Hint("SPLIT", FAINT, "split_near", figures) if near else None


def hint_labour(facts, rule):
    """More labour than the point itself claims for such products."""
    return _hint_amount(
        "LABOUR", "labour_high", facts.labour, facts.labour_sample, rule
    )


def hint_value(facts, rule):
    """More money than claims for such products of that age and purpose."""
    return _hint_amount("VALUE", "value_high", facts.amount, facts.value_sample, rule)


def _hint_amount(code, reason, amount, sample, rule):
    """Hint of an amount that is high against its sample."""
    if not amount or len(sample) < max(1, rule.min_sample):
        return None
    z_score = amount_z(amount, sample)
    score = squash(z_score, rule.threshold)
    figures = {
        "amount": amount,
        "usual": round(median(sample)),
        "count": len(sample),
        "z": round(z_score, 2),
    }
    return Hint(code, score, reason, figures) if score else None


HINTS = {
    "DUPLICATE": hint_duplicate,
    "PHOTO": hint_photo,
    "USAGE": hint_usage,
    "DISTANCE": hint_distance,
    "SPLIT": hint_split,
    "SPIKE": hint_spike,
    "LABOUR": hint_labour,
    "VALUE": hint_value,
}
CODES = tuple(HINTS)


def run(facts, rules):
    """Signs of one claim by the rules that are in force.

    :param rules: ``{code: Rule}``; a code that is missing is not looked for
    """
    found = [HINTS[code](facts, rules[code]) for code in CODES if code in rules]
    return [hint for hint in found if hint]


def combine(hints, rules):
    """One score of a claim for the order of the queue: 0 without any sign."""
    clean = 1.0
    for hint in hints:
        clean *= 1 - rules[hint.code].weight * hint.score
    return 1 - clean


def count_periods(counts, first, day, days, maximum=12):
    """Claims of a point in the period that ends on a day, and in those before.

    Periods before the point's first claim tell nothing and are left out.

    :param counts: ``{day: number of claims}`` of the point
    :param first: day of the point's first claim
    :param days: length of a period
    :return: ``(now, (before, …))``, the nearest period first
    """
    full = min(maximum, ((day - first).days + 1) // days - 1)
    slots = [0] * (max(0, full) + 1)
    for other, number in counts.items():
        slot = (day - other).days // days
        if 0 <= slot < len(slots):
            slots[slot] += number
    return slots[0], tuple(slots[1:])
