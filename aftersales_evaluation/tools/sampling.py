"""Drawing of audited points: exact sizes, and a choice that can be repeated."""

import hashlib
import math
from fractions import Fraction

METHODS = ("root", "percent", "fixed", "all")


def sample_size(method, population, percent=0, number=0, minimum=0):
    """How many of ``population`` are drawn; never more than there are.

    :param method: ``root`` (square root, rounded up), ``percent`` (rounded up),
        ``fixed`` or ``all``
    :param percent: share in per cent, as text or number
    :raise ValueError: an unknown method or a negative figure
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}")
    share = Fraction(str(percent)) / 100
    if min(population, number, minimum, share) < 0:
        raise ValueError("a sample is not drawn from negative figures")
    sizes = {
        "root": math.isqrt(population - 1) + 1 if population else 0,
        "percent": math.ceil(population * share),
        "fixed": number,
        "all": population,
    }
    return min(population, max(sizes[method], minimum))


def draw(ids, size, seed):
    """Draw ``size`` of ``ids``: the same seed and ids give the same choice.

    Each id has its own ticket, a digest of seed and id; the lowest tickets win.
    The order of ``ids`` does not matter, and an id that joins or leaves changes
    the choice of the others by one at most.

    :return: drawn ids, in order of their tickets
    """

    def ticket(number):
        return hashlib.sha256(f"{seed}:{number}".encode()).digest()

    return sorted(set(ids), key=ticket)[:size]


def choose(ids, forced, method, seed, **knobs):
    """Choose what is audited and why.

    What is forced is always in; the rule draws from the rest, so that bad points
    never crowd out the others.

    :param ids: the population
    :param forced: ``{id: reason}``; ids outside the population are left out
    :return: ``[(id, reason), …]``, forced ones first
    """
    population = set(ids)
    chosen = [(number, forced[number]) for number in sorted(forced)]
    chosen = [(number, reason) for number, reason in chosen if number in population]
    rest = population - set(forced)
    reason = "all" if method == "all" else "drawn"
    size = sample_size(method, len(rest), **knobs)
    return chosen + [(number, reason) for number in draw(rest, size, seed)]
