"""``make core-tests``: Odoo's own tests of what the suite extends, with the suite.

The same tests run twice: on a database without the suite, which tells what fails in
Odoo itself (a chart of accounts, demo data or another module of the database), and
on one with the suite.  What fails with the suite alone runs once more with the two
settings off that send returned goods into the returns area; whatever fails even
then counts, unless ``KNOWN`` explains it.  Not part of ``make test``: it takes its
time.
"""

import dataclasses
import json
import os
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import database, setup, testing
from .console import Problem, say, steps
from .paths import write_atomically
from .template import TEMPLATE, ensure_template

#: Module -> its tests; of account those about returns and reversal.
GROUPS = {
    "stock": ("stock/tests",),
    "repair": ("repair/tests",),
    "sale_stock": ("sale_stock/tests",),
    "stock_account": ("stock_account/tests",),
    "account": (
        "account/tests/test_account_move_in_refund.py",
        "account/tests/test_account_move_out_invoice.py",
        "account/tests/test_account_move_out_refund.py",
    ),
}
#: Cases that fail with the suite and why that is right: "module Class.test" -> text.
KNOWN = {
    "repair TestRepair.test_missing_production_location_raises_user_error": (
        "takes away the first production location of a new company; the suite gives "
        "each warehouse a second one for the parts that service orders use"
    ),
}
#: What the suite does with returned goods is a choice of the company.
SETTINGS_OFF = """
values = {"aftersales_return_guard": False, "aftersales_return_inspection": "none"}
for name, value in values.items():
    env["ir.default"].set("res.company", name, value)
env["res.company"].search([]).write(values)
env.cr.commit()
"""
BY_SETTING = (
    "returned goods go to the returns area; passes with “Check Returned Goods” off "
    "and “Inspect before Resale” only for return documents"
)
PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"
BAD = (FAILED, ERROR)
COLUMNS = ("module", "tests", "failed", "errors", "skipped", "without the suite")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the comparison of one module found."""

    module: str
    results: dict
    baseline: dict
    #: Results of what failed with the suite alone, with the settings off.
    relaxed: dict = dataclasses.field(default_factory=dict)

    def bad(self):
        """Cases that fail with the suite."""
        return sorted(name for name, result in self.results.items() if result in BAD)

    def unexpected(self, known=None):
        """Cases that fail with the suite only, and that nobody explained."""
        known = KNOWN if known is None else known
        return [
            name
            for name in self.bad()
            if self.baseline.get(name) not in BAD
            and self.relaxed.get(name) != PASSED
            and name not in known
        ]

    def reason(self, name, known=None):
        """Why a case fails, or that nobody knows."""
        known = KNOWN if known is None else known
        if self.baseline.get(name) in BAD:
            return "fails in Odoo itself, without the suite"
        if self.relaxed.get(name) == PASSED:
            return BY_SETTING
        return known.get(name, "UNEXPECTED")

    def row(self):
        """Cells of the table."""
        values = list(self.results.values())
        return (
            self.module,
            str(len(values)),
            str(values.count(FAILED)),
            str(values.count(ERROR)),
            str(values.count(SKIPPED)),
            str(sum(result in BAD for result in self.baseline.values())),
        )


def core_tests(target=""):
    """Run the groups named in ``target`` (default all) and compare them."""
    names = shlex.split(target) or list(GROUPS)
    wrong = [name for name in names if name not in GROUPS]
    if wrong:
        raise Problem(
            f"There is no group {', '.join(wrong)}.",
            f"choose from {', '.join(GROUPS)}.",
        )
    environment = setup.ensure(desktop=False)
    setup.ensure_template(environment)
    ensure_template(environment)
    verdicts = [verdict(environment, name) for name in names]
    return finish(verdicts)


def verdict(environment, name):
    """Results of one module with and without the suite."""
    with steps.step(f"{name} without the suite"):
        baseline = kept_baseline(environment, name)
    with steps.step(f"{name} with the suite"):
        results = run_group(environment, name, TEMPLATE, "suite")
    found = Verdict(name, results, baseline)
    again = found.unexpected({})
    if not again:
        return found
    with steps.step(f"{name} with the settings off"):
        relaxed = run_group(environment, name, TEMPLATE, "off", again, SETTINGS_OFF)
    return dataclasses.replace(found, relaxed=relaxed)


def kept_baseline(environment, name):
    """Results without the suite; run once for each Odoo and set of modules."""
    where = environment.where
    path = where.cache / f"core-tests-{name}.json"
    key = database.deps_key(where, environment.source)
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["key"] == key and kept["paths"] == list(GROUPS[name]):
            return kept["results"]
    results = run_group(environment, name, database.DEPS_TEMPLATE, "plain")
    kept = {"key": key, "paths": list(GROUPS[name]), "results": results}
    write_atomically(path, json.dumps(kept, indent=1))
    return results


def run_group(environment, name, template, label, only=(), script=""):
    """Results of one module on a clone: ``{"module Class.test": result}``.

    :param only: names of cases, default all
    :param script: run on the clone before the tests
    """
    where, databases = environment.where, environment.databases
    clone = f"{testing.RUN_PREFIX}{os.getpid()}"
    databases.clone(template, clone)
    report = where.log / f"core-tests-{name}-{label}.xml"
    report.unlink(missing_ok=True)
    command = [
        *("nice", where.python, "-m", "pytest", "-q", "--tb=short"),
        # Neither the rules of our own tests nor their reports hold here.
        *("-c", os.devnull, "--noconftest", "-p", "no:cacheprovider"),
        *(f"--rootdir={where.run}", f"--odoo-database={clone}"),
        f"--junitxml={report}",
        *(("-k", selection(only)) if only else ()),
        *(str(path) for path in test_paths(environment.source, name)),
    ]
    env = testing.pytest_env(where, environment, "core")
    env.pop("COVERAGE_FILE")
    log = f"core-tests-{name}-{label}.log"
    try:
        if script:
            databases.shell(clone, script, "Changing the settings", "core-off.log")
        testing.stream(command, where, env, log)
    finally:
        databases.drop(clone)
    if not report.exists():
        raise Problem(f"The tests of {name} did not run.", f"see {where.log / log}.")
    return read_report(report, name)


def selection(names):
    """Expression of pytest's option ``-k`` for cases ``"module Class.test"``."""
    cases = (name.partition(" ")[2].split(".") for name in names)
    return " or ".join(f"({owner} and {test})" for owner, test in cases)


def test_paths(source, name):
    """Files and folders of the tests of one module in Odoo's sources."""
    addons = [Path(source["home"]) / "odoo" / "addons", Path(source["home"]) / "addons"]
    found = []
    for path in GROUPS[name]:
        present = [folder / path for folder in addons if (folder / path).exists()]
        if not present:
            raise Problem(
                f"Odoo's own tests {path} are not part of this Odoo.",
                "use Debian's package or a checkout, both bring them.",
            )
        found.append(present[0])
    return found


def read_report(path, name):
    """Results of a JUnit report; a sub-test that failed fails its test."""
    results = {}
    for case in ElementTree.parse(path).iter("testcase"):
        owner = (case.get("classname") or "").rpartition(".")[2]
        key = f"{name} {owner}.{(case.get('name') or '').partition('[')[0]}"
        result = result_of(case)
        if results.get(key) not in BAD:
            results[key] = result
    return results


def result_of(case):
    """Result of one case of the report."""
    for tag, result in (("error", ERROR), ("failure", FAILED), ("skipped", SKIPPED)):
        if case.find(tag) is not None:
            return result
    return PASSED


def finish(verdicts):
    """The table, the explained failures and the others; the exit code."""
    say()
    say("\n".join(table(verdicts)))
    lines, unexpected = explain(verdicts)
    say("\n".join(lines))
    say()
    if unexpected:
        say(f"✗ {len(unexpected)} of Odoo's own tests fail because of the suite.")
        return 1
    say("✓ None of Odoo's own tests fails because of the suite.")
    return 0


def explain(verdicts, known=None):
    """(lines about each failing case, the unexpected ones)."""
    known = KNOWN if known is None else known
    lines, unexpected = [], []
    for item in verdicts:
        unexpected += item.unexpected(known)
        lines += [f"  {name}: {item.reason(name, known)}" for name in item.bad()]
    return lines, unexpected


def table(verdicts):
    """The figures as aligned columns."""
    cells = [COLUMNS, *(item.row() for item in verdicts)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(COLUMNS))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
