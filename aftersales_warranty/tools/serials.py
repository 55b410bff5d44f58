"""Reading serial numbers as people type them and as scanners send them.

A scanner may send the whole content of a code: a symbology identifier, GS1
element strings, or the address that our own label carries. People add spaces and
dashes, use the wrong case, and read O for 0. No ORM here.
"""

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

#: Separator that scanners send after a GS1 element of variable length.
GS = "\x1d"
#: AIM symbology identifiers that scanners may send in front of the content.
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
#: "(01)04012345678901(21)ABC": the element string as it is printed below a code.
_PRINTED = re.compile(r"\(21\)([^()]+)")
#: Elements of fixed length by application identifier (GS1 General Specifications,
#: section 7.8): identifier → digits of the value.
_FIXED = {"01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6}
_VARIABLE = {"10", "21", "22"}
_LABEL = re.compile(
    r"^(?:s\s*/\s*n|sn|serial(?:\s+(?:no|number))?|序列号|机号|机身号)\s*\.?\s*[:：#]\s*",
    re.IGNORECASE,
)
_SPACED_LABEL = re.compile(r"^s/n\s+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1c\x1e-\x1f\x7f\u200b\u200e\u200f\ufeff]")
#: What people and bad print confuse, by its shape.
_CONFUSED = str.maketrans("OQDILZSBG", "000112586")

MAX_LENGTH = 100


def clean(text):
    """Return the serial that a typed or scanned text holds, without decoration.

    :param text: anything a person or scanner enters; None and "" give ""
    """
    value = unicodedata.normalize("NFKC", str(text or ""))
    value = _CONTROL.sub("", value)
    scanned = _SYMBOLOGY.match(value)
    value = _SYMBOLOGY.sub("", value).strip(" \t" + GS)
    found = _from_address(value) or _from_printed(value) or _from_elements(value)
    if not found and scanned and value.startswith("21"):
        found = value[2:].split(GS)[0]
    value = found or value.replace(GS, "")
    value = _SPACED_LABEL.sub("", _LABEL.sub("", value.strip()))
    return " ".join(value.split())[:MAX_LENGTH]


def _from_address(value):
    """Serial of the address on our own label."""
    if not value.lower().startswith(("http://", "https://")):
        return None
    try:
        query = parse_qs(urlsplit(value).query)
    except ValueError:
        return None
    return (query.get("serial") or [None])[0]


def _from_printed(value):
    found = _PRINTED.search(value)
    return found.group(1).strip() if found else None


def _from_elements(value):
    """Serial of a GS1 element string that starts with a trade item number."""
    if not re.match(r"^01\d{14}", value) or not check_digit(value[2:16]):
        return None
    rest = value
    while rest:
        identifier, rest = rest[:2], rest[2:]
        if identifier == "21":
            return rest.split(GS)[0] or None
        if identifier in _FIXED:
            rest = rest[_FIXED[identifier] :].lstrip(GS)
        elif identifier in _VARIABLE:
            rest = rest.partition(GS)[2]
        else:
            return None
    return None


def check_digit(number):
    """Whether the last digit of a trade item number fits the others."""
    digits = [int(char) for char in number]
    total = sum(
        digit * (3 if index % 2 == 0 else 1)
        for index, digit in enumerate(reversed(digits[:-1]))
    )
    return (total + digits[-1]) % 10 == 0


def key(text):
    """Return what two spellings of one serial share: capital letters and digits."""
    return "".join(char for char in clean(text).upper() if char.isalnum())


def fold(text):
    """Return the key with characters that look alike made equal (O/0, I/1, …)."""
    return key(text).translate(_CONFUSED)


def distance(left, right, limit=2):
    """Return the edits between two texts, a swap of neighbours counting as one.

    :return: the number of edits, or ``limit + 1`` when there are more
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before, row = [], list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def halves(text):
    """Return beginning and end of a key: one slip leaves one of them untouched.

    A swap across the middle touches both halves, so that the beginning of a
    longer key stops one character before it.
    """
    value = key(text)
    middle = len(value) // 2
    return value[: middle - 1 if len(value) >= 6 else middle], value[middle:]


def slips(text):
    """Return patterns of the keys that are one slip away from a text.

    ``_`` stands for any one character, as in SQL: a wrong character, a missing
    one, one too many, or two that changed places.
    """
    value = key(text)
    places = range(len(value))
    return list(
        dict.fromkeys(
            [
                *(f"{value[:i]}_{value[i + 1 :]}" for i in places),
                *(f"{value[:i]}_{value[i:]}" for i in range(len(value) + 1)),
                *(value[:i] + value[i + 1 :] for i in places),
                *(
                    value[:i] + value[i + 1] + value[i] + value[i + 2 :]
                    for i in places[:-1]
                ),
            ]
        )
    )


def rank(text, candidates, limit=5, edits=2):
    """Return the candidates that may be meant by ``text``, the nearest first.

    :param candidates: texts
    :param edits: how many edits a candidate may be away
    """
    wanted, folded = key(text), fold(text)
    found = []
    for candidate in dict.fromkeys(candidates):
        steps = distance(wanted, key(candidate), edits)
        if fold(candidate) == folded:
            # Look-alikes are the likeliest slip, however many there are.
            steps = min(steps, 1) - 0.5
        if steps <= edits:
            found.append((steps, candidate))
    return [candidate for _steps, candidate in sorted(found)[:limit]]


def masked(serial, shown=4):
    """Return a serial for the public: the last characters, the others as dots."""
    kept = min(shown, len(serial) // 2)
    return "•" * (len(serial) - kept) + (serial[-kept:] if kept else "")


def matches(serial, pattern):
    """Whether a serial fits a maker's pattern, in full.

    :param pattern: ``#`` stands for a digit, ``@`` for a letter, ``*`` for any
        run of characters; everything else for itself, whatever its case
    """
    parts = {"#": r"\d", "@": r"[^\W\d_]", "*": ".*"}
    expression = "".join(parts.get(char) or re.escape(char) for char in pattern)
    return bool(re.fullmatch(expression, clean(serial), re.IGNORECASE))
