"""Promised times and the pauses that stop the clock.

Plain Python without the ORM.  Hours are clock hours: nights and holidays count,
because a customer who was promised 24 hours does not ask for opening hours.
Coded pauses are the only exclusions (customer absent, postponed by the customer,
force majeure, waiting for the customer's decision).
"""

from datetime import timedelta

HOUR = timedelta(hours=1)


def overlap(first, second):
    """Time that two periods ``(start, stop)`` have in common."""
    start = max(first[0], second[0])
    stop = min(first[1], second[1])
    return max(stop - start, timedelta())


def paused_time(pauses, start, stop):
    """Time within ``start`` … ``stop`` that lies in pauses.

    :param pauses: periods ``(from, to)`` that do not overlap; ``to`` may be
        ``None`` while the pause lasts
    """
    if not start or not stop or stop <= start:
        return timedelta()
    window = (start, stop)
    return sum(
        (overlap((begin, end or stop), window) for begin, end in pauses), timedelta()
    )


def is_met(due, start, reached, pauses):
    """Whether something was reached by its due time, pauses not counted.

    :param due: promised moment, ``None`` when nothing was promised
    :param start: moment from which the promise runs (the request)
    :param reached: moment it was reached, ``None`` while it is not
    """
    if not due or not reached:
        return False
    return reached <= due + paused_time(pauses, start, reached)


def running_due(due, start, pauses):
    """Due moment moved by the pauses so far; ``None`` while the clock stands.

    A pause that began after the due moment moves nothing: the job was late
    already.
    """
    for begin, end in sorted(pauses, key=lambda pause: pause[0]):
        if not due or begin > due:
            break
        if end is None:
            return None
        due += max(end - max(begin, start or begin), timedelta())
    return due


def net_hours(start, stop, pauses):
    """Hours between start and stop without the pauses in between."""
    if not start or not stop or stop <= start:
        return 0.0
    return (stop - start - paused_time(pauses, start, stop)) / HOUR
