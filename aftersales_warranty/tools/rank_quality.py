"""How well a score ranks what turned out true: area under the ROC curve.

The area is the probability that a true case stands above a false one, ties counting
half (Mann–Whitney); 0.5 is chance.  Its standard error follows Hanley and McNeil
(1982).  Plain Python: no ORM.
"""

from math import sqrt


def auc(scores, labels):
    """Area under the curve; ``None`` where only one kind of case is there.

    :param scores: numbers, higher means more suspect
    :param labels: truth values, in the same order
    """
    pairs = sorted(zip(scores, map(bool, labels), strict=True))
    positives = sum(label for _score, label in pairs)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return None
    wins, below, start = 0.0, 0, 0
    while start < len(pairs):
        stop = start
        while stop < len(pairs) and pairs[stop][0] == pairs[start][0]:
            stop += 1
        true = sum(label for _score, label in pairs[start:stop])
        false = stop - start - true
        wins += true * (below + false / 2)
        below += false
        start = stop
    return wins / (positives * negatives)


def auc_error(area, positives, negatives):
    """Standard error of an area (Hanley and McNeil)."""
    first = area / (2 - area)
    second = 2 * area**2 / (1 + area)
    variance = (
        area * (1 - area)
        + (positives - 1) * (first - area**2)
        + (negatives - 1) * (second - area**2)
    )
    return sqrt(max(0.0, variance) / (positives * negatives))


def hits_at(scores, labels, share):
    """True cases among the highest scores, and how many were looked at.

    Where equal scores straddle the border, their true cases count by their share.

    :param share: part of the cases that somebody looks at, between 0 and 1
    """
    pairs = sorted(zip(scores, map(bool, labels), strict=True), reverse=True)
    looked = round(len(pairs) * share)
    if not looked:
        return 0.0, 0
    border = pairs[looked - 1][0]
    above = [label for score, label in pairs if score > border]
    tied = [label for score, label in pairs if score == border]
    return sum(above) + sum(tied) * (looked - len(above)) / len(tied), looked
