"""What a board decides."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/board_vote.py")
Rule, decide, quorum = kernel.Rule, kernel.decide, kernel.quorum

RULES = st.builds(
    Rule,
    quorum_percent=st.integers(1, 100),
    numerator=st.integers(1, 3),
    denominator=st.integers(4, 7),
    is_strict=st.booleans(),
    base=st.sampled_from(["cast", "present", "all"]),
    tie=st.sampled_from(["rejected", "chair"]),
)
BALLOTS = st.lists(st.sampled_from([*kernel.CHOICES, None]), min_size=1, max_size=15)


def test_quorum_is_rounded_up_to_whole_people():
    assert quorum(5, 50) == 3
    assert quorum(4, 50) == 2
    assert quorum(3, 1) == 1
    assert quorum(30, 10) == 3
    assert quorum(7, 100) == 7


def test_more_than_half():
    rule = Rule()
    assert decide(["for", "for", "against"], rule).status == "accepted"
    assert decide(["for", "against"], rule).status == "rejected"
    assert decide(["for", "abstain", "abstain", None], rule).status == "accepted"
    assert decide(["for", None, None, None], rule).status == "no_quorum"


def test_two_thirds_are_exact():
    rule = Rule(numerator=2, denominator=3, is_strict=False)
    assert decide(["for", "for", "against"], rule).status == "accepted"
    assert decide(["for"] * 3 + ["against"] * 2, rule).status == "rejected"
    of_all = Rule(numerator=2, denominator=3, is_strict=False, base="all")
    assert decide(["for", "for", None], of_all).status == "accepted"
    assert decide(["for", "for", None, None], of_all).status == "rejected"


def test_abstentions_count_only_where_the_rule_says_so():
    votes = ["for", "for", "against", "abstain", "abstain"]
    assert decide(votes, Rule(base="cast")).status == "accepted"
    assert decide(votes, Rule(base="present")).status == "rejected"


def test_a_tie_falls_or_goes_to_the_chair():
    votes = ["for", "against"]
    assert decide(votes, Rule()).is_tie
    assert decide(votes, Rule(), "for").status == "rejected"
    chair = Rule(tie="chair")
    assert decide(votes, chair, "for").status == "accepted"
    assert decide(votes, chair, "against").status == "rejected"
    assert decide(votes, chair, "abstain").status == "rejected"
    assert decide(votes, chair).status == "rejected"


def test_nobody_for_is_never_accepted():
    assert decide(["abstain"] * 3, Rule(is_strict=False)).status == "rejected"


@given(BALLOTS, RULES)
def test_the_order_of_votes_does_not_matter(votes, rule):
    assert decide(votes, rule) == decide(votes[::-1], rule)


@given(BALLOTS, RULES)
def test_exact_share_without_tie(votes, rule):
    outcome = decide(votes, rule)
    base = {
        "cast": outcome.votes_for + outcome.votes_against,
        "present": outcome.taken_part,
        "all": outcome.members,
    }[rule.base]
    share = Fraction(outcome.votes_for, base or 1)
    needed = Fraction(rule.numerator, rule.denominator)
    if outcome.taken_part * 100 < rule.quorum_percent * outcome.members:
        assert outcome.status == "no_quorum"
    elif outcome.taken_part and not outcome.is_tie:
        reached = share > needed if rule.is_strict else share >= needed
        assert (outcome.status == "accepted") == (reached and outcome.votes_for > 0)


@given(BALLOTS, RULES)
def test_another_vote_for_never_harms_within_the_same_members(votes, rule):
    better = ["for" if vote == "against" else vote for vote in votes]
    if decide(votes, rule).status == "accepted":
        assert decide(better, rule).status == "accepted"
