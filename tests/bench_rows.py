"""Rows that the benchmarks hand to ``make bench``."""

import json
from pathlib import Path


class BenchRows:
    """Appends rows to a file of JSON lines, so that workers can share it."""

    def __init__(self, path):
        self.path = Path(path) if path else None

    def add(self, id, what, size, seconds, queries, budget="", peer=""):
        """One row of the table; without a file it is only printed."""
        row = {
            "id": id,
            "what": what,
            "size": size,
            "seconds": round(seconds, 3),
            "queries": queries,
            "budget": budget,
            "peer": peer,
        }
        line = json.dumps(row, ensure_ascii=False)
        print(line)
        if self.path:
            with self.path.open("a", encoding="utf-8") as handle:
                handle.write(line + "\n")
