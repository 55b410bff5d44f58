"""Words of a message that may be serial numbers, in plain Python."""

import re

#: Serials as makers print them: letters, digits, dash, dot, slash; one digit at
#: least, so that ordinary words are no candidates.
TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{3,63}")
TRAILING = "./_-"
MAX_TOKENS = 500


def candidates(*texts):
    """Return the possible serials in the texts, in order, each once.

    :param texts: plain text, empty values allowed
    :return: at most :data:`MAX_TOKENS` strings of 4 to 64 characters
    """
    found = {}
    for text in texts:
        for match in TOKEN.finditer(text or ""):
            token = match.group().rstrip(TRAILING)
            if len(token) >= 4 and any(char.isdigit() for char in token):
                found.setdefault(token)
            if len(found) >= MAX_TOKENS:
                return list(found)
    return list(found)
