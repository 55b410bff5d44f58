"""Which expected old part a scan stands for, without the database.

A box of old parts is opened and each piece scanned: its label, its serial or the
code of the product.  Every scan counts for one expected part that is not complete
yet, or is extra.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """One line of the packing list.

    :param key: whatever identifies the line for the caller
    :param label: number on the label of the part
    :param serial: serial of the old part, may be empty
    :param codes: reference and barcode of the product
    :param quantity: pieces that should be in the box
    """

    key: object
    label: str
    serial: str
    codes: tuple
    quantity: float


def clean(text):
    """Scanned text without blanks, in one case."""
    return "".join((text or "").split()).upper()


def match(expected, counted, text):
    """Line that one scan counts for.

    The label is surest, then the serial, then the product, whose lines fill up in
    the order of the list.

    :param expected: list of :class:`Expected`
    :param counted: ``{key: pieces so far}``
    :return: (key, pieces) or ``None`` for something extra; a label stands for
        all pieces of its line, everything else for one
    """
    scanned = clean(text)
    if not scanned:
        return None
    wanted = [e for e in expected if counted.get(e.key, 0) < e.quantity]
    for line in wanted:
        if clean(line.label) == scanned:
            return line.key, line.quantity - counted.get(line.key, 0)
    for line in wanted:
        if line.serial and clean(line.serial) == scanned:
            return line.key, min(1, line.quantity - counted.get(line.key, 0))
    for line in wanted:
        if scanned in {clean(code) for code in line.codes if code}:
            return line.key, min(1, line.quantity - counted.get(line.key, 0))
    return None


def settle(expected, counted):
    """What is there and what is missing: ``{key: (there, missing)}``."""
    return {
        line.key: (
            min(counted.get(line.key, 0), line.quantity),
            max(line.quantity - counted.get(line.key, 0), 0),
        )
        for line in expected
    }
