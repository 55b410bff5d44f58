"""How often somebody may ask within a while; no ORM here.

The counts live in one process: several workers allow so many times as much, and a
restart forgets them. That is enough to make guessing names hopeless.
"""

from collections import OrderedDict, deque


class RateLimit:
    """Counts the questions of each caller in a moving window."""

    def __init__(self, limit, seconds, callers=10_000):
        self.limit = limit
        self.seconds = seconds
        self.callers = callers
        self._asked = OrderedDict()

    def allows(self, caller, now):
        """Note a question and tell whether it may be answered.

        :param caller: any hashable
        :param now: seconds of a clock that does not go back
        """
        times = self._asked.setdefault(caller, deque())
        self._asked.move_to_end(caller)
        while len(self._asked) > self.callers:
            self._asked.popitem(last=False)
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.limit:
            return False
        times.append(now)
        return True

    def clear(self):
        """Forget everybody."""
        self._asked.clear()
