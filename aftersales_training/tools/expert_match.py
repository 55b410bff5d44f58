"""How well experts fit a question, exact and without the ORM.

The points are a proposal: a named product weighs more than its category, a
nearer category more than a farther one; good ratings help, open questions hold
back.
"""

from dataclasses import dataclass, field
from fractions import Fraction

PRODUCT = 40
CATEGORY = 30
CATEGORY_STEP = 5
CATEGORY_LEAST = 10
FAULT = 30
AREA = 10
LANGUAGE = 5
RATING = 4
#: Who was never rated counts as the middle of the scale.
UNRATED = 3
LOAD = 5


@dataclass(frozen=True)
class Expert:
    """What is known about an expert."""

    key: int
    products: frozenset = frozenset()
    categories: frozenset = frozenset()
    faults: frozenset = frozenset()
    areas: frozenset = frozenset()
    languages: frozenset = frozenset()
    rating: Fraction | None = None
    open_questions: int = 0
    is_available: bool = True


@dataclass(frozen=True)
class Wish:
    """What is asked; paths run from the root to the record itself."""

    product: int | None = None
    category_path: tuple = ()
    fault: int | None = None
    area_path: tuple = ()
    language: int | None = None


@dataclass(frozen=True)
class Fit:
    """Points of one expert with the reasons (name, points) behind them."""

    key: int
    score: Fraction
    reasons: tuple = field(default=())


def fit(expert, wish):
    """Return the :class:`Fit` of an expert; ``None`` where he does not fit.

    Somebody who is away, or has neither the product, its category nor the fault
    that is asked for, does not fit.
    """
    if not expert.is_available:
        return None
    subject = _subject(expert, wish)
    asks_subject = bool(wish.product or wish.category_path or wish.fault)
    if asks_subject and not subject:
        return None
    reasons = [*subject]
    if set(wish.area_path) & expert.areas:
        reasons.append(("area", AREA))
    if wish.language in expert.languages:
        reasons.append(("language", LANGUAGE))
    rating = UNRATED if expert.rating is None else expert.rating
    reasons.append(("rating", RATING * Fraction(rating)))
    if expert.open_questions:
        reasons.append(("load", -LOAD * expert.open_questions))
    return Fit(expert.key, Fraction(sum(points for _n, points in reasons)), (*reasons,))


def rank(experts, wish):
    """Return the fits of those who fit, best first; ties by key."""
    fits = [found for found in (fit(expert, wish) for expert in experts) if found]
    return sorted(fits, key=lambda found: (-found.score, found.key))


def _subject(expert, wish):
    """Reasons that lie in the subject itself."""
    reasons = []
    if wish.product is not None and wish.product in expert.products:
        reasons.append(("product", PRODUCT))
    else:
        nearest = [
            steps
            for steps, category in enumerate(reversed(wish.category_path))
            if category in expert.categories
        ]
        if nearest:
            points = max(CATEGORY - CATEGORY_STEP * nearest[0], CATEGORY_LEAST)
            reasons.append(("category", points))
    if wish.fault is not None and wish.fault in expert.faults:
        reasons.append(("fault", FAULT))
    return reasons
