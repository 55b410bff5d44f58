"""Ranking of service points for one job, in plain Python.

Rule order (service network planning practice, regulating service points: one
authorised point per area with a fixed service scope): order area → agreement →
qualification → load → distance.  The kernel knows nothing of the ORM; a model
loads the facts, the kernel ranks and says why.
"""

from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0

# Reason codes: the model turns them into translated sentences.
OK = "ok"
STATE = "state"
NO_AREA = "no_area"
NO_AGREEMENT = "no_agreement"
OUT_OF_SCOPE = "out_of_scope"
NO_STAFF = "no_staff"
NOT_QUALIFIED = "not_qualified"
FULL = "full"


@dataclass(frozen=True)
class Candidate:
    """Facts about one service point as seen from one job.

    ``area_depth`` counts the levels of the matched area (country 1 … zip 4):
    a more specific assignment wins.  ``capacity`` 0 means no limit.
    ``distance_km`` is ``None`` where either place has no position.
    """

    point_id: int
    dispatchable: bool = True
    area_depth: int = 0
    exclusive: bool = False
    needs_agreement: bool = True
    has_agreement: bool = True
    in_scope: bool = True
    staff_count: int = 1
    qualified_count: int = 1
    missing: tuple = ()
    load: int = 0
    capacity: int = 0
    distance_km: float | None = None


@dataclass(frozen=True)
class Ranked:
    """One candidate after ranking; ``rank`` is 0 for dropped ones."""

    candidate: Candidate
    reason: str
    rank: int = 0
    details: dict = field(default_factory=dict)

    @property
    def eligible(self):
        """Whether the point may take the job."""
        return self.reason == OK


def drop_reason(candidate):
    """Return the first rule the candidate breaks, or :data:`OK`."""
    checks = (
        (not candidate.dispatchable, STATE),
        (not candidate.area_depth, NO_AREA),
        (candidate.needs_agreement and not candidate.has_agreement, NO_AGREEMENT),
        (candidate.needs_agreement and not candidate.in_scope, OUT_OF_SCOPE),
        (not candidate.staff_count, NO_STAFF),
        (not candidate.qualified_count, NOT_QUALIFIED),
        (bool(candidate.capacity) and candidate.load >= candidate.capacity, FULL),
    )
    return next((reason for broken, reason in checks if broken), OK)


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


def rank(candidates):
    """Rank candidates: eligible first in order, then the dropped ones.

    :param candidates: iterable of :class:`Candidate`
    :return: list of :class:`Ranked`, every candidate exactly once
    """
    judged = [(drop_reason(c), c) for c in candidates]
    eligible = sorted((c for reason, c in judged if reason == OK), key=sort_key)
    dropped = sorted(
        ((reason, c) for reason, c in judged if reason != OK),
        key=lambda pair: (-pair[1].area_depth, pair[1].point_id),
    )
    return [Ranked(c, OK, n) for n, c in enumerate(eligible, start=1)] + [
        Ranked(c, reason) for reason, c in dropped
    ]


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
