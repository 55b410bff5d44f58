"""Odoo's log: what is a notice about the environment and what is a failure."""

import re

# Notices about the environment, not about the suite. (logger, message) patterns.
ALLOWED = (
    # Containers and CI run as root.
    (r"odoo", r"Running as user 'root' is a security risk"),
    # Debian's wkhtmltopdf prints, only without header and footer.
    (r"odoo\.addons\.base\.models\.ir_actions_report", r"[Ww]khtmltopdf"),
    # Warnings that foreign packages raise when they are imported.
    (r"py\.warnings", r"site-packages/(?!odoo/addons/aftersales_)"),
    # A checkout without any module yet: the folder is skipped, which is right.
    (r"odoo\.tools\.config", r"invalid addons directory"),
)
_COMPILED = [(re.compile(name), re.compile(text)) for name, text in ALLOWED]
_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \S+ \d+ (?P<level>WARNING|ERROR|CRITICAL) \S+ "
    r"(?P<logger>\S+?): (?P<message>.*)$"
)


def is_allowed(logger, message):
    """Whether a record is one of the known notices."""
    return any(n.fullmatch(logger) and t.search(message) for n, t in _COMPILED)


def unexpected_lines(output):
    """Lines of Odoo's log at WARNING or above that nobody announced."""
    found = []
    for line in output.splitlines():
        match = _LINE.match(line)
        if match and not is_allowed(match["logger"], match["message"]):
            found.append(line)
    return found
