"""Answers found again by the facts a calculation looked at, without Odoo."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/memo.py")

BITS = st.integers(0, 3)
FACTS = st.builds(SimpleNamespace, a=BITS, b=BITS, c=BITS, d=BITS)


def calculate(question, facts):
    """Which facts are asked for depends on those before."""
    if facts.a > question:
        return ("a", facts.a)
    if facts.b == facts.c:
        return ("bc", facts.b)
    return ("d", facts.d, facts.a)


@given(st.lists(st.tuples(BITS, FACTS), max_size=40))
def test_every_answer_is_that_of_the_calculation(cases):
    memo = kernel.Memo(calculate)
    for question, facts in cases:
        assert memo.get(question, facts) == calculate(question, facts)


def test_what_was_not_asked_does_not_matter():
    calls = []

    def count(question, facts):
        calls.append(question)
        return calculate(question, facts)

    memo = kernel.Memo(count)
    for b in range(5):
        for d in range(5):
            memo.get(0, SimpleNamespace(a=1, b=b, c=9, d=d))
    assert len(calls) == 1
    memo.get(0, SimpleNamespace(a=0, b=2, c=2, d=1))
    memo.get(0, SimpleNamespace(a=0, b=2, c=2, d=7))
    assert len(calls) == 2
    memo.get(1, SimpleNamespace(a=1, b=2, c=2, d=7))
    assert len(calls) == 3


def test_an_answer_may_be_nothing():
    calls = []
    memo = kernel.Memo(lambda question, facts: calls.append(facts.a))
    for _round in range(3):
        assert memo.get("x", SimpleNamespace(a=1)) is None
    assert len(calls) == 1


def test_a_calculation_without_facts():
    memo = kernel.Memo(lambda question, facts: question * 2)
    assert memo.get(2, None) == memo.get(2, object()) == 4
