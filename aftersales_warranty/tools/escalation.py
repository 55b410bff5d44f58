"""Who is asked about a hard fault, and which known answers fit.  No ORM."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    """One person who may be asked.

    ``depth`` is how narrow the category is by which the person knows the product:
    0 for everything, more for a narrower one; ``None``: does not know it.
    """

    key: int
    depth: int | None
    open_count: int = 0
    maximum: int = 0
    is_asker: bool = False


def choose_expert(candidates):
    """Key of the person to ask: narrowest knowledge, then least load; or ``None``.

    A full desk comes after every free one, but before nobody.
    """
    able = [c for c in candidates if c.depth is not None and not c.is_asker]
    if not able:
        return None
    best = min(
        able,
        key=lambda c: (
            bool(c.maximum and c.open_count >= c.maximum),
            -c.depth,
            c.open_count,
            c.key,
        ),
    )
    return best.key


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """How a known answer fits a job, and how it did before."""

    key: int
    same_product: bool = False
    same_fault: bool = False
    same_categ: bool = False
    helpful: int = 0
    unhelpful: int = 0
    used: int = 0


def fit(answer):
    """How well an answer fits: 0 is not at all."""
    if answer.same_fault and answer.same_product:
        return 4
    if answer.same_fault and answer.same_categ:
        return 3
    if answer.same_product:
        return 2
    return 1 if answer.same_fault else 0


def helpfulness(answer):
    """Share of helpful votes, drawn to one half where few voted (Laplace)."""
    return (answer.helpful + 1) / (answer.helpful + answer.unhelpful + 2)


def rank_answers(answers, maximum=5):
    """Keys of the answers that fit, best first."""
    fitting = [answer for answer in answers if fit(answer)]
    fitting.sort(key=lambda a: (-fit(a), -helpfulness(a), -a.used, a.key))
    return [answer.key for answer in fitting[:maximum]]
