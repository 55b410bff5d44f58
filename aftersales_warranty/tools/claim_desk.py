"""Arithmetic of the claim desk: bands of the queue, appeals, charge-backs.

Source of the rules: adjudication practice of warranty networks (oldest and
largest claims first, one appeal, audits that take back no more than was paid)
and the wish that money is shared exactly.

Plain Python: money is a whole number of minor units (cents); no ORM, no float.
"""

from datetime import timedelta

from .settlement import scale

#: First day of each age band, coded so that the bands sort by age; a claim is in
#: the last band that it has reached.
AGE_BANDS = (("00", 0), ("08", 8), ("16", 16), ("31", 31))
AMOUNT_BANDS = ("small", "medium", "large")


def age_band(days):
    """Return the band of a claim that waits for ``days``."""
    found = AGE_BANDS[0][0]
    for code, first in AGE_BANDS:
        if days >= first:
            found = code
    return found


def age_dates(today):
    """Return ``[(band, first day, last day)]`` of submission; ``None`` is open."""
    result = []
    for index, (code, first) in enumerate(AGE_BANDS):
        nxt = AGE_BANDS[index + 1][1] if index + 1 < len(AGE_BANDS) else None
        earliest = today - timedelta(days=nxt - 1) if nxt is not None else None
        latest = today - timedelta(days=first) if index else None
        result.append((code, earliest, latest))
    return result


def amount_band(minor, small, large):
    """Return the band of an amount: up to ``small``, from ``large``, or between."""
    if minor >= large:
        return AMOUNT_BANDS[2]
    return AMOUNT_BANDS[0] if minor <= small else AMOUNT_BANDS[1]


def appeal_outcome(claimed, before, granted):
    """Return how an appeal ended: upheld, partly or refused.

    :raise ValueError: less than before, or more than was claimed
    """
    if not before <= granted <= claimed:
        raise ValueError("granted must lie between the first decision and the claim")
    if granted == before:
        return "refused"
    return "upheld" if granted == claimed else "partly"


def appeal_difference(before, granted, coefficient=1, corrected=0):
    """Return what is paid on top: the settled value of the difference.

    :param corrected: what the answer to a dispute added for the same line already
    """
    difference = scale(granted, coefficient) - scale(before, coefficient)
    return max(difference - max(corrected, 0), 0)


def chargeable(settled, charged):
    """Return how much of a settled amount may still be taken back."""
    return max(settled - charged, 0)
