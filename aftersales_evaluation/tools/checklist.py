"""Reading what a phone sends for a checklist; no ORM."""

#: Entries that one call may carry.
MAX_ENTRIES = 200
TEXT_LIMIT = 4000
KEY_LIMIT = 80
SEVERITIES = ("minor", "major", "critical")
NAME_LIMIT = 120
#: Characters of a photo as base64 text; phones send it made smaller.
PHOTO_LIMIT = 4_000_000
#: Largest number of samples of one indicator.
MAX_SAMPLES = 1_000_000


class EntryError(ValueError):
    """An entry that cannot be taken; ``code`` names the rule."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def read_entry(entry):
    """Check the frame of an entry and its values.

    :param entry: what the phone sent
    :return: ``{key, device, sequence, line_id, kind, values}``
    :raise EntryError: ``malformed`` or the rule of a value
    """
    if not isinstance(entry, dict):
        raise EntryError("malformed")
    frame = {
        "key": _text(entry.get("key"), KEY_LIMIT),
        "device": _text(entry.get("device"), KEY_LIMIT),
        "sequence": _number(entry.get("sequence"), 2**31 - 1),
        "line_id": _number(entry.get("line_id"), 2**31 - 1),
        "kind": entry.get("kind", "judge"),
    }
    if not (frame["key"] and frame["device"] and frame["line_id"]):
        raise EntryError("malformed")
    readers = {
        "judge": read_judgement,
        "finding": read_finding,
        "photo": read_photo,
    }
    if frame["kind"] not in readers or not isinstance(entry.get("values"), dict):
        raise EntryError("malformed")
    return {**frame, "values": readers[frame["kind"]](entry["values"])}


def read_judgement(values):
    """Values of a scorecard line; unknown names are refused.

    :raise EntryError: ``malformed`` or ``samples``
    """
    readers = {
        "conformity": _conformity,
        "sample_count": lambda value: _number(value, MAX_SAMPLES),
        "nonconforming_count": lambda value: _number(value, MAX_SAMPLES),
        "is_excluded": _flag,
        "exclusion_reason": lambda value: _text(value, TEXT_LIMIT),
        "finding": lambda value: _text(value, TEXT_LIMIT),
    }
    if not values or set(values) - set(readers):
        raise EntryError("malformed")
    vals = {name: readers[name](value) for name, value in values.items()}
    if vals.get("nonconforming_count", 0) > vals.get("sample_count", MAX_SAMPLES):
        raise EntryError("samples")
    return vals


def read_finding(values):
    """Values of a finding: its text and severity.

    :raise EntryError: ``malformed`` or ``no_text``
    """
    if set(values) - {"text", "severity"}:
        raise EntryError("malformed")
    text = _text(values.get("text"), TEXT_LIMIT).strip()
    if not text:
        raise EntryError("no_text")
    severity = values.get("severity", "minor")
    if severity not in SEVERITIES:
        raise EntryError("malformed")
    return {"text": text, "severity": severity}


def read_photo(values):
    """Values of a photo: its name and content as base64 text.

    :raise EntryError: ``malformed`` or ``no_photo``
    """
    if set(values) - {"name", "data"}:
        raise EntryError("malformed")
    name = _text(values.get("name"), NAME_LIMIT).strip()
    data = _text(values.get("data"), PHOTO_LIMIT)
    if not data:
        raise EntryError("no_photo")
    return {"name": name or "photo.jpg", "data": data}


def _conformity(value):
    if value not in ("yes", "no", False):
        raise EntryError("malformed")
    return value


def _flag(value):
    if not isinstance(value, bool):
        raise EntryError("malformed")
    return value


def _number(value, maximum):
    if isinstance(value, bool) or not isinstance(value, int):
        raise EntryError("malformed")
    if not 0 <= value <= maximum:
        raise EntryError("malformed")
    return value


def _text(value, limit):
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        raise EntryError("malformed")
    return value
