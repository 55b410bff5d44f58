"""Places in a ranking, aliases of the others in it, prizes shared by ties.

No ORM here.  Values are compared exactly: two figures share a place only when
they are equal, whatever a float would make of them.
"""

from fractions import Fraction


def rank(entries, higher_is_better=True):
    """Give every entry its place; equal values share it (1, 1, 3).

    :param entries: ``[(key, exact value)]``
    :return: ``[(place, key)]``, best first; ties keep the order they came in
    """
    ordered = sorted(entries, key=lambda entry: entry[1], reverse=higher_is_better)
    first = {}
    for place, (_key, value) in enumerate(ordered, start=1):
        first.setdefault(value, place)
    return [(first[value], key) for key, value in ordered]


def mean(values):
    """Exact mean of exact values; ``None`` without any."""
    return Fraction(sum(values), len(values)) if values else None


def letters(number):
    """Name of the n-th of the others, as columns of a spreadsheet: A … Z, AA …

    :param number: from 0 on
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def anonymise(rows, is_own, smallest=3):
    """Rows of a ranking as one of the ranked may see it.

    Only place and value of the others are shown, under letters that follow the
    places.  Among ties the own row comes first and the others are alike, so that
    neither letter nor order says who anybody is.  With fewer than ``smallest``
    others, no other is shown: two rivals would know each other by elimination.

    :param rows: ``[(place, value, key)]``
    :param is_own: callable that tells whether a key is the reader's own
    :return: ``[(place, value, key or None, letter or None)]``
    """
    mine = [(place, value, key) for place, value, key in rows if is_own(key)]
    others = sorted((place, value) for place, value, key in rows if not is_own(key))
    if len(others) < smallest:
        others = []
    shown = [(place, value, key, None) for place, value, key in mine]
    shown += [
        (place, value, None, letters(number))
        for number, (place, value) in enumerate(others)
    ]
    return sorted(shown, key=lambda row: (row[0], row[2] is None, row[3] or ""))


def share(total, parts):
    """Divide an amount among ties without losing or inventing a cent.

    :param total: amount in the smallest unit of the currency, an integer
    :return: ``parts`` integers that differ by at most one and sum to ``total``
    """
    each, rest = divmod(total, parts)
    return [each + 1] * rest + [each] * (parts - rest)


def shared_prize(prizes, place, ties):
    """Prize of a tied place: the prizes of all places that the ties take up.

    Two at place 1 take places 1 and 2, and divide what these are worth.

    :param prizes: ``{place: integer amount}``
    :return: integer amounts of the tied, as :func:`share` divides them
    """
    return share(sum(prizes.get(place + step, 0) for step in range(ties)), ties)


def is_held(bounds, wanted, count):
    """Whether the last ``count`` results all reach what a rule asks for.

    :param bounds: lower bounds of the levels reached, newest first
    :param wanted: callable on a bound
    """
    newest = bounds[:count]
    return len(newest) == count and all(wanted(bound) for bound in newest)
