"""A module of others that a benchmark measures beside the suite.

It is licensed differently (AGPL), so that it is neither shipped nor part of the
environment: ``make bench`` fetches it to ``.odoo/peer`` and installs it on a clone
of its own.
"""

import contextlib

from . import python_env, testing
from .console import Problem, say, steps
from .paths import (
    finish_partial,
    fresh_partial,
    set_stamp,
    stamp_is,
    write_atomically,
)
from .shell import run
from .template import TEMPLATE

REQUIREMENTS = "peer.txt"
MODULES = ("rma",)
#: Benchmarks that run on the clone with the peer.
BENCHMARKS = ("tests/bench/test_bench_return.py",)
DATABASE = "aftersales_bench_peer"


def fetch(where):
    """Folder with the peer's modules, or None where they cannot be had."""
    folder = where.base / "peer"
    requirements = where.root / "requirements" / REQUIREMENTS
    key = requirements.read_text(encoding="utf-8")
    addons = folder / "odoo" / "addons"
    if stamp_is(where, "peer", key) and addons.is_dir():
        return addons
    partial = fresh_partial(folder)
    command = [*python_env.bare_pip(where), "install", "--no-deps", "-q"]
    command += ["--target", partial, "-r", requirements]
    try:
        run(command, "Fetching the peer of the benchmark", where, log="peer.log")
    except Problem as problem:
        say(str(problem))
        return None
    finish_partial(partial, folder)
    set_stamp(where, "peer", key)
    return addons


@contextlib.contextmanager
def database(environment):
    """A clone of the template with the peer, and the settings that know it.

    :return: ``(name of the clone, configuration)``; without the peer the template
    """
    where, databases = environment.where, environment.databases
    addons = fetch(where)
    if not addons:
        say("  The peer is not available; the benchmark runs without it.")
        yield TEMPLATE, where.conf
        return
    conf = where.run / "bench-peer.conf"
    lines = where.conf.read_text(encoding="utf-8").splitlines()
    lines = [
        f"{line},{addons}" if line.startswith("addons_path") else line for line in lines
    ]
    write_atomically(conf, "\n".join(lines) + "\n", 0o600)
    databases.clone(TEMPLATE, DATABASE)
    try:
        options = ["-c", str(conf)]
        what = "Installing the peer of the benchmark"
        databases.install(DATABASE, MODULES, what, "peer-install.log", extra=options)
        yield DATABASE, conf
    finally:
        databases.drop(DATABASE)
        conf.unlink(missing_ok=True)


def run_benchmarks(environment, arguments, rows_file):
    """Run the benchmarks that have a peer, on a clone where it is installed."""
    with steps.step("Benchmarks beside a peer"), database(environment) as (name, conf):
        return testing.run_on_clone(
            environment,
            [*arguments, *BENCHMARKS],
            "bench-peer.log",
            {"AFTERSALES_BENCH_FILE": str(rows_file), "ODOO_RC": str(conf)},
            template=name,
        )
