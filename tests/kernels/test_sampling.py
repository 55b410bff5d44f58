"""Drawing of audited points."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

sampling = load_kernel("aftersales_evaluation/tools/sampling.py")

IDS = st.sets(st.integers(1, 500), max_size=60)


@pytest.mark.parametrize(
    ("population", "size"), [(0, 0), (1, 1), (2, 2), (4, 2), (5, 3), (16, 4), (17, 5)]
)
def test_square_root_is_rounded_up(population, size):
    assert sampling.sample_size("root", population) == size


@pytest.mark.parametrize(
    ("percent", "population", "size"),
    [(20, 10, 2), (20, 11, 3), (10, 30, 3), (0.1, 1000, 1), (0, 50, 0), (100, 7, 7)],
)
def test_share_is_exact(percent, population, size):
    assert sampling.sample_size("percent", population, percent=percent) == size


def test_minimum_never_exceeds_the_population():
    assert sampling.sample_size("fixed", 3, number=1, minimum=2) == 2
    assert sampling.sample_size("fixed", 3, number=9, minimum=2) == 3
    assert sampling.sample_size("percent", 100, percent=1, minimum=5) == 5


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="unknown method"):
        sampling.sample_size("luck", 3)
    with pytest.raises(ValueError, match="negative"):
        sampling.sample_size("fixed", 3, number=-1)


@given(ids=IDS, seed=st.integers(), size=st.integers(0, 60))
def test_draw_is_repeatable_whatever_the_order(ids, seed, size):
    drawn = sampling.draw(sorted(ids), size, seed)
    assert drawn == sampling.draw(sorted(ids, reverse=True), size, seed)
    assert len(drawn) == min(size, len(ids)) == len(set(drawn))
    assert set(drawn) <= ids


@given(ids=IDS, seed=st.integers(), size=st.integers(0, 60), late=st.integers(501, 900))
def test_one_more_point_moves_one_place_at_most(ids, seed, size, late):
    before = set(sampling.draw(ids, size, seed))
    after = set(sampling.draw(ids | {late}, size, seed))
    assert len(before - after) <= 1


def test_seeds_differ():
    draws = {tuple(sampling.draw(range(1, 40), 5, seed)) for seed in range(20)}
    assert len(draws) > 15


@given(ids=IDS, seed=st.integers())
def test_forced_come_first_and_draw_is_from_the_rest(ids, seed):
    forced = {number: "failed" for number in sorted(ids)[:3]} | {9999: "failed"}
    chosen = sampling.choose(ids, forced, "root", seed)
    reasons = dict(chosen)
    assert len(reasons) == len(chosen)
    assert 9999 not in reasons
    failed = [number for number, reason in chosen if reason == "failed"]
    assert failed == sorted(ids)[:3]
    rest = len(ids) - len(failed)
    assert len(chosen) - len(failed) == sampling.sample_size("root", rest)


def test_all_says_so():
    assert sampling.choose([2, 1], {}, "all", 1) in (
        [(1, "all"), (2, "all")],
        [(2, "all"), (1, "all")],
    )
