"""Answers of a calculation, found again by the facts it really looked at.

Of the two dozen facts of a unit a single rule asks for a handful, and which ones
depends on those before: an expired right never asks for the repairs.  Units that
agree in what was asked have the same answer, however much they differ in the
rest.  The answers of one question form a tree whose branches are the facts in the
order in which the calculation asks for them.

Plain Python: no ORM.
"""


class Memo:
    """Remembers the answers of a calculation that depends on its facts only."""

    __slots__ = ("_calculate", "_roots")

    def __init__(self, calculate):
        """Remember ``calculate(question, facts)``; it reads attributes of facts."""
        self._calculate = calculate
        self._roots = {}

    def get(self, question, facts):
        """Answer of a question about facts; the same object for the same answer.

        :param question: hashable, everything besides the facts
        :param facts: object whose attributes are hashable
        """
        node = self._roots.get(question)
        while node is not None:
            name, rest = node
            if name is None:
                return rest
            node = rest.get(getattr(facts, name))
        recorder = Recorder(facts)
        answer = self._calculate(question, recorder)
        self._store(question, recorder.get_trace(), answer)
        return answer

    def _store(self, question, trace, answer):
        """Add a branch: one node for each fact that was asked, then the answer."""
        branches, key = self._roots, question
        for name, value in trace:
            node = branches.setdefault(key, (name, {}))
            branches, key = node[1], value
        branches[key] = (None, answer)


class Recorder:
    """Facts that note which of them are asked for, in the order of asking."""

    def __init__(self, facts):
        # Answered facts become attributes of their own, in the order of asking.
        vars(self)["_facts"] = facts

    def __getattr__(self, name):
        value = getattr(self._facts, name)
        vars(self)[name] = value
        return value

    def get_trace(self):
        """Pairs of the name and the value of each fact that was asked for."""
        return list(vars(self).items())[1:]
