"""Steps, completion and effect of trainings, without a database."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

steps = load_kernel("aftersales_training/tools/training_steps.py")

STEPS = steps.STEPS
LineFacts = steps.LineFacts
compare = steps.compare
completion = steps.completion
figure_value = steps.figure_value
finished_steps = steps.finished_steps
is_goal_met = steps.is_goal_met
missing_items = steps.missing_items
percent = steps.percent

FULL = LineFacts(
    needs=1,
    has_analysis_text=True,
    has_enquiry=True,
    trainees=1,
    has_goal_text=True,
    has_dates=True,
    planned_people=1,
    trainers=1,
    materials=1,
    sessions_done=1,
    attended=1,
    has_review_text=True,
)
MEASURED = replace(
    FULL,
    has_analysis_text=False,
    has_goal_text=False,
    has_metric=True,
    has_before=True,
    has_goal_value=True,
    has_after=True,
)
heads = st.integers(min_value=0, max_value=500)
figures = st.decimals(
    min_value=0, max_value=10**6, places=2, allow_nan=False, allow_infinity=False
)


def test_nothing_recorded_lacks_every_step():
    assert {step for step, _item in missing_items(LineFacts())} == set(STEPS)
    assert finished_steps(LineFacts()) == []


@pytest.mark.parametrize("facts", [FULL, MEASURED])
def test_everything_recorded_lacks_nothing(facts):
    assert missing_items(facts) == []
    assert finished_steps(facts) == list(STEPS)


@pytest.mark.parametrize(
    ("facts", "change", "missing"),
    [
        (FULL, {"needs": 0}, [("analysis", "need")]),
        (FULL, {"has_goal_text": False}, [("goal", "goal")]),
        # A value without a metric measures nothing.
        (
            FULL,
            {"has_goal_text": False, "has_goal_value": True},
            [("goal", "goal")],
        ),
        (FULL, {"has_review_text": False}, [("review", "review_text")]),
        (FULL, {"sessions_open": 1}, [("run", "session_open")]),
        (FULL, {"attended": 0}, [("run", "attendance")]),
        (MEASURED, {"has_before": False}, [("analysis", "figure_before")]),
        (MEASURED, {"has_after": False}, [("review", "figure_after")]),
        (MEASURED, {"has_goal_value": False}, [("goal", "goal")]),
        (FULL, {"trainers": 0, "materials": 0}, 2 * ["resources"]),
    ],
)
def test_each_missing_item_is_named(facts, change, missing):
    found = missing_items(replace(facts, **change))
    if isinstance(missing[0], str):
        assert [step for step, _item in found] == missing
    else:
        assert found == missing


@given(
    st.builds(
        LineFacts,
        needs=st.integers(0, 2),
        has_analysis_text=st.booleans(),
        has_metric=st.booleans(),
        has_before=st.booleans(),
        has_enquiry=st.booleans(),
        trainees=st.integers(0, 2),
        has_goal_text=st.booleans(),
        has_goal_value=st.booleans(),
        has_dates=st.booleans(),
        planned_people=st.integers(0, 2),
        trainers=st.integers(0, 2),
        materials=st.integers(0, 2),
        sessions_open=st.integers(0, 2),
        sessions_done=st.integers(0, 2),
        attended=st.integers(0, 2),
        has_review_text=st.booleans(),
        has_after=st.booleans(),
    )
)
def test_a_line_closes_only_with_need_goal_and_review(facts):
    missing = missing_items(facts)
    lacking = {step for step, _item in missing}
    assert set(finished_steps(facts)) == set(STEPS) - lacking
    assert [step for step, _item in missing] == sorted(
        (step for step, _item in missing), key=STEPS.index
    )
    if not missing:
        assert facts.needs
        assert facts.has_goal_text or facts.has_goal_value
        assert facts.has_review_text
        assert facts.attended


def test_completion_is_exact():
    assert completion([]) is None
    assert completion([(0, 0)]) is None
    assert completion([(1, 3), (2, 3)]) == Fraction(1, 2)
    # Three too many in one line do not train the missing two of the other.
    assert completion([(8, 5), (0, 2)]) == Fraction(5, 7)
    assert percent(None) == 0.0
    assert percent(Fraction(2, 3)) == 66.66
    assert percent(Fraction(1)) == 100.0


@given(st.lists(st.tuples(heads, heads), max_size=20))
def test_completion_is_a_share_and_full_only_with_everybody(pairs):
    share = completion(pairs)
    if share is None:
        assert not sum(planned for _trained, planned in pairs)
        return
    assert 0 <= share <= 1
    everybody = all(trained >= planned for trained, planned in pairs)
    assert (share == 1) == everybody
    assert (percent(share) == 100.0) == everybody


def test_figures_by_unit():
    assert figure_value(3, 30, "%") == 10
    assert figure_value(7.5, 3, "h") == Fraction(5, 2)
    assert figure_value(12, 0, "number") == 12
    assert figure_value(0, 0, "%") is None


@given(figures, figures, st.sampled_from(("up", "down")))
def test_effect_has_one_direction(before, after, direction):
    old, new = Fraction(before), Fraction(after)
    found = compare(old, new, direction)
    if old == new:
        assert found == "same"
    else:
        mirrored = compare(new, old, direction)
        assert {found, mirrored} == {"better", "worse"}
        other = "down" if direction == "up" else "up"
        assert compare(old, new, other) == mirrored


def test_effect_needs_both_figures():
    assert compare(None, Fraction(1), "up") is None
    assert compare(Fraction(1), None, "down") is None
    assert compare(Fraction(80), Fraction(90), "up") == "better"
    assert compare(Fraction(5), Fraction(7), "down") == "worse"


def test_goal_on_the_edge_is_met():
    assert is_goal_met(Fraction(90), Fraction(90), "up") is True
    assert is_goal_met(Fraction(5), Fraction(5), "down") is True
    assert is_goal_met(Fraction(899, 10), Fraction(90), "up") is False
    assert is_goal_met(None, Fraction(90), "up") is None
