"""Arithmetic of a scorecard, in exact fractions and without the ORM.

Source of the rules: scoring of GB/T 27922-2011 (deduct for each non-conformity;
qualitative items lose everything, sampled items lose in proportion, clause 6.2.2
takes inapplicable items out of both sums, special deductions and bonus stand
outside the percentage, five special deductions fail). The order "percentage, then
deductions, then bonus, then clamp to 0-100" is our reading of "outside the score".
Attainment of metric items is the common dealer scorecard rule: value / target where
more is better, target / value where less is better, capped.

Nothing here is rounded: a score of 89.999 stays below a bound of 90.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

QUALITATIVE = "qualitative"
SAMPLED = "sampled"
METRIC = "metric"

#: outcomes that keep a line out of numerator and denominator
EXCLUDED_OUTCOMES = ("excluded", "not_available", "no_activity", "small_sample")


class ScoringError(ValueError):
    """Figures that no scorecard can contain."""


def exact(value):
    """Turn a number into the fraction it shows: 0.1 is one tenth."""
    if isinstance(value, Fraction):
        return value
    return Fraction(str(value or 0))


def figure(value, digits=2):
    """Write a fraction for a sentence, without idle zeros.

    Four decimals where that is exact, else `digits` of them: this way 100 − 1.125 =
    98.875 also adds up on paper.
    """
    value = exact(value)
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    precise = quotient.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if Fraction(precise) != value:
        precise = quotient.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{precise:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def score_figure(score, bounds=(), digits=2):
    """Write a score with as many decimals as it takes not to fake a bound."""
    score = exact(score)
    text = figure(score, digits)
    crossed = any(score < exact(bound) <= exact(text) for bound in bounds)
    return score_figure(score, bounds, digits + 2) if crossed else text


@dataclass(frozen=True)
class Leaf:
    """What is known about one indicator at the end of the tree.

    `excluded` is None or the outcome that explains why the leaf does not count;
    `conforming` is None as long as nobody has judged a qualitative leaf;
    `numerator` and `denominator` are None when no module offers the metric.
    """

    points: object
    kind: str = QUALITATIVE
    excluded: str | None = None
    conforming: bool | None = None
    samples: int = 0
    nonconforming: int = 0
    numerator: object = None
    denominator: object = None
    factor: int = 1
    target: object = 0
    direction: str = "up"
    min_sample: int = 0


@dataclass(frozen=True)
class LeafResult:
    """Points lost by a leaf, and the figures its explanation quotes."""

    outcome: str
    points: Fraction
    lost: Fraction = Fraction(0)
    figures: dict = field(default_factory=dict)

    @property
    def is_applicable(self):
        """The leaf counts in numerator and denominator."""
        return self.outcome not in EXCLUDED_OUTCOMES

    @property
    def is_pending(self):
        """Nobody has judged the leaf yet."""
        return self.outcome == "pending"


@dataclass(frozen=True)
class CardResult:
    """The sums of a scorecard; base and final are None when nothing counts."""

    applicable: Fraction
    lost: Fraction
    pending: int
    judged: int
    deductions: int
    bonus: int
    base: Fraction | None
    final: Fraction | None

    @property
    def actual(self):
        """Points kept among the applicable ones."""
        return self.applicable - self.lost

    @property
    def is_rated(self):
        """At least one applicable leaf has been judged."""
        return self.final is not None


def metric_exclusion(numerator, denominator, min_sample=0):
    """Return why a metric cannot be rated, or None."""
    if numerator is None or denominator is None:
        return "not_available"
    if exact(denominator) <= 0:
        return "no_activity"
    if exact(denominator) < exact(min_sample):
        return "small_sample"
    return None


def attainment(value, target, direction, cap=1):
    """Share of the target reached, between 0 and `cap`.

    A target of zero where less is better is reached by zero only; where more is
    better it would be reached by anybody and is refused.
    """
    value, target, cap = exact(value), exact(target), exact(cap)
    if direction == "up":
        if target <= 0:
            raise ScoringError("a target must be above zero where more is better")
        return min(cap, max(Fraction(0), value / target))
    if target < 0:
        raise ScoringError("a target must not be negative where less is better")
    if value <= 0:
        return cap if target > 0 else min(cap, Fraction(1))
    return min(cap, target / value)


def _score_qualitative(leaf, points):
    if leaf.conforming is None:
        return LeafResult("pending", points)
    if leaf.conforming:
        return LeafResult("qualitative_kept", points)
    return LeafResult("qualitative_lost", points, points)


def _score_sampled(leaf, points):
    if not 0 <= leaf.nonconforming <= leaf.samples:
        raise ScoringError("non-conforming samples must be between 0 and the samples")
    if not leaf.samples:
        return LeafResult("pending", points)
    lost = points * Fraction(leaf.nonconforming, leaf.samples)
    figures = {"samples": leaf.samples, "nonconforming": leaf.nonconforming}
    return LeafResult("sampled", points, lost, figures)


def _score_metric(leaf, points):
    reason = metric_exclusion(leaf.numerator, leaf.denominator, leaf.min_sample)
    figures = {"min_sample": leaf.min_sample}
    if reason:
        figures["denominator"] = exact(leaf.denominator)
        return LeafResult(reason, points, figures=figures)
    value = exact(leaf.numerator) / exact(leaf.denominator) * leaf.factor
    share = attainment(value, leaf.target, leaf.direction)
    figures |= {
        "numerator": exact(leaf.numerator),
        "denominator": exact(leaf.denominator),
        "value": value,
        "target": exact(leaf.target),
        "attainment": share * 100,
    }
    return LeafResult("metric", points, points * (1 - share), figures)


_SCORERS = {
    QUALITATIVE: _score_qualitative,
    SAMPLED: _score_sampled,
    METRIC: _score_metric,
}


def score_leaf(leaf):
    """Return the points a leaf loses and the outcome that explains it."""
    points = exact(leaf.points)
    if points < 0:
        raise ScoringError("points must not be negative")
    if leaf.excluded:
        figures = {
            "denominator": exact(leaf.denominator),
            "min_sample": leaf.min_sample,
        }
        return LeafResult(leaf.excluded, points, figures=figures)
    return _SCORERS[leaf.kind](leaf, points)


def score_sums(applicable, lost, judged, pending=0, deductions=0, bonus=False):
    """Return a scorecard's result from the sums over its applicable leaves."""
    if deductions < 0:
        raise ScoringError("special deductions must not be negative")
    applicable, lost, bonus = exact(applicable), exact(lost), int(bool(bonus))
    base = final = None
    if applicable > 0 and judged:
        base = (applicable - lost) / applicable * 100
        final = min(Fraction(100), max(Fraction(0), base - deductions + bonus))
    return CardResult(applicable, lost, pending, judged, deductions, bonus, base, final)


def score_card(results, deductions=0, bonus=False):
    """Sum leaf results into a scorecard.

    A leaf that nobody has judged yet has lost nothing so far, but a scorecard on
    which nothing at all has been judged has no score.
    """
    counted = [result for result in results if result.is_applicable]
    pending = sum(result.is_pending for result in counted)
    return score_sums(
        sum((result.points for result in counted), Fraction(0)),
        sum((result.lost for result in counted), Fraction(0)),
        judged=len(counted) - pending,
        pending=pending,
        deductions=deductions,
        bonus=bonus,
    )


@dataclass(frozen=True)
class Band:
    """A result level: `lower` belongs to it, `upper` only when it is 100."""

    lower: object
    upper: object
    key: object = None
    is_fail: bool = False


def check_bands(bands):
    """Return the faults of a band table: [(fault, lower, upper), …].

    Faults: `empty`, `inverted` (upper not above lower), `gap` and `overlap` between
    two bands, `start` (does not begin at 0), `end` (does not reach 100).
    """
    if not bands:
        return [("empty", Fraction(0), Fraction(100))]
    rows = sorted((exact(band.lower), exact(band.upper)) for band in bands)
    faults = [("inverted", lower, upper) for lower, upper in rows if upper <= lower]
    if rows[0][0] != 0:
        faults.append(("start", Fraction(0), rows[0][0]))
    for (_low, upper), (lower, _up) in zip(rows, rows[1:], strict=False):
        if upper < lower:
            faults.append(("gap", upper, lower))
        elif upper > lower:
            faults.append(("overlap", lower, upper))
    if rows[-1][1] != 100:
        faults.append(("end", rows[-1][1], Fraction(100)))
    return faults


def bands_from_bounds(rows):
    """Build bands of (key, lower bound, is_fail): each ends where the next begins."""
    rows = sorted(rows, key=lambda row: exact(row[1]))
    uppers = [row[1] for row in rows[1:]] + [100]
    return [
        Band(lower, upper, key, is_fail)
        for (key, lower, is_fail), upper in zip(rows, uppers, strict=True)
    ]


def grade(final, deductions, bands, deduction_limit=5):
    """Return the band of a final score; None without score or without band.

    With `deduction_limit` special deductions or more the best failing band is the
    best that can be reached, whatever the score. A limit of 0 switches this off.
    """
    if final is None:
        return None
    final = exact(final)
    reached = [band for band in bands if exact(band.lower) <= final]
    if deduction_limit and deductions >= deduction_limit:
        failing = [band for band in bands if band.is_fail]
        reached = [band for band in reached if band.is_fail] or failing
    return max(reached, key=lambda band: exact(band.lower), default=None)


def part_sums(nodes):
    """Return the points of the parts of each parent, ``None`` for the first level.

    :param nodes: [(key, parent key or None, points), …]
    """
    sums = defaultdict(Fraction)
    for _key, parent, points in nodes:
        sums[parent] += exact(points)
    return sums


def check_points(nodes, total):
    """Return where a tree's points do not sum.

    :param nodes: [(key, parent key or None, points), …]
    :param total: points of the whole set
    :return: [(key or None for the set, points said, sum of the parts), …]
    """
    sums = part_sums(nodes)
    said = {key: exact(points) for key, _parent, points in nodes}
    faults = [
        (key, points, sums[key])
        for key, points in said.items()
        if key in sums and sums[key] != points
    ]
    if sums.get(None, 0) != exact(total):
        faults.insert(0, (None, exact(total), sums.get(None, Fraction(0))))
    return faults


def spread(total, count, digits=2):
    """Share points out in parts as equal as `digits` decimals allow.

    The parts sum to the total exactly; the first ones get what is left over.
    """
    unit = Fraction(1, 10**digits)
    whole, left = divmod(exact(total) / unit, 1)
    if left:
        raise ScoringError("the total has more decimals than its parts may have")
    share, rest = divmod(int(whole), count)
    return [(share + (number < rest)) * unit for number in range(count)]


def code_sort_key(code, width=4):
    """Pad the numbers of a clause code so that 5.1.10 sorts after 5.1.2."""
    parts = (code or "").strip().split(".")
    return ".".join(
        part.zfill(width) if part.isdigit() else part.lower() for part in parts
    )
