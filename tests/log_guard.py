"""Collects the log records that a test did not expect."""

import logging
import re

# Notices about the environment, not about the suite. (logger, message) patterns.
ALLOWED = (
    # Containers and CI run as root.
    (r"odoo", r"Running as user 'root' is a security risk"),
    # Printing works with Debian's wkhtmltopdf, only without header and footer.
    (r"odoo\.addons\.base\.models\.ir_actions_report", r"wkhtmltopdf|Wkhtmltopdf"),
    # The browser of a tour closes its connections when the tour is over.
    (r"odoo\.tests\.common.*", r"External chrome request during tests"),
    # Warnings that Python itself or foreign packages raise at import.
    (r"py\.warnings", r"site-packages/(?!odoo/)|DeprecationWarning: .*(pkg_resources|ast\.)"),
)
_COMPILED = [(re.compile(name), re.compile(text)) for name, text in ALLOWED]


def is_allowed(logger, message):
    """Whether a record is one of the known notices."""
    return any(n.fullmatch(logger) and t.search(message) for n, t in _COMPILED)


class LogGuard(logging.Handler):
    """A handler on the root logger.

    ``mute_logger`` and ``assertLogs`` cut a logger off from the root, so what a test
    expects never arrives here.
    """

    def __init__(self):
        super().__init__(level=logging.WARNING)
        self.records = []

    def emit(self, record):
        """Remember the record unless it is a known notice."""
        message = record.getMessage()
        if not is_allowed(record.name, message):
            text = f"{record.levelname} {record.name}: {message}"
            if record.exc_info and record.exc_info[1]:
                text += f" ({record.exc_info[1]!r})"
            self.records.append(text)

    def take(self):
        """The records since the last call."""
        taken, self.records[:] = list(self.records), []
        return taken
