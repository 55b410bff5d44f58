"""Placeholders in contract texts: a closed list of names, never expressions.

A contract template is written by ordinary users; nothing they type is run.
"""

import re

from markupsafe import Markup, escape

#: ``{{ name }}``; the editor may put a no-break space between the braces.
PATTERN = re.compile(r"\{\{[\s\u00a0]*([^{}]*?)[\s\u00a0]*\}\}")


def unknown(html, names):
    """Names used in ``html`` that are not in ``names``, sorted, each once."""
    return sorted(set(PATTERN.findall(html or "")) - set(names))


def render(html, values):
    """Put escaped values in the place of their names.

    :param html: text with ``{{ name }}``
    :param values: ``{name: text}``; Markup is kept as it is
    :return: Markup; unknown names stay as they were typed
    """

    def replace(match):
        name = match.group(1)
        return str(escape(values[name])) if name in values else match.group(0)

    return Markup(PATTERN.sub(replace, str(html or "")))
