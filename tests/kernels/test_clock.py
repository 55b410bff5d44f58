"""Promises and pauses, without Odoo."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_network/tools/clock.py")

START = datetime(2026, 3, 2, 8)


def at(hours):
    """Moment so many hours after the request."""
    return START + timedelta(hours=hours)


def pauses(*hours):
    """Pauses from … to, in hours after the request."""
    return [(at(a), None if b is None else at(b)) for a, b in hours]


@pytest.mark.parametrize(
    ("reached", "stops", "met"),
    [
        (48, [], True),
        (48.01, [], False),
        (52, [(10, 14)], True),
        (52.01, [(10, 14)], False),
        (50, [(10, 14), (20, 21)], True),
        # A pause after the end, or one that began when it was late, helps nothing.
        (49, [(60, 70)], False),
        (60, [(49, 59)], False),
        # The part before the request does not count.
        (49, [(-5, 0.5)], False),
        (48.5, [(-5, 0.5)], True),
        (50, [(47, None)], True),
    ],
)
def test_a_promise_with_pauses(reached, stops, met):
    assert kernel.is_met(at(48), START, at(reached), pauses(*stops)) is met


def test_nothing_promised_or_not_reached_is_not_met():
    assert kernel.is_met(None, START, at(1), []) is False
    assert kernel.is_met(at(1), START, None, []) is False


@pytest.mark.parametrize(
    ("stops", "due"),
    [
        ([], 48),
        ([(10, 14)], 52),
        ([(10, 14), (50, 51)], 53),
        # Late since hour 48: what came later moves nothing.
        ([(49, 60)], 48),
        ([(-2, 1)], 49),
    ],
)
def test_running_due(stops, due):
    assert kernel.running_due(at(48), START, pauses(*stops)) == at(due)


def test_the_clock_stands_while_the_pause_lasts():
    assert kernel.running_due(at(48), START, pauses((10, None))) is None
    assert kernel.running_due(at(48), START, pauses((49, None))) == at(48)


def test_net_hours():
    assert kernel.net_hours(at(0), at(10), pauses((2, 5), (9, 20))) == 6
    assert kernel.net_hours(at(0), at(10), pauses((2, None))) == 2
    assert kernel.net_hours(at(5), at(5), []) == 0
    assert kernel.net_hours(None, at(5), []) == 0


@st.composite
def side_by_side(draw):
    """Pauses that do not overlap."""
    marks = sorted(draw(st.sets(st.integers(0, 200), min_size=0, max_size=12)))
    return pauses(*zip(marks[::2], marks[1::2], strict=False))


@given(side_by_side(), st.integers(1, 150), st.integers(1, 250))
def test_both_views_of_a_promise_agree(stops, due, reached):
    """Met with pauses exactly when reached by the moved due moment."""
    before = [(a, b) for a, b in stops if b <= at(reached)]
    moved = kernel.running_due(at(due), START, before)
    met = kernel.is_met(at(due), START, at(reached), before)
    assert met == (at(reached) <= moved)


@given(side_by_side(), st.integers(0, 100), st.integers(0, 150))
def test_net_hours_lie_between_nothing_and_all(stops, start, length):
    hours = kernel.net_hours(at(start), at(start + length), stops)
    assert 0 <= hours <= length
