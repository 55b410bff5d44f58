"""Exclusive claims on nested places: kernel against brute force."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

kernel = load_kernel("aftersales_network/tools/exclusivity.py")
Claim, collide, nested = kernel.Claim, kernel.collide, kernel.nested
find_conflicts, give_way = kernel.find_conflicts, kernel.give_way

START = date(2026, 1, 1)
PATHS = ("1/", "1/2/", "1/2/3/", "1/2/4/", "1/12/", "5/", "5/6/")
CATEGS = ("", "7/", "7/8/", "9/")


@st.composite
def claims(draw):
    size = draw(st.integers(0, 12))
    result = []
    for key in range(1, size + 1):
        start = START + timedelta(days=draw(st.integers(0, 9)))
        length = draw(st.none() | st.integers(0, 5))
        result.append(
            Claim(
                key,
                draw(st.integers(1, 2)),
                draw(st.integers(1, 3)),
                draw(st.sampled_from(PATHS)),
                draw(st.sampled_from(CATEGS)),
                start,
                None if length is None else start + timedelta(days=length),
            )
        )
    return result


def _claim(key, point, path, categ="", start=START, end=None):
    return Claim(key, 1, point, path, categ, start, end)


def test_nested_is_by_step_not_by_letter():
    assert nested("1/2/", "1/")
    assert nested("1/2/", "1/2/")
    assert not nested("1/2/", "1/12/")
    assert nested("", "7/8/")


def test_one_point_competes_only_with_the_same_line():
    assert not collide(_claim(1, 1, "1/"), _claim(2, 1, "1/2/"))
    assert collide(_claim(1, 1, "1/"), _claim(2, 1, "1/"))
    assert collide(_claim(1, 1, "1/"), _claim(2, 2, "1/2/"))


def test_periods_touch_on_one_day():
    end = START + timedelta(days=4)
    first = _claim(1, 1, "1/", end=end)
    assert collide(first, _claim(2, 2, "1/", start=end))
    assert not collide(first, _claim(2, 2, "1/", start=end + timedelta(days=1)))


def test_the_earlier_line_keeps_the_place():
    late = _claim(1, 1, "1/2/", start=START + timedelta(days=1))
    early = _claim(2, 2, "1/")
    assert give_way([late, early]) == {1: early}


def test_who_collides_with_a_loser_only_keeps_its_place():
    top = _claim(1, 1, "1/", end=START + timedelta(days=3))
    middle = _claim(2, 2, "1/2/", start=START + timedelta(days=2))
    last = _claim(3, 3, "1/2/3/", start=START + timedelta(days=4))
    assert give_way([top, middle, last]) == {2: top}


@given(claims())
def test_pairs_are_those_of_brute_force(batch):
    found = sorted(tuple(sorted((a.key, b.key))) for a, b in find_conflicts(batch))
    expected = sorted(
        (a.key, b.key)
        for n, a in enumerate(batch)
        for b in batch[n + 1 :]
        if collide(a, b)
    )
    assert found == expected


@given(claims())
def test_after_giving_way_nothing_collides_and_nothing_gives_way_for_nothing(batch):
    losers = give_way(batch)
    kept = [c for c in batch if c.key not in losers]
    assert not list(find_conflicts(kept))
    for key, holder in losers.items():
        claim = next(c for c in batch if c.key == key)
        assert holder in kept
        assert collide(claim, holder)
        assert (holder.date_from, holder.key) < (claim.date_from, claim.key)
