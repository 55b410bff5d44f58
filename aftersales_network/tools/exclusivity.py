"""Who holds which place exclusively, in plain Python.

Places and product categories are trees; a node is known by the path of its
ancestors (``"1/7/12/"``).  Two nodes are nested when one path starts with the
other, so a claim on a province collides with a claim on one of its zip prefixes
(regulating service points: one authorised point per area).  PostgreSQL holds the
same rule as an exclusion constraint; the kernel names the rivals before it has to.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple


class Claim(NamedTuple):
    """One exclusive line: who works where, for which products, from when to when.

    ``categ_path`` is empty for every product, ``date_to`` ``None`` for open end.
    """

    key: int
    company_id: int
    point_id: int
    area_path: str
    categ_path: str
    date_from: date
    date_to: date | None


def nested(path, other):
    """Whether one node is the other or lies above or below it."""
    return path.startswith(other) or other.startswith(path)


def same_time(claim, other):
    """Whether two closed periods share a day."""
    return (claim.date_to is None or other.date_from <= claim.date_to) and (
        other.date_to is None or claim.date_from <= other.date_to
    )


def collide(claim, other):
    """Whether two claims may not both be exclusive.

    Lines of one point may be nested, the point does not compete with itself; only
    the very same area and category twice at a time is a mistake.
    """
    if claim.company_id != other.company_id or not same_time(claim, other):
        return False
    if claim.point_id == other.point_id:
        places = (claim.area_path, claim.categ_path)
        return places == (other.area_path, other.categ_path)
    return nested(claim.area_path, other.area_path) and nested(
        claim.categ_path, other.categ_path
    )


def find_conflicts(claims):
    """Yield every pair of claims that collide, without comparing all with all.

    Sorted by path, the ancestors of a node come before it without a gap: a stack
    of them is all that has to be looked at.
    """
    stack = []
    for claim in sorted(claims, key=lambda c: (c.company_id, c.area_path, c.key)):
        while stack and not (
            stack[-1].company_id == claim.company_id
            and claim.area_path.startswith(stack[-1].area_path)
        ):
            stack.pop()
        yield from ((other, claim) for other in stack if collide(other, claim))
        stack.append(claim)


def give_way(claims):
    """Tell which claims must give up exclusivity so that no two collide.

    The earlier start wins, then the lower key.

    :return: ``{key of the loser: claim that keeps the place}``
    """
    rivals = defaultdict(list)
    for one, two in find_conflicts(claims):
        rivals[one.key].append(two)
        rivals[two.key].append(one)
    losers = {}
    for claim in sorted(claims, key=lambda c: (c.date_from, c.key)):
        rank = (claim.date_from, claim.key)
        holder = next(
            (
                rival
                for rival in sorted(rivals[claim.key], key=lambda r: r.key)
                if (rival.date_from, rival.key) < rank and rival.key not in losers
            ),
            None,
        )
        if holder:
            losers[claim.key] = holder
    return losers
