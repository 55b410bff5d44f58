"""Seats, waiting list and shares of cost, without a database."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

seats = load_kernel("aftersales_training/tools/seats.py")

QUEUES = st.lists(st.integers(1, 60), unique=True)
MOMENTS = st.integers(0, 200)


@given(st.integers(-3, 40), QUEUES, st.sets(st.integers(1, 60)))
def test_nobody_is_lost_and_no_seat_is_given_twice(free, queue, blocked):
    seated, left = seats.seat(free, queue, blocked)
    assert sorted(seated + left) == sorted(queue)
    assert len(seated) <= max(0, free)
    assert not set(seated) & blocked


@given(st.integers(0, 40), QUEUES, st.sets(st.integers(1, 60)))
def test_seats_go_in_the_order_of_the_queue(free, queue, blocked):
    seated, left = seats.seat(free, queue, blocked)
    able = [person for person in queue if person not in blocked]
    assert seated == able[:free]
    assert left == [person for person in queue if person not in seated]


@given(st.integers(0, 20), st.integers(0, 20), QUEUES)
def test_filling_in_two_steps_seats_the_same_people(first, second, queue):
    early, rest = seats.seat(first, queue)
    late, _left = seats.seat(second, rest)
    assert early + late == seats.seat(first + second, queue)[0]


@given(MOMENTS, MOMENTS, MOMENTS, MOMENTS)
def test_overlap_means_a_common_moment(a, length, b, other):
    stop, other_stop = a + length + 1, b + other + 1
    common = set(range(a, stop)) & set(range(b, other_stop))
    assert seats.overlaps(a, stop, b, other_stop) == bool(common)
    assert seats.overlaps(b, other_stop, a, stop) == bool(common)


def test_sessions_back_to_back_do_not_overlap():
    assert not seats.overlaps(9, 12, 12, 15)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-31, False), (-30, True), (0, True), (120, True), (121, False)],
)
def test_check_in_is_possible_from_half_an_hour_before(minutes, expected):
    start = datetime(2026, 6, 1, 9)
    now = start + timedelta(minutes=minutes)
    stop = start + timedelta(hours=2)
    assert seats.in_window(now, start, stop, timedelta(minutes=30)) is expected


@pytest.mark.parametrize(
    ("limit", "used", "expected"),
    [(3, 0, 3), (3, 2, 1), (3, 3, 0), (3, 5, 0), (0, 9, None)],
)
def test_attempts(limit, used, expected):
    assert seats.attempts_left(limit, used) == expected


@pytest.mark.parametrize(
    ("total", "heads", "unit", "expected"),
    [
        ("1000", 8, "0.01", "125.00"),
        ("1000", 3, "0.01", "333.33"),
        ("0.05", 2, "0.01", "0.03"),
        ("1000", 3, "1", "333"),
        ("100.35", 3, "0.05", "33.45"),
        ("0", 5, "0.01", "0.00"),
    ],
)
def test_cost_of_one_person(total, heads, unit, expected):
    assert seats.share_of(total, heads, unit) == Decimal(expected)


def test_cost_of_one_person_without_people():
    assert seats.share_of("1000", 0, "0.01") is None


@given(st.integers(0, 10**9), st.integers(1, 5000))
def test_shares_differ_from_the_total_by_rounding_only(cents, heads):
    total = Decimal(cents) / 100
    share = seats.share_of(str(total), heads, "0.01")
    assert abs(Fraction(share) * heads - Fraction(total)) <= Fraction(heads, 200)


@given(st.integers(0, 500), st.integers(0, 500))
def test_success_rate_is_exact(passed, more):
    taken = passed + more
    rate = seats.success_rate(passed, taken)
    assert rate is None if not taken else rate * taken == passed
