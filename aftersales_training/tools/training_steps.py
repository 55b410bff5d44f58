"""The eight steps of a training measure, its completion and its effect.

Performance analysis, enquiry, trainees, goal, plan, resources, run and review
follow the work flow of the network-planning text.  Nothing here knows the
database, and no share is computed with binary fractions.
"""

from dataclasses import dataclass
from fractions import Fraction

STEPS = (
    "analysis",
    "enquiry",
    "trainees",
    "goal",
    "plan",
    "resources",
    "run",
    "review",
)
#: Steps that must be finished before a plan is handed in.
SUBMIT_STEPS = ("goal", "plan")


@dataclass(frozen=True)
class LineFacts:
    """What is recorded about one line of a training plan."""

    needs: int = 0
    has_analysis_text: bool = False
    has_metric: bool = False
    has_before: bool = False
    has_enquiry: bool = False
    trainees: int = 0
    has_goal_text: bool = False
    has_goal_value: bool = False
    has_dates: bool = False
    planned_people: int = 0
    trainers: int = 0
    materials: int = 0
    sessions_open: int = 0
    sessions_done: int = 0
    attended: int = 0
    has_review_text: bool = False
    has_after: bool = False


def missing_items(facts):
    """What each step still lacks: ``[(step, item), …]`` in the order of the steps.

    A line that is measured by a metric needs both figures; one without needs the
    analysis and the goal in words.
    """
    checks = (
        ("analysis", "need", facts.needs > 0),
        ("analysis", "figure_before", not facts.has_metric or facts.has_before),
        ("analysis", "analysis_text", facts.has_metric or facts.has_analysis_text),
        ("enquiry", "enquiry", facts.has_enquiry),
        ("trainees", "trainee", facts.trainees > 0),
        (
            "goal",
            "goal",
            facts.has_goal_text or (facts.has_metric and facts.has_goal_value),
        ),
        ("plan", "dates", facts.has_dates),
        ("plan", "planned_people", facts.planned_people > 0),
        ("resources", "trainer", facts.trainers > 0),
        ("resources", "material", facts.materials > 0),
        ("run", "session_done", facts.sessions_done > 0),
        ("run", "session_open", facts.sessions_open == 0),
        ("run", "attendance", facts.attended > 0),
        ("review", "review_text", facts.has_review_text),
        ("review", "figure_after", not facts.has_metric or facts.has_after),
    )
    return [(step, item) for step, item, is_met in checks if not is_met]


def finished_steps(facts):
    """Steps that lack nothing, in their order."""
    lacking = {step for step, _item in missing_items(facts)}
    return [step for step in STEPS if step not in lacking]


def completion(pairs):
    """Exact share of trained people in the planned ones; ``None`` without a plan.

    :param pairs: iterable of (trained, planned) heads per line; more people than
        planned in one line do not make up for missing ones in another
    """
    planned = trained = 0
    for done, wanted in pairs:
        planned += wanted
        trained += min(done, wanted)
    return Fraction(trained, planned) if planned else None


def percent(share):
    """A share as percent, cut to two places, so that 100 means all of them."""
    if share is None:
        return 0.0
    return float(Fraction(int(share * 10000), 100))


def figure_value(numerator, denominator, unit):
    """Exact value of a metric; ``None`` when there was nothing to measure."""
    top = Fraction(str(numerator))
    if unit in ("number", "money"):
        return top
    bottom = Fraction(str(denominator))
    if not bottom:
        return None
    return top / bottom * (100 if unit == "%" else 1)


def compare(before, after, direction):
    """Direction of the change: ``better``, ``worse``, ``same`` or ``None``.

    :param before: exact value or ``None``
    :param after: exact value or ``None``
    :param direction: ``up`` where more is better, else ``down``
    """
    if before is None or after is None:
        return None
    if before == after:
        return "same"
    return "better" if (after > before) == (direction == "up") else "worse"


def is_goal_met(after, target, direction):
    """Whether the measured value reaches the target; ``None`` unmeasured."""
    if after is None or target is None:
        return None
    return after >= target if direction == "up" else after <= target
