"""SERVQUAL and SERVPERF: expectation and perception of service, and the gap.

Rules: an item's gap is perception less expectation; a dimension is averaged for each
respondent first and over respondents afterwards; the weighted total multiplies the
dimension gaps of a respondent by the points, 100 in all, that he himself allotted.
Source: Parasuraman, Zeithaml and Berry 1988/1991; SERVPERF (perception only): Cronin
and Taylor 1992.

Decisions where the sources leave room:

- only complete pairs count; a respondent with fewer than the minimum share of them is
  left out and counted as incomplete;
- an allotment that does not add up to 100 says nothing reliable: the weights of that
  respondent are refused and counted, his answers still count.  They are not scaled,
  because that would put a statement into his mouth;
- a dimension that an allotment of 100 points leaves blank has no weight;
- an answer outside the scale is no answer.

Plain Python: no ORM, and fractions instead of floats, so that nothing is rounded
before it is shown.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

POINTS = 100
VARIANTS = ("servqual", "servperf")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the questionnaire; a reversed one is worded negatively."""

    key: object
    dimension: object
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Respondent:
    """Raw answers of one person, by item; points by dimension."""

    expectations: dict = field(default_factory=dict)
    perceptions: dict = field(default_factory=dict)
    weights: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """Means over ``count`` respondents; None where nobody answered.

    ``gap`` is perception less expectation; ``weight`` the mean of the valid points.
    """

    count: int = 0
    expectation: Fraction | None = None
    perception: Fraction | None = None
    gap: Fraction | None = None
    weight: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of a survey, and who did not count."""

    items: dict
    dimensions: dict
    total: Figure
    weighted: Figure
    counted: int
    incomplete: int
    weights_refused: int


def evaluate(
    respondents,
    items,
    low=1,
    high=7,
    min_share=Fraction(1, 2),
    variant="servqual",
):
    """Return the :class:`Result` of some respondents.

    :param respondents: iterable of :class:`Respondent`
    :param items: sequence of :class:`Item`
    :param low: lowest answer of the scale, strongest disagreement
    :param high: highest answer of the scale
    :param min_share: least share of complete pairs with which a respondent counts
    :param variant: ``servqual``, or ``servperf`` which needs perceptions only
    :raise ValueError: an unknown variant, or a scale without two values
    """
    if variant not in VARIANTS:
        raise ValueError(f"unknown variant {variant!r}")
    if low >= high:
        raise ValueError("a scale needs two values")
    items = tuple(items)
    people, incomplete, refused = [], 0, 0
    for respondent in respondents:
        pairs = complete_pairs(respondent, items, low, high, variant)
        if not pairs or Fraction(len(pairs), len(items)) < min_share:
            incomplete += 1
            continue
        weights = allotment(respondent.weights, {item.dimension for item in items})
        refused += weights is None
        people.append((pairs, weights or {}))
    return _summarise(people, items, incomplete, refused)


def complete_pairs(respondent, items, low, high, variant="servqual"):
    """Return ``{item: (expectation, perception)}`` of the answered items.

    Reversed items are turned back: low + high - answer.  SERVPERF has no expectation.
    """
    result = {}
    for item in items:
        perceived = _answer(respondent.perceptions.get(item.key), item, low, high)
        expected = None
        if variant == "servqual":
            expected = _answer(respondent.expectations.get(item.key), item, low, high)
            if expected is None:
                continue
        if perceived is not None:
            result[item] = (expected, perceived)
    return result


def allotment(weights, dimensions):
    """Return the points by dimension as fractions.

    :return: an empty dict where no points were given; None where they are refused:
        below zero, for a strange dimension, or not 100 in all
    """
    given = {key: exact(points) for key, points in weights.items() if points}
    if not given:
        return {}
    is_refused = (
        any(points < 0 for points in given.values())
        or not set(given) <= set(dimensions)
        or sum(given.values()) != POINTS
    )
    return (
        None if is_refused else {key: given.get(key, Fraction(0)) for key in dimensions}
    )


def rescale(value, low, high, to_low=1, to_high=5):
    """Return a mean of one scale as the nearest whole mark of another.

    Halves are rounded up: 4 on a scale from 1 to 7 is 3 of 5.
    """
    share = Fraction(exact(value) - low, high - low)
    mark = to_low + share * (to_high - to_low)
    return int((mark + Fraction(1, 2)).__floor__())


def mean(values):
    """Return the exact mean, None of nothing."""
    values = list(values)
    return sum(values, Fraction(0)) / len(values) if values else None


def rounded(value, digits=2):
    """Return a fraction as Decimal, halves away from zero; None stays None."""
    if value is None:
        return None
    value = Fraction(value)
    scale = 10**digits
    scaled = value * scale
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    number = Decimal(whole) / scale
    number = -number if scaled < 0 else number
    return number.quantize(Decimal(1) / scale, rounding=ROUND_HALF_UP)


def relative_gap(expected, actual, is_more_better=True):
    """Return by how many per cent a value falls short (negative) of what is due.

    None where nothing is expected: a share of zero is no figure.
    """
    expected, actual = exact(expected), exact(actual)
    if not expected:
        return None
    difference = actual - expected if is_more_better else expected - actual
    return difference / abs(expected) * 100


def exact(number):
    """Return a number as a fraction; a float counts as the digits it shows."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _summarise(people, items, incomplete, refused):
    """Means over the respondents that count."""
    by_dimension = {}
    for item in items:
        by_dimension.setdefault(item.dimension, []).append(item)
    means = [
        (
            {dim: _mean_pair(pairs, group) for dim, group in by_dimension.items()},
            weights,
        )
        for pairs, weights in people
    ]
    dimensions = {
        dim: _figure(
            [person[dim] for person, _weights in means],
            [weights[dim] for _person, weights in means if weights],
        )
        for dim in by_dimension
    }
    return Result(
        items={
            item.key: _figure([pairs.get(item) for pairs, _weights in people])
            for item in items
        },
        dimensions=dimensions,
        total=_unweighted(dimensions, len(people)),
        weighted=_figure([_weigh(*person) for person in means]),
        counted=len(people),
        incomplete=incomplete,
        weights_refused=refused,
    )


def _mean_pair(pairs, group):
    """Mean expectation and perception of one respondent in one dimension."""
    found = [pairs[item] for item in group if item in pairs]
    if not found:
        return None
    expected, perceived = zip(*found, strict=True)
    return (None if None in expected else mean(expected), mean(perceived))


def _weigh(person, weights):
    """Weighted expectation and perception of one respondent.

    None where he gave no points, or points to a dimension that he did not answer.
    """
    needed = [dim for dim, points in weights.items() if points]
    if not needed or any(person[dim] is None for dim in needed):
        return None
    pairs = [(person[dim], weights[dim] / POINTS) for dim in needed]
    perceived = sum(pair[1] * share for pair, share in pairs)
    if any(pair[0] is None for pair, _share in pairs):
        return None, perceived
    return sum(pair[0] * share for pair, share in pairs), perceived


def _unweighted(dimensions, count):
    """Mean of the dimensions as they are shown: a reader can add it up."""
    found = [figure for figure in dimensions.values() if figure.count]
    if not found:
        return Figure()
    expected = [figure.expectation for figure in found]
    return Figure(
        count,
        None if None in expected else mean(expected),
        mean(figure.perception for figure in found),
        None if None in expected else mean(figure.gap for figure in found),
    )


def _figure(pairs, weights=()):
    """Means of (expectation, perception) pairs; None entries did not answer."""
    pairs = [pair for pair in pairs if pair is not None]
    if not pairs:
        return Figure(weight=mean(weights))
    expected, perceived = zip(*pairs, strict=True)
    expected = None if None in expected else mean(expected)
    perceived = mean(perceived)
    gap = None if expected is None else perceived - expected
    return Figure(len(pairs), expected, perceived, gap, mean(weights))


def _answer(value, item, low, high):
    """An answer within the scale, reversed items turned; None otherwise."""
    if value is None or not low <= value <= high:
        return None
    value = exact(value)
    return low + high - value if item.is_reversed else value
