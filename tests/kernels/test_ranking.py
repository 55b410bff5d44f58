"""Places, aliases and shared prizes: exact, complete and without a trace."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

ranking = load_kernel("aftersales_evaluation/tools/ranking.py")

values = st.fractions(min_value=0, max_value=100, max_denominator=12)
entries = st.lists(values, max_size=40).map(lambda found: list(enumerate(found)))


@given(entries, st.booleans())
def test_a_place_is_one_more_than_how_many_are_better(rows, up):
    value = dict(rows)
    for place, key in ranking.rank(rows, up):
        better = [
            other
            for other in value.values()
            if (other > value[key] if up else other < value[key])
        ]
        assert place == len(better) + 1


@given(entries, st.randoms())
def test_the_order_of_entries_is_irrelevant(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert sorted(ranking.rank(rows)) == sorted(ranking.rank(shuffled))


def test_ties_share_the_place():
    rows = [("a", 90), ("b", 95), ("c", 90), ("d", 80)]
    assert ranking.rank(rows) == [(1, "b"), (2, "a"), (2, "c"), (4, "d")]
    assert ranking.rank(rows, higher_is_better=False)[0] == (1, "d")


def test_a_third_is_not_rounded_into_a_tie():
    third = ranking.mean([Fraction(100), Fraction(100), Fraction(101)])
    assert third == Fraction(301, 3)
    rows = [("a", third), ("b", Fraction("100.333333333333333"))]
    assert ranking.rank(rows) == [(1, "a"), (2, "b")]
    assert ranking.mean([]) is None


def test_letters_go_on_after_z():
    names = [ranking.letters(number) for number in (0, 25, 26, 51, 52, 701, 702)]
    assert names == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_letters_are_unique(one, other):
    assert (ranking.letters(one) == ranking.letters(other)) == (one == other)


@given(st.lists(st.integers(60, 64), min_size=1, max_size=12), st.randoms())
def test_what_the_reader_sees_tells_nothing_of_the_others(scores, random):
    """Give the others any other identity and order: the page stays the same."""
    rows = [(p, scores[k], k) for p, k in ranking.rank(list(enumerate(scores)))]
    others = list(range(1, len(scores)))
    random.shuffle(others)
    identity = dict(enumerate([0, *others]))
    renamed = [(place, value, identity[key]) for place, value, key in rows]
    random.shuffle(renamed)

    def is_own(key):
        return key == 0

    assert ranking.anonymise(rows, is_own) == ranking.anonymise(renamed, is_own)


def test_a_reader_sees_himself_first_among_ties():
    rows = [(1, 90, 7), (1, 90, 3), (3, 80, 5), (4, 70, 1)]
    assert ranking.anonymise(rows, lambda key: key == 3) == [
        (1, 90, 3, None),
        (1, 90, None, "A"),
        (3, 80, None, "B"),
        (4, 70, None, "C"),
    ]


def test_too_few_others_are_not_shown():
    rows = [(1, 90, 7), (2, 80, 3), (3, 70, 5)]
    assert ranking.anonymise(rows, lambda key: key == 3) == [(2, 80, 3, None)]


@given(st.integers(0, 10**9), st.integers(1, 60))
def test_shares_sum_to_the_total(total, parts):
    shares = ranking.share(total, parts)
    assert sum(shares) == total
    assert len(shares) == parts
    assert max(shares) - min(shares) <= 1


def test_ties_divide_the_prizes_of_their_places():
    prizes = {1: 1000, 2: 500, 3: 200}
    assert ranking.shared_prize(prizes, 1, 2) == [750, 750]
    assert ranking.shared_prize(prizes, 2, 3) == [234, 233, 233]
    assert ranking.shared_prize(prizes, 1, 1) == [1000]


@given(st.lists(st.integers(1, 500), max_size=6), entries)
def test_shared_prizes_never_exceed_what_is_set(amounts, rows):
    prizes = dict(enumerate(amounts, 1))
    places = [place for place, _key in ranking.rank(rows)]
    paid = sum(
        sum(ranking.shared_prize(prizes, place, places.count(place)))
        for place in set(places)
    )
    taken = sum(amount for place, amount in prizes.items() if place <= len(places))
    assert paid == taken


def test_a_rule_holds_for_consecutive_results():
    def passed(bound):
        return bound >= 80

    assert ranking.is_held([90, 80], passed, 2)
    assert not ranking.is_held([90, 70], passed, 2)
    assert not ranking.is_held([90], passed, 2), "one result is not two"
    assert ranking.is_held([90, 10], passed, 1)
