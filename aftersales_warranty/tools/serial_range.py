"""Ranges of serial and lot numbers: from one number to another, both included.

Numbers of one series share their beginning and end in a counter of a fixed
width; only such series can be counted through. Spelling does not matter: case,
spaces and dashes are left out (see :mod:`.serials`). No ORM here.
"""

import re
from typing import NamedTuple

from .serials import key

_COUNTER = re.compile(r"^(.*?)(\d+)$")


class RangeError(ValueError):
    """Two numbers that make no range; ``code`` names the rule.

    ``empty``: no number at all; ``shape``: no common series with a counter;
    ``order``: the last one comes before the first.
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class SerialRange(NamedTuple):
    """A series: what all numbers begin with, and the counters of both ends.

    A single number without a counter has the width 0.
    """

    prefix: str
    first: int
    last: int
    width: int

    @property
    def size(self):
        """How many numbers the range has."""
        return self.last - self.first + 1

    @property
    def stem(self):
        """What every number of the range begins with, for a search."""
        if not self.width:
            return self.prefix
        first, last = (f"{n:0{self.width}d}" for n in (self.first, self.last))
        shared = 0
        while shared < self.width and first[shared] == last[shared]:
            shared += 1
        return self.prefix + first[:shared]

    def contains(self, text):
        """Whether a number, however it is spelt, lies in the range."""
        value = key(text)
        if not self.width:
            return value == self.prefix
        head, tail = value[: len(self.prefix)], value[len(self.prefix) :]
        return (
            head == self.prefix
            and len(tail) == self.width
            and tail.isdecimal()
            and self.first <= int(tail) <= self.last
        )


def parse(first, last=None):
    """Return the range between two numbers; one alone is a range of one.

    :raise RangeError: numbers that make no range
    """
    start = key(first)
    stop = key(last) or start
    if not start:
        raise RangeError("empty")
    if start == stop:
        found = _COUNTER.match(start)
        if not found:
            return SerialRange(start, 0, 0, 0)
        return SerialRange(found[1], int(found[2]), int(found[2]), len(found[2]))
    heads = _COUNTER.match(start), _COUNTER.match(stop)
    if None in heads or len(start) != len(stop) or heads[0][1] != heads[1][1]:
        raise RangeError("shape")
    low, high = (int(head[2]) for head in heads)
    if high < low:
        raise RangeError("order")
    return SerialRange(heads[0][1], low, high, len(heads[0][2]))


def overlap(left, right):
    """Whether two ranges share a number."""
    return (
        (left.prefix, left.width) == (right.prefix, right.width)
        and left.first <= right.last
        and right.first <= left.last
    )
