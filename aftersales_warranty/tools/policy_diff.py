"""What changes from one version of a policy to the next, line by line.

Plain Python: no ORM.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison; ``change`` is added, removed, changed or same."""

    key: object
    label: str
    old: str
    new: str
    change: str


def compare(old, new):
    """Return the rows of two versions side by side, in the order of the new one.

    :param old: ``{key: (label, text)}`` of the earlier version
    :param new: the same of the later one
    """
    rows = []
    for key, (label, text) in new.items():
        before = old[key][1] if key in old else ""
        rows.append(Row(key, label, before, text, _change(key in old, before, text)))
    rows += [
        Row(key, label, text, "", "removed")
        for key, (label, text) in old.items()
        if key not in new
    ]
    return rows


def _change(was_there, before, after):
    if not was_there:
        return "added"
    return "same" if before == after else "changed"
