"""Hints on claims, without Odoo."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/claim_hints.py")

RULES = {code: kernel.Rule() for code in kernel.CODES}
RULES["DUPLICATE"] = kernel.Rule(window_days=30)
RULES["DISTANCE"] = kernel.Rule(threshold=2.0, min_sample=3)
RULES["SPLIT"] = kernel.Rule(threshold=5.0, window_days=30)
RULES["SPIKE"] = kernel.Rule(window_days=30, min_sample=6)
SAMPLE = (900, 950, 980, 1000, 1000, 1020, 1050, 1100)
amounts = st.integers(0, 10**9)


def found(code, **values):
    """(score, reason, figures) of one hint."""
    hint = kernel.HINTS[code](kernel.ClaimFacts(**values), RULES[code])
    if hint is None:
        return None
    assert hint.code == code
    return round(hint.score, 4), hint.reason, hint.figures


def test_clean_claim_has_no_hint():
    assert kernel.run(kernel.ClaimFacts(amount=1000, labour=500), RULES) == []
    assert kernel.combine([], RULES) == 0.0


@pytest.mark.parametrize(
    ("twins", "score", "reason", "names", "days"),
    [
        ([("A", 0, True)], 1.0, "duplicate_part", "A", 0),
        ([("A", 30, True)], 0.5161, "duplicate_part", "A", 30),
        ([("A", 0, False)], 0.5, "duplicate_serial", "A", 0),
        ([("A", 0, False), ("B", 10, True)], 0.8387, "duplicate_part", "B", 10),
        ([("B", 3, True), ("A", 5, True)], 0.9516, "duplicate_part", "A, B", 3),
    ],
)
def test_duplicate(twins, score, reason, names, days):
    twins = tuple(kernel.Twin(name, gap, part) for name, gap, part in twins)
    assert found("DUPLICATE", twins=twins) == (
        score,
        reason,
        {"claims": names, "days": days},
    )


def test_duplicate_beyond_the_days_or_dead_is_none():
    late = kernel.Twin("A", 31, True)
    dead = kernel.Twin("A", 0, True, is_live=False)
    assert found("DUPLICATE", twins=(late,)) is None
    assert found("DUPLICATE", twins=(dead,)) is None
    assert found("DUPLICATE", twins=(late, dead)) is None


def test_claimed_again_after_a_cancellation_is_faint():
    again = kernel.Twin("A", 2, True, same_order=True, is_live=False)
    assert found("DUPLICATE", twins=(again,))[:2] == (0.3, "duplicate_order")


@given(st.integers(0, 30), st.integers(0, 30))
def test_nearer_twins_weigh_more(one, two):
    def score(gap):
        return found("DUPLICATE", twins=(kernel.Twin("A", gap, True),))[0]

    assert (score(one) >= score(two)) == (one <= two)
    assert score(one) > kernel.FLAG


@pytest.mark.parametrize(
    ("uses", "score", "reason", "documents"),
    [
        ([("O1", True, True)], 0.6, "photo_job", "O1"),
        ([("O1", False, True)], 1.0, "photo_unit", "O1"),
        ([("O1", True, True), ("O2", False, True)], 1.0, "photo_unit", "O2"),
        ([("O1", False, True), ("O2", False, False)], 1.0, "photo_point", "O2"),
        ([("O2", False, True), ("O1", False, True)], 1.0, "photo_unit", "O1, O2"),
    ],
)
def test_photo(uses, score, reason, documents):
    photos = tuple(kernel.PhotoUse(*use) for use in uses)
    assert found("PHOTO", photos=photos) == (score, reason, {"documents": documents})


def test_distance_by_place():
    # 10 km straight: 26 km there and back by road.
    assert found("DISTANCE", claimed_km=52, straight_km=10.0) == (
        0.5,
        "distance_place",
        {"claimed": 52, "expected": 26.0},
    )
    assert found("DISTANCE", claimed_km=36, straight_km=10.0) is None
    assert found("DISTANCE", claimed_km=37, straight_km=10.0) is not None
    assert found("DISTANCE", claimed_km=10, straight_km=0.0) is None
    assert found("DISTANCE", claimed_km=20.0, straight_km=0.0)[0] == 0.5


def test_distance_by_what_is_usual():
    usual = (20, 22, 24)
    assert found("DISTANCE", claimed_km=66, usual_km=usual) == (
        0.6667,
        "distance_usual",
        {"claimed": 66, "expected": 22.0, "count": 3},
    )
    assert found("DISTANCE", claimed_km=66, usual_km=usual[:2]) is None


def test_place_outside_of_the_areas_is_faint():
    assert found("DISTANCE", is_outside=True, area="Far") == (
        0.3,
        "distance_area",
        {"area": "Far"},
    )
    # A stronger sign takes its place.
    far = found("DISTANCE", is_outside=True, claimed_km=260, straight_km=10.0)
    assert far[:2] == (0.9, "distance_place")


def test_spike():
    before = (4, 5, 6, 4, 5, 6)
    assert found("SPIKE", count_now=5, counts_before=before) is None
    score, reason, figures = found("SPIKE", count_now=20, counts_before=before)
    assert (reason, figures) == (
        "spike_count",
        {"count": 20, "usual": 5.0, "days": 30, "periods": 6},
    )
    assert score == pytest.approx((15 / 5**0.5) / (15 / 5**0.5 + 3.5), abs=1e-4)
    assert score > kernel.FLAG
    assert found("SPIKE", count_now=20, counts_before=before[:5]) is None


def test_one_more_than_never_is_no_spike():
    assert found("SPIKE", count_now=3, counts_before=(0,) * 12)[0] < kernel.FLAG
    assert found("SPIKE", count_now=4, counts_before=(0,) * 12)[0] > kernel.FLAG


def test_usage_back():
    day = date(2026, 1, 1)
    facts = {"last_usage": 1000.0, "last_usage_on": day, "last_usage_of": "SO1"}
    assert found("USAGE", usage=1000.0, **facts) is None
    assert found("USAGE", usage=0.0, **facts) is None
    assert found("USAGE", usage=400.0, **facts) == (
        0.8,
        "usage_back",
        {"usage": 400.0, "last": 1000.0, "day": day, "document": "SO1"},
    )


LIMIT = kernel.Limit(100_000, "Authorisation")


@pytest.mark.parametrize(
    ("amount", "others", "score", "reason"),
    [
        (94_999, (), None, None),
        (95_000, (), 0.3, "split_near"),
        (100_000, (), 0.3, "split_near"),
        (100_001, (), None, None),
        (60_000, (30_000,), None, None),
        (60_000, (40_000,), None, None),
        (60_000, (40_001,), 0.7, "split_sum"),
        (98_000, (40_000,), 0.9, "split_sum"),
        (60_000, (100_001,), None, None),
    ],
)
def test_split(amount, others, score, reason):
    twins = tuple(
        kernel.Twin(f"C{index}", 3, amount=other) for index, other in enumerate(others)
    )
    hint = found("SPLIT", amount=amount, twins=twins, limits=(LIMIT,))
    assert (hint[:2] if hint else (None, None)) == (score, reason)


def test_split_counts_only_near_and_live_claims():
    values = {"amount": 60_000, "limits": (LIMIT,)}
    far = kernel.Twin("A", 31, amount=50_000)
    dead = kernel.Twin("A", 1, amount=50_000, is_live=False)
    assert found("SPLIT", twins=(far, dead), **values) is None
    near = kernel.Twin("A", 30, amount=50_000)
    assert found("SPLIT", twins=(near,), **values) == (
        0.7,
        "split_sum",
        {
            "limit": 100_000,
            "limit_name": "Authorisation",
            "amount": 60_000,
            "total": 110_000,
            "claims": "A",
        },
    )


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [("VALUE", "value", "value_high"), ("LABOUR", "labour", "labour_high")],
)
def test_amount_against_its_sample(code, name, reason):
    amount = "amount" if code == "VALUE" else "labour"
    sample = {f"{name}_sample": SAMPLE}
    assert found(code, **{amount: 1000}, **sample) is None
    score, got, figures = found(code, **{amount: 3000}, **sample)
    assert score > kernel.FLAG and got == reason
    assert (figures["amount"], figures["usual"], figures["count"]) == (3000, 1000, 8)
    short = {f"{name}_sample": SAMPLE[:7]}
    assert found(code, **{amount: 3000}, **short) is None


def test_threshold_of_the_rule_is_half():
    assert kernel.squash(3.5, 3.5) == 0.5
    assert kernel.squash(-1, 3.5) == kernel.squash(0, 3.5) == 0
    assert kernel.squash(1, 0) == 1


def test_equal_samples_do_not_make_small_differences_extreme():
    assert kernel.amount_z(1050, [1000] * 8) < 1
    assert kernel.amount_z(2000, [1000] * 8) > 3.5
    assert kernel.robust_z(5, [5, 5, 5]) == 0


def test_one_giant_does_not_hide_the_next():
    assert kernel.amount_z(5000, (*SAMPLE, 10**9)) > 3.5


@given(st.lists(amounts, min_size=1), st.randoms(), amounts)
def test_order_of_the_sample_does_not_count(sample, random, value):
    shuffled = list(sample)
    random.shuffle(shuffled)
    assert kernel.amount_z(value, sample) == pytest.approx(
        kernel.amount_z(value, shuffled)
    )


@given(st.lists(amounts, min_size=8), amounts, amounts)
def test_more_money_never_scores_less(sample, one, two):
    def score(value):
        hint = found("VALUE", amount=value, value_sample=tuple(sample))
        return hint[0] if hint else 0

    low, high = sorted((one, two))
    assert score(low) <= score(high)


facts = st.builds(
    kernel.ClaimFacts,
    amount=amounts,
    labour=amounts,
    twins=st.lists(
        st.builds(
            kernel.Twin,
            name=st.sampled_from("ABC"),
            gap=st.integers(0, 60),
            same_part=st.booleans(),
            same_order=st.booleans(),
            is_live=st.booleans(),
            amount=amounts,
        ),
        max_size=4,
    ).map(tuple),
    photos=st.lists(
        st.builds(kernel.PhotoUse, st.sampled_from("XY"), st.booleans(), st.booleans()),
        max_size=3,
    ).map(tuple),
    claimed_km=st.floats(0, 1e5),
    straight_km=st.none() | st.floats(0, 2e4),
    usual_km=st.lists(st.floats(0, 1e4), max_size=9).map(tuple),
    is_outside=st.booleans(),
    count_now=st.integers(0, 10**5),
    counts_before=st.lists(st.integers(0, 10**4), max_size=12).map(tuple),
    usage=st.floats(0, 1e7),
    last_usage=st.floats(0, 1e7),
    limits=st.lists(st.builds(kernel.Limit, st.integers(1, 10**9)), max_size=3).map(
        tuple
    ),
    labour_sample=st.lists(amounts, max_size=12).map(tuple),
    value_sample=st.lists(amounts, max_size=12).map(tuple),
)


@given(facts)
def test_scores_are_shares(claim):
    hints = kernel.run(claim, RULES)
    assert all(0 < hint.score <= 1 for hint in hints)
    total = kernel.combine(hints, RULES)
    strongest = max((RULES[h.code].weight * h.score for h in hints), default=0)
    assert strongest - 1e-9 <= total <= 1
    assert kernel.combine(hints[::-1], RULES) == pytest.approx(total)


@given(facts, st.sampled_from(kernel.CODES))
def test_a_hint_that_is_off_is_not_looked_for(claim, code):
    rules = {key: rule for key, rule in RULES.items() if key != code}
    assert kernel.run(claim, rules) == [
        hint for hint in kernel.run(claim, RULES) if hint.code != code
    ]


@given(facts)
def test_weightless_hints_are_shown_and_do_not_count(claim):
    rules = {key: replace(rule, weight=0.0) for key, rule in RULES.items()}
    hints = kernel.run(claim, rules)
    assert len(hints) == len(kernel.run(claim, RULES))
    assert kernel.combine(hints, rules) == 0


def test_periods():
    day = date(2026, 6, 30)
    counts = {day: 2, day - timedelta(29): 1, day - timedelta(30): 4}
    counts[day - timedelta(75)] = 7
    first = day - timedelta(89)
    assert kernel.count_periods(counts, first, day, 30) == (3, (4, 7))
    # A period that the point's first claim cuts in two is no full one.
    assert kernel.count_periods(counts, first + timedelta(1), day, 30) == (3, (4,))
    assert kernel.count_periods(counts, day, day, 30) == (3, ())
    assert kernel.count_periods({}, day - timedelta(999), day, 30) == (0, (0,) * 12)
    assert kernel.count_periods({day + timedelta(1): 5}, first, day, 30)[0] == 0
