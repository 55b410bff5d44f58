"""Collects the log records that a test did not expect."""

import logging

from suite.logs import is_allowed


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
