"""Reading what a person typed or uploaded on a portal form; no ORM."""

import math
import re

#: Largest file an applicant may upload, in bytes.
MAX_FILE_SIZE = 10 * 1024 * 1024
#: Types by content, never by the name or the browser's word.
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
DOCUMENT_TYPES = (*IMAGE_TYPES, "application/pdf")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FormError(ValueError):
    """A value that cannot be taken; ``code`` names the rule, ``limit`` its bound."""

    def __init__(self, code, limit=None):
        super().__init__(code)
        self.code = code
        self.limit = limit


def clean_text(value, limit, multiline=False):
    """Trim a text, drop control characters and hold it to ``limit`` characters.

    :raise FormError: ``too_long``
    """
    text = _CONTROL.sub("", str(value or "")).replace("\r\n", "\n").strip()
    if not multiline:
        text = " ".join(text.split())
    if len(text) > limit:
        raise FormError("too_long", limit)
    return text


def parse_number(value, maximum, integer=False):
    """Read a number from zero to ``maximum``; empty is zero.

    A comma is taken as decimal separator.

    :raise FormError: ``not_a_number``, ``too_large`` or ``negative``
    """
    text = str(value or "").strip().replace(",", ".")
    if not text:
        return 0
    try:
        number = float(text)
    except ValueError:
        raise FormError("not_a_number") from None
    if not math.isfinite(number) or (integer and number != int(number)):
        raise FormError("not_a_number")
    if number < 0:
        raise FormError("negative")
    if number > maximum:
        raise FormError("too_large", maximum)
    return int(number) if integer else number


def file_name(name, limit=120):
    """Name of an uploaded file without folders and control characters."""
    base = re.split(r"[\\/]", str(name or ""))[-1]
    base = " ".join(_CONTROL.sub("", base).split())
    return base[-limit:] or "file"


def check_file(content, mimetype, allowed, maximum=MAX_FILE_SIZE):
    """Hold a file to the allowed types (by content) and size.

    :raise FormError: ``file_empty``, ``file_too_large`` or ``file_type``
    """
    if not content:
        raise FormError("file_empty")
    if len(content) > maximum:
        raise FormError("file_too_large", maximum // (1024 * 1024))
    if mimetype not in allowed:
        raise FormError("file_type")
