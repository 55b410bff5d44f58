"""Ranking of service points: table cases and properties."""

from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

dispatch = load_kernel("aftersales_network/tools/dispatch.py")
Candidate = dispatch.Candidate

candidates = st.builds(
    Candidate,
    point_id=st.integers(1, 10_000),
    dispatchable=st.booleans(),
    area_depth=st.integers(0, 5),
    exclusive=st.booleans(),
    needs_agreement=st.booleans(),
    has_agreement=st.booleans(),
    in_scope=st.booleans(),
    staff_count=st.integers(0, 3),
    qualified_count=st.integers(0, 3),
    load=st.integers(0, 50),
    capacity=st.integers(0, 50),
    distance_km=st.none() | st.floats(0, 2000),
)
lists = st.lists(candidates, max_size=12, unique_by=lambda c: c.point_id)


def good(point_id, **facts):
    """A candidate that breaks no rule."""
    return Candidate(point_id=point_id, area_depth=2, **facts)


def order(*items):
    """Ids of the ranked eligible candidates."""
    return [r.candidate.point_id for r in dispatch.rank(items) if r.eligible]


def test_first_broken_rule_is_named():
    cases = [
        ({"dispatchable": False, "staff_count": 0}, dispatch.STATE),
        ({"area_depth": 0, "has_agreement": False}, dispatch.NO_AREA),
        ({"has_agreement": False, "in_scope": False}, dispatch.NO_AGREEMENT),
        ({"in_scope": False, "staff_count": 0}, dispatch.OUT_OF_SCOPE),
        ({"staff_count": 0, "qualified_count": 0}, dispatch.NO_STAFF),
        ({"qualified_count": 0, "load": 9, "capacity": 1}, dispatch.NOT_QUALIFIED),
        ({"load": 3, "capacity": 3}, dispatch.FULL),
        ({"load": 2, "capacity": 3}, dispatch.OK),
        ({"has_agreement": False, "needs_agreement": False}, dispatch.OK),
    ]
    for facts, reason in cases:
        candidate = Candidate(**{"point_id": 1, "area_depth": 2, **facts})
        assert dispatch.drop_reason(candidate) == reason, facts


def test_area_before_exclusive_before_load_before_distance():
    precise = Candidate(point_id=9, area_depth=4, load=40)
    exclusive = good(8, exclusive=True, load=30)
    idle = good(7, load=1, distance_km=500.0)
    near = good(6, load=2, distance_km=1.0)
    nearer = good(5, load=2, distance_km=0.5)
    unknown = good(4, load=2)
    found = order(unknown, near, idle, exclusive, nearer, precise)
    assert found == [9, 8, 7, 5, 6, 4]


def test_load_counts_per_qualified_person():
    # 6 jobs for 3 people are 2 each; 3 jobs for 1 person are 3.
    assert order(good(1, load=3), good(2, load=6, qualified_count=3)) == [2, 1]


def test_same_facts_end_in_the_id():
    assert order(good(3), good(1), good(2)) == [1, 2, 3]


def test_distance():
    # One degree of latitude on a sphere of 6371 km: 6371 · π / 180 = 111.19 km.
    assert round(dispatch.distance_km((10.0, 20.0), (11.0, 20.0)), 2) == 111.19
    assert dispatch.distance_km((0.0, 0.0), (11.0, 20.0)) is None
    assert dispatch.distance_km((11.0, 20.0), (0.0, 0.0)) is None
    assert dispatch.distance_km((10.0, 20.0), (10.0, 20.0)) == 0


@given(lists)
def test_everybody_appears_once_and_ranks_count_up(items):
    ranked = dispatch.rank(items)
    assert sorted(r.candidate.point_id for r in ranked) == sorted(
        c.point_id for c in items
    )
    eligible = [r for r in ranked if r.eligible]
    assert [r.rank for r in eligible] == list(range(1, len(eligible) + 1))
    assert ranked[: len(eligible)] == eligible
    assert all(r.rank == 0 for r in ranked[len(eligible) :])


@given(lists, st.randoms())
def test_order_of_input_does_not_matter(items, rng):
    shuffled = list(items)
    rng.shuffle(shuffled)
    assert order(*items) == order(*shuffled)


@given(lists)
def test_dropping_a_loser_changes_nothing_for_the_winner(items):
    found = order(*items)
    if len(found) > 1:
        rest = [c for c in items if c.point_id != found[-1]]
        assert order(*rest) == found[:-1]


@given(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
)
def test_distance_is_symmetric_and_bounded(here, there):
    one = dispatch.distance_km(here, there)
    other = dispatch.distance_km(there, here)
    if one is None:
        assert other is None
    else:
        assert abs(one - other) < 1e-6
        assert 0 <= one <= 20_016
