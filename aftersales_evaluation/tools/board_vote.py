"""What a board decides: quorum, majority and tie, in whole numbers.

Plain Python: no ORM, no float. A rule of two thirds is 2/3, never 0.67, so that two
of three votes always are two thirds.
"""

from dataclasses import dataclass

FOR, AGAINST, ABSTAIN = "for", "against", "abstain"
CHOICES = (FOR, AGAINST, ABSTAIN)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule of a board.

    ``base`` says what the majority is counted of: ``cast`` (for and against),
    ``present`` (abstentions, too) or ``all`` (every member). ``is_strict`` asks for
    more than the share, else for the share itself. ``tie`` is ``rejected`` or
    ``chair``, whose vote then decides.
    """

    quorum_percent: int = 50
    numerator: int = 1
    denominator: int = 2
    is_strict: bool = True
    base: str = "cast"
    tie: str = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of a ballot; ``status`` is accepted, rejected or no_quorum."""

    status: str
    members: int
    taken_part: int
    quorum: int
    votes_for: int
    votes_against: int
    abstentions: int
    is_tie: bool = False


def quorum(members, percent):
    """Return how many of the members must take part, at least one.

    A share is rounded up: half of five members are three.
    """
    return max(1, -(-members * percent // 100))


def decide(choices, rule, chair=None):
    """Return the :class:`Outcome` of the choices.

    :param choices: one entry for each member: a choice, or anything false
    :param rule: :class:`Rule`
    :param chair: choice of the chair, if he is a member
    """
    choices = list(choices)
    count = {name: sum(choice == name for choice in choices) for name in CHOICES}
    taken_part = sum(count.values())
    wanted = quorum(len(choices), rule.quorum_percent)
    is_tie = count[FOR] == count[AGAINST] > 0
    carried = _is_carried(count, len(choices), taken_part, rule)
    if is_tie and rule.tie == "chair":
        carried = carried or chair == FOR
    if taken_part < wanted:
        status, is_tie = "no_quorum", False
    else:
        status = "accepted" if carried else "rejected"
    return Outcome(
        status,
        len(choices),
        taken_part,
        wanted,
        count[FOR],
        count[AGAINST],
        count[ABSTAIN],
        is_tie,
    )


def _is_carried(count, members, taken_part, rule):
    """Whether the votes for reach the share that the rule asks for."""
    base = {
        "cast": count[FOR] + count[AGAINST],
        "present": taken_part,
        "all": members,
    }[rule.base]
    if not count[FOR]:
        return False
    reached, needed = count[FOR] * rule.denominator, base * rule.numerator
    return reached > needed if rule.is_strict else reached >= needed
