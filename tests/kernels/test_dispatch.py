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
    refused=st.booleans(),
    is_offered=st.booleans(),
    is_open=st.booleans(),
    is_absent=st.booleans(),
    day_load=st.integers(0, 5),
    day_capacity=st.integers(0, 5),
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
        ({"dispatchable": False, "refused": True}, dispatch.STATE),
        ({"refused": True, "area_depth": 0}, dispatch.REFUSED),
        ({"is_offered": False, "staff_count": 0}, dispatch.NOT_OFFERED),
        ({"is_open": False, "is_absent": True}, dispatch.CLOSED),
        ({"is_absent": True, "load": 9, "capacity": 1}, dispatch.ABSENT),
        ({"load": 3, "capacity": 3}, dispatch.FULL),
        ({"load": 2, "capacity": 3, "day_load": 1, "day_capacity": 1}, "day_full"),
        ({"load": 2, "capacity": 3}, dispatch.OK),
        ({"has_agreement": False, "needs_agreement": False}, dispatch.OK),
    ]
    for facts, reason in cases:
        candidate = Candidate(**{"point_id": 1, "area_depth": 2, **facts})
        assert dispatch.drop_reason(candidate) == reason, facts


def test_area_before_exclusive_before_load_before_distance():
    precise = Candidate(point_id=9, area_depth=4, load=40)
    exclusive = good(8, exclusive=True, load=30)
    shared = Candidate(point_id=3, area_depth=3, load=50)
    idle = good(7, load=1, distance_km=500.0)
    near = good(6, load=2, distance_km=1.0)
    nearer = good(5, load=2, distance_km=0.5)
    unknown = good(4, load=2)
    assert order(unknown, near, idle, nearer, precise) == [9, 7, 5, 6, 4]
    # The exclusive point shuts out whoever is not more specific than it is.
    found = order(unknown, near, idle, exclusive, nearer, precise, shared)
    assert found == [9, 3, 8]


def test_exclusive_area_names_its_holder():
    ranked = dispatch.rank([good(1), good(2, exclusive=True), good(3)])
    assert [(r.candidate.point_id, r.reason) for r in ranked] == [
        (2, dispatch.OK),
        (1, dispatch.EXCLUSIVE),
        (3, dispatch.EXCLUSIVE),
    ]
    assert ranked[1].details == {"holder": 2}


def test_exclusive_area_is_open_while_its_holder_cannot():
    for facts in ({"refused": True}, {"load": 1, "capacity": 1}, {"is_open": False}):
        assert order(good(1), good(2, exclusive=True, **facts)) == [1], facts


def test_every_broken_rule_is_listed_in_order():
    candidate = Candidate(point_id=1, is_offered=False, load=1, capacity=1)
    assert dispatch.broken_rules(candidate) == ["no_area", "not_offered", "full"]
    assert dispatch.furthest(["state", "full", "no_area"]) == "full"
    assert dispatch.furthest([]) is None


def test_capacity_follows_the_people():
    cases = [
        ((10, 2, 2), 10),
        ((10, 2, 1), 5),
        ((10, 2, 3), 15),
        ((5, 2, 1), 2),
        ((1, 3, 1), 1),
        ((0, 2, 1), 0),
        ((4, 0, 2), 4),
        ((4, 2, 0), 1),
    ]
    for args, expected in cases:
        assert dispatch.scaled_capacity(*args) == expected, args


@given(st.integers(1, 50), st.integers(1, 20), st.integers(0, 20))
def test_a_limit_stays_a_limit_and_grows_with_the_people(capacity, own, present):
    found = dispatch.scaled_capacity(capacity, own, present)
    assert found >= 1
    assert found <= dispatch.scaled_capacity(capacity, own, present + 1)


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
        assert order(*rest)[0] == found[0]


@given(lists)
def test_first_broken_rule_drops_and_nobody_is_shut_out_for_nothing(items):
    ranked = dispatch.rank(items)
    for r in ranked:
        broken = dispatch.broken_rules(r.candidate)
        if r.reason == dispatch.EXCLUSIVE:
            assert not broken
            assert r.details["holder"] in order(*items)
        else:
            assert r.reason == (broken[0] if broken else dispatch.OK)
    # Whoever can take the job, somebody does.
    assert any(r.eligible for r in ranked) == any(
        not dispatch.broken_rules(c) for c in items
    )


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
