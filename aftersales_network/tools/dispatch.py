"""Ranking of service points for one job, in plain Python.

Rule order (service network planning practice, regulating service points: one
authorised point per area with a fixed service scope): order area → agreement →
offer of the level → qualification → working calendar → capacity → load →
distance.  The kernel knows nothing of the ORM; a model loads the facts, the
kernel ranks and says why.
"""

from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0

# Reason codes: the model turns them into translated sentences.
OK = "ok"
STATE = "state"
REFUSED = "refused"
NO_AREA = "no_area"
EXCLUSIVE = "exclusive"
NO_AGREEMENT = "no_agreement"
OUT_OF_SCOPE = "out_of_scope"
NOT_OFFERED = "not_offered"
NO_STAFF = "no_staff"
NOT_QUALIFIED = "not_qualified"
CLOSED = "closed"
ABSENT = "absent"
FULL = "full"
DAY_FULL = "day_full"

#: Rule order: a candidate is dropped by the first rule it breaks.
RULE_ORDER = (
    STATE,
    REFUSED,
    NO_AREA,
    EXCLUSIVE,
    NO_AGREEMENT,
    OUT_OF_SCOPE,
    NOT_OFFERED,
    NO_STAFF,
    NOT_QUALIFIED,
    CLOSED,
    ABSENT,
    FULL,
    DAY_FULL,
)
#: Rules that a choice by hand may not break either, whatever the reason.
BINDING = frozenset((STATE, NO_AGREEMENT, OUT_OF_SCOPE, NOT_OFFERED, NOT_QUALIFIED))


@dataclass(frozen=True)
class Candidate:
    """Facts about one service point as seen from one job.

    ``area_depth`` counts the levels of the matched area (country 1 … zip 4):
    a more specific assignment wins.  ``staff_count`` are the people in the
    required role, ``qualified_count`` those of them who may do the job and are
    there on a day on which it can be done.  Capacities of 0 mean no limit;
    ``day_load`` counts the visits of the day of the job.  ``distance_km`` is
    ``None`` where either place has no position.
    """

    point_id: int
    dispatchable: bool = True
    refused: bool = False
    area_depth: int = 0
    exclusive: bool = False
    needs_agreement: bool = True
    has_agreement: bool = True
    in_scope: bool = True
    is_offered: bool = True
    staff_count: int = 1
    qualified_count: int = 1
    is_open: bool = True
    is_absent: bool = False
    missing: tuple = ()
    load: int = 0
    capacity: int = 0
    day_load: int = 0
    day_capacity: int = 0
    distance_km: float | None = None


@dataclass(frozen=True)
class Ranked:
    """One candidate after ranking; ``rank`` is 0 for dropped ones.

    ``details["holder"]`` is the point that holds the area where the reason is
    :data:`EXCLUSIVE`.
    """

    candidate: Candidate
    reason: str
    rank: int = 0
    details: dict = field(default_factory=dict)

    @property
    def eligible(self):
        """Whether the point may take the job."""
        return self.reason == OK


def broken_rules(candidate):
    """List every rule a candidate breaks on its own, in rule order."""
    bound = candidate.needs_agreement
    lacks = not candidate.has_agreement
    checks = (
        (not candidate.dispatchable, STATE),
        (candidate.refused, REFUSED),
        (not candidate.area_depth, NO_AREA),
        (bound and lacks, NO_AGREEMENT),
        (bound and not lacks and not candidate.in_scope, OUT_OF_SCOPE),
        (not candidate.is_offered, NOT_OFFERED),
        (not candidate.staff_count, NO_STAFF),
        (bool(candidate.staff_count) and not candidate.qualified_count, NOT_QUALIFIED),
        (not candidate.is_open, CLOSED),
        (candidate.is_absent, ABSENT),
        (is_full(candidate.load, candidate.capacity), FULL),
        (is_full(candidate.day_load, candidate.day_capacity), DAY_FULL),
    )
    return [reason for broken, reason in checks if broken]


def is_full(load, capacity):
    """Whether a load reaches its limit; 0 is no limit."""
    return bool(capacity) and load >= capacity


def scaled_capacity(capacity, own, present):
    """Limit of a point whose people are lent away or reinforced by others.

    The limit was set for the ``own`` people of the point; each of the
    ``present`` ones carries the same share of it.  A limit never turns into
    "no limit": the smallest is 1.
    """
    if not capacity or not own or own == present:
        return capacity
    return max(1, capacity * present // own)


def drop_reason(candidate):
    """Return the first rule the candidate breaks, or :data:`OK`."""
    return next(iter(broken_rules(candidate)), OK)


def furthest(reasons):
    """Reason of the candidate that came furthest in the rule order.

    It is the one that is nearest to being solved; ``None`` without reasons.
    """
    return max(reasons, key=RULE_ORDER.index, default=None)


def sort_key(candidate):
    """Order of eligible candidates; lower is better, ties end in the id.

    Load counts per qualified person: a point of ten with ten jobs has as much
    room as a point of one with one.
    """
    distance = candidate.distance_km
    return (
        -candidate.area_depth,
        not candidate.exclusive,
        candidate.load / max(candidate.qualified_count, 1),
        distance is None,
        distance or 0.0,
        candidate.point_id,
    )


def get_holder(eligible):
    """Exclusive holder of the most specific area, among eligible candidates."""
    exclusive = sorted((c for c in eligible if c.exclusive), key=sort_key)
    return exclusive[0] if exclusive else None


def is_shut_out(candidate, holder):
    """Whether an exclusive holder keeps a candidate out of the area.

    One authorised point per area and product line.  A more specific line of
    the other point stands, and so does any line while the holder cannot take
    the job himself: the customer is not left alone for it.
    """
    return (
        holder is not None
        and not candidate.exclusive
        and candidate.area_depth <= holder.area_depth
    )


def rank(candidates):
    """Rank candidates: eligible first in order, then the dropped ones.

    :param candidates: iterable of :class:`Candidate`
    :return: list of :class:`Ranked`, every candidate exactly once
    """
    judged = [(drop_reason(c), c) for c in candidates]
    able = [c for reason, c in judged if reason == OK]
    holder = get_holder(able)
    details = {"holder": holder.point_id} if holder else {}
    eligible = sorted((c for c in able if not is_shut_out(c, holder)), key=sort_key)
    dropped = [Ranked(c, reason) for reason, c in judged if reason != OK]
    dropped += [
        Ranked(c, EXCLUSIVE, details=details) for c in able if is_shut_out(c, holder)
    ]
    dropped.sort(key=lambda r: (-r.candidate.area_depth, r.candidate.point_id))
    return [Ranked(c, OK, n) for n, c in enumerate(eligible, start=1)] + dropped


def distance_km(origin, target):
    """Great-circle distance in km between two ``(latitude, longitude)`` pairs.

    ``(0, 0)`` is Odoo's "no position" and gives ``None``.
    """
    if not any(origin or ()) or not any(target or ()):
        return None
    lat1, lon1, lat2, lon2 = map(radians, (*origin, *target))
    chord = (
        sin((lat2 - lat1) / 2) ** 2
        + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
