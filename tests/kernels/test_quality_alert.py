"""Repeated failures over a threshold, without Odoo."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/quality_alert.py")

TODAY = date(2026, 6, 30)


def event(key, model=1, fault=7, month=3, ago=0, batch=None, categories=(50,)):
    return kernel.Event(
        key,
        model,
        frozenset(categories),
        fault,
        batch,
        month,
        TODAY - timedelta(ago),
    )


def rule(**values):
    return kernel.Rule(**{"days": 30, "limit": Fraction(3), **values})


def hits(found_rule, *events, units=None):
    found = kernel.find_hits(found_rule, events, TODAY, lambda model, batch: units)
    return [(hit.model, hit.fault, hit.batch, len(hit.events)) for hit in found]


def test_the_third_failure_is_over_a_threshold_of_three():
    two = [event(1), event(2)]
    assert hits(rule(), *two) == []
    assert hits(rule(), *two, event(3)) == [(1, 7, None, 3)]


def test_the_same_failure_counts_once():
    assert hits(rule(), event(1), event(1), event(2)) == []


def test_other_faults_and_models_are_counted_apart():
    assert hits(rule(), event(1), event(2), event(3, fault=8), event(4, model=2)) == []


def test_the_window_has_as_many_days_as_the_rule_says():
    old = [event(1, ago=29), event(2), event(3)]
    assert hits(rule(), *old) == [(1, 7, None, 3)]
    assert hits(rule(), event(1, ago=30), event(2), event(3)) == []


def test_months_in_service():
    early = rule(month_to=6)
    assert hits(early, event(1, month=6), event(2, month=1), event(3, month=7)) == []
    assert hits(early, *(event(n, month=6) for n in range(3))) == [(1, 7, None, 3)]
    late = rule(month_from=4)
    assert hits(late, event(1, month=3), event(2, month=4), event(3, month=9)) == []
    unknown = [event(n, month=None) for n in range(3)]
    assert hits(early, *unknown) == []
    assert hits(rule(), *unknown) == [(1, 7, None, 3)]


def test_scope_of_a_rule():
    three = [event(n) for n in range(3)]
    assert hits(rule(model=2), *three) == []
    assert hits(rule(model=1, fault=7, category=50), *three) == [(1, 7, None, 3)]
    assert hits(rule(category=51), *three) == []
    assert hits(rule(fault=8), *three) == []


def test_batches_are_counted_apart():
    events = [event(1, batch="A"), event(2, batch="A"), event(3, batch="B")]
    assert hits(rule(per_batch=True), *events) == []
    assert hits(rule(), *events) == [(1, 7, None, 3)]
    more = [*events, event(4, batch="A"), event(5)]
    assert hits(rule(per_batch=True), *more) == [(1, 7, "A", 3)]


def test_share_of_the_units_is_exact():
    three = [event(n) for n in range(3)]
    share = rule(limit=Fraction("0.3"), is_share=True)
    assert hits(share, *three, units=1000.0) == [(1, 7, None, 3)]
    assert hits(share, *three, units=1000.5) == []
    assert hits(share, *three, units=0) == []
    assert hits(rule(limit=Fraction("0.3"), is_share=True, minimum=4), *three) == []


def test_share_is_told():
    share = rule(limit=Fraction(1), is_share=True)
    (hit,) = kernel.find_hits(share, [event(1)], TODAY, lambda model, batch: 50)
    assert hit.share == 2
    (hit,) = kernel.find_hits(rule(limit=Fraction(1)), [event(1)], TODAY)
    assert hit.share is None


def test_units_are_only_counted_where_needed():
    asked = []
    share = rule(limit=Fraction(1), is_share=True, minimum=2)
    kernel.find_hits(share, [event(1)], TODAY, lambda *key: asked.append(key))
    assert not asked


@given(
    st.lists(
        st.builds(
            event,
            st.integers(1, 15),
            st.integers(1, 3),
            st.integers(1, 3),
            st.none() | st.integers(1, 24),
            st.integers(0, 60),
            st.none() | st.sampled_from(["A", "B"]),
        )
    ),
    st.integers(1, 5),
    st.booleans(),
)
def test_hits_are_what_was_counted(events, limit, per_batch):
    found_rule = rule(limit=Fraction(limit), per_batch=per_batch)
    for hit in kernel.find_hits(found_rule, events, TODAY):
        assert len(hit.events) >= limit
        assert len({e.key for e in hit.events}) == len(hit.events)
        for one in hit.events:
            assert (one.model, one.fault) == (hit.model, hit.fault)
            assert TODAY - timedelta(29) <= one.day <= TODAY
            assert one.batch == hit.batch or not per_batch
    stricter = rule(limit=Fraction(limit + 1), per_batch=per_batch)
    assert len(kernel.find_hits(stricter, events, TODAY)) <= len(
        kernel.find_hits(found_rule, events, TODAY)
    )
