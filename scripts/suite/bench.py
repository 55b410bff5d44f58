"""``make bench``: run the benchmarks on a clone and print one table."""

import json

from . import peer, setup, testing
from .console import say, steps
from .paths import layout
from .template import ensure_template

COLUMNS = ("id", "what", "size", "seconds", "queries", "budget", "peer")


def bench(where=layout, target=""):
    """Run everything marked ``bench`` below tests/bench, or only ``target``."""
    environment = setup.ensure(where, desktop=False)
    folder = where.root / "tests" / "bench"
    if not any(folder.glob("test_*.py")):
        say("There is no benchmark yet (tests/bench/test_*.py).")
        return 0
    with steps.step("Template database"):
        ensure_template(environment)
    rows_file = where.log / "bench.jsonl"
    rows_file.unlink(missing_ok=True)
    arguments = ["-m", "bench", "-q", "-rA" if target else "-ra"]
    ok = run(environment, arguments, target, rows_file)
    rows = read_rows(rows_file)
    say()
    say("\n".join(table(rows)) if rows else "The benchmarks printed no row.")
    return 0 if ok else 1


def run(environment, arguments, target, rows_file):
    """The benchmarks of the suite, then those that have a peer."""
    ok = True
    if target not in peer.BENCHMARKS:
        ignored = [f"--ignore={path}" for path in peer.BENCHMARKS]
        ok = testing.run_on_clone(
            environment,
            [*arguments, *ignored, target or "tests/bench"],
            "bench.log",
            {"AFTERSALES_BENCH_FILE": str(rows_file)},
        )
    if target in ("", "tests/bench", *peer.BENCHMARKS):
        ok = peer.run_benchmarks(environment, arguments, rows_file) and ok
    return ok


def read_rows(path):
    """Rows that the benchmarks wrote, in the order of their ids."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted(map(json.loads, lines), key=lambda row: (row["id"], str(row["size"])))


def table(rows):
    """The rows as aligned columns."""
    cells = [COLUMNS] + [tuple(str(row[name]) for name in COLUMNS) for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(COLUMNS))]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
