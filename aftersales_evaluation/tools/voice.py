"""Customers' voice in plain Python: samples, answers and their figures."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

SCALE = 10_000
COMMENT_LENGTH = 2000


def is_sampled(key, share):
    """Whether a document is in the sample of a rule.

    The same key always gives the same answer, and a larger share keeps whom a
    smaller one took: nobody can choose whom to call, a rerun changes nothing.

    :param key: what identifies the document, any text
    :param share: percentage of documents to take, 0 to 100
    """
    number = int.from_bytes(sha256(key.encode()).digest()[:8])
    return number % SCALE < share * SCALE // 100


def percent(part, whole):
    """Percentage to one decimal, exact; ``None`` of nothing."""
    if not whole:
        return None
    share = Decimal(part) * 100 / Decimal(whole)
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def mean(total, count):
    """Mean to two decimals, exact; ``None`` of nothing."""
    if not count:
        return None
    return (Decimal(total) / Decimal(count)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class CardAnswer:
    """What a customer filled in; ``None`` is left open.

    ``score`` is 1 to 5, ``recommend`` 0 to 10, ``solved`` yes or no.
    """

    score: int | None = None
    recommend: int | None = None
    solved: str | None = None
    cause: int | None = None
    comment: str = ""

    @property
    def is_complete(self):
        """Whether the one required question is answered."""
        return self.score is not None


def read_card(post):
    """Read a filled card; what does not fit its question counts as left open.

    :param post: values of the form by name, all of them text
    """
    solved = post.get("solved")
    return CardAnswer(
        score=_number(post.get("score"), 1, 5),
        recommend=_number(post.get("recommend"), 0, 10),
        solved=solved if solved in ("yes", "no") else None,
        cause=_number(post.get("cause"), 1, 2**31 - 1),
        comment=str(post.get("comment") or "").strip()[:COMMENT_LENGTH],
    )


def _number(text, low, high):
    """A whole number between two bounds, else ``None``."""
    text = str(text or "")
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        return None
    number = int(text)
    return number if low <= number <= high else None
