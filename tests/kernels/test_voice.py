from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

voice = load_kernel("aftersales_evaluation/tools/voice.py")
CardAnswer = voice.CardAnswer
is_sampled, read_card = voice.is_sampled, voice.read_card
mean, percent = voice.mean, voice.percent

keys = st.text(min_size=1, max_size=30)


@given(keys)
def test_all_and_nothing_are_taken_whole(key):
    assert is_sampled(key, 100)
    assert not is_sampled(key, 0)


@given(keys, st.integers(0, 100), st.integers(0, 100))
def test_a_larger_share_keeps_whom_a_smaller_one_took(key, one, two):
    small, large = sorted((one, two))
    assert is_sampled(key, large) or not is_sampled(key, small)


@given(keys, st.integers(0, 100))
def test_a_rerun_changes_nothing(key, share):
    assert is_sampled(key, share) == is_sampled(key, share)


def test_a_share_takes_about_that_many():
    taken = sum(is_sampled(f"centre:ASO/2026/{n:05}", 20) for n in range(10_000))
    assert 1_900 < taken < 2_100


def test_shares_and_means_are_exact():
    assert percent(1, 3) == Decimal("33.3")
    assert percent(1, 16) == Decimal("6.3")
    assert percent(-1, 4) == Decimal("-25.0")
    assert percent(0, 0) is None
    assert mean(7, 2) == Decimal("3.50")
    assert mean(0, 0) is None


def test_a_card_is_read():
    assert read_card(
        {
            "score": "4",
            "recommend": "10",
            "solved": "yes",
            "cause": "7",
            "comment": " a ",
        }
    ) == CardAnswer(4, 10, "yes", 7, "a")


def test_zero_is_a_recommendation():
    assert read_card({"recommend": "0"}).recommend == 0


def test_a_half_filled_card_is_incomplete():
    answer = read_card({"comment": "Good", "recommend": "9"})
    assert not answer.is_complete
    assert (answer.recommend, answer.comment) == (9, "Good")


@given(st.dictionaries(st.sampled_from(("score", "recommend", "cause")), st.text()))
def test_whatever_is_typed_is_in_range_or_open(post):
    answer = read_card(post)
    assert answer.score in (None, 1, 2, 3, 4, 5)
    assert answer.recommend in (None, *range(11))


def test_values_that_do_not_fit_are_open():
    for value in ("0", "6", "-1", "4.5", "five", "٤", "99999999999999", None):
        assert read_card({"score": value}).score is None
    assert read_card({"solved": "maybe"}).solved is None
    assert len(read_card({"comment": "x" * 9000}).comment) == 2000
