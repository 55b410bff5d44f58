"""Draws the random share of claims that a person looks at all the same.

The draw of a claim follows from the seed and its number alone: whoever knows the
seed can repeat it years later, and nobody can tell it beforehand who does not.

Plain Python: no ORM, no random state.
"""

from fractions import Fraction
from hashlib import sha256

SPACE = 1 << 256
HUNDRED = 100


def position(seed, number):
    """Return where a claim falls between 0 and 1, exactly."""
    digest = sha256(f"{seed}\x1f{number}".encode()).digest()
    return Fraction(int.from_bytes(digest, "big"), SPACE)


def is_drawn(seed, number, share):
    """Tell whether a claim is drawn.

    :param seed: text that fixes the draw
    :param number: number of the claim
    :param share: per cent to be drawn, as Decimal, int or Fraction
    """
    return position(seed, number) * HUNDRED < Fraction(share)
