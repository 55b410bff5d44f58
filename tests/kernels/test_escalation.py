"""Choice of the expert and order of the answers, without Odoo."""

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/escalation.py")
Expert, Answer = kernel.ExpertFacts, kernel.AnswerFacts


def test_narrower_knowledge_beats_less_load():
    wide, narrow = Expert(1, 0, open_count=0), Expert(2, 2, open_count=5)
    assert kernel.choose_expert([wide, narrow]) == 2


def test_among_equals_the_one_with_less_to_do():
    assert kernel.choose_expert([Expert(1, 1, 3), Expert(2, 1, 2)]) == 2
    assert kernel.choose_expert([Expert(2, 1, 2), Expert(1, 1, 2)]) == 1


def test_a_full_desk_comes_last_but_before_nobody():
    full, free = Expert(1, 3, 2, 2), Expert(2, 0, 9)
    assert kernel.choose_expert([full, free]) == 2
    assert kernel.choose_expert([full]) == 1


def test_nobody_is_asked_who_does_not_know_or_asks():
    assert kernel.choose_expert([Expert(1, None)]) is None
    assert kernel.choose_expert([Expert(1, 1, is_asker=True)]) is None
    assert kernel.choose_expert([]) is None


def test_answers_by_fit_then_by_votes():
    answers = [
        Answer(1, same_fault=True),
        Answer(2, same_product=True),
        Answer(3, same_fault=True, same_categ=True),
        Answer(4, same_fault=True, same_product=True, unhelpful=3),
        Answer(5, same_fault=True, same_product=True, helpful=2),
        Answer(6, same_categ=True),
    ]
    assert kernel.rank_answers(answers) == [5, 4, 3, 2, 1]
    assert kernel.rank_answers(answers, 2) == [5, 4]


def test_few_votes_count_little():
    once = Answer(1, same_fault=True, helpful=1)
    often = Answer(2, same_fault=True, helpful=9, unhelpful=1)
    assert kernel.rank_answers([once, often]) == [2, 1]


answers = st.lists(
    st.builds(
        Answer,
        st.integers(1, 50),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    unique_by=lambda answer: answer.key,
)


@given(answers, st.randoms())
def test_order_does_not_depend_on_the_input(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert kernel.rank_answers(rows) == kernel.rank_answers(shuffled)


@given(answers)
def test_helpfulness_is_a_share(rows):
    assert all(0 < kernel.helpfulness(answer) < 1 for answer in rows)
