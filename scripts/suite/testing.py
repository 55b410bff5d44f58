"""``make test``: every check of the suite on a clone of one template database."""

import json
import os
import re
import shlex
import subprocess

from . import lint, setup, translations
from .console import Problem, say, steps
from .paths import MODULES, layout
from .shell import private_env
from .template import TEMPLATE, ensure_template

RUN_PREFIX = "aftersales_test_run_"
PLAIN = ("tests/kernels", "tests/tooling")


class Report:
    """Results of the stages, all of them run even when one fails."""

    def __init__(self):
        self.results = []

    def stage(self, title, action):
        """Run one stage; a Problem or a false result is a failure."""
        ok = False
        try:
            with steps.step(title):
                ok = action()
        except Problem as problem:
            say(str(problem))
        self.results.append((title, bool(ok)))
        return bool(ok)

    def skip(self, title):
        """A stage that cannot run because an earlier one failed counts as failed."""
        self.results.append((f"{title} (not run)", False))

    def failed(self):
        """Titles of the stages that failed."""
        return [title for title, ok in self.results if not ok]


def test(where=layout, target=""):
    """The whole run, or only ``target`` (a path and pytest's own options)."""
    environment = setup.ensure(where, desktop=True)
    if target:
        return run_target(environment, shlex.split(target))
    report = Report()
    report.stage("Lint", lambda: lint.lint(where, environment))
    report.stage("Kernels and tools, without a database", lambda: run_plain(where))
    if report.stage("Template database", lambda: ensure_template(environment)):
        report.stage(
            "Translations up to date",
            lambda: translations.check_fresh(environment, TEMPLATE),
        )
        report.stage("Tests on Odoo", lambda: run_suite(environment))
    else:
        report.skip("Tests on Odoo")
    report.stage("Coverage", lambda: coverage(where))
    return finish(report)


def finish(report):
    """The summary at the end."""
    say()
    say("Time per step:")
    say("\n".join(steps.summary()))
    say()
    failed = report.failed()
    if failed:
        say(f"✗ FAILED: {', '.join(failed)}")
        return 1
    say(f"✓ All {len(report.results)} stages passed.")
    return 0


# -- pytest


def stream(command, where, env, log):
    """Run a program whose output is shown as it comes and kept in a log."""
    path = where.log / log
    with path.open("w", encoding="utf-8") as copy:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=where.root,
        )
        for line in process.stdout:
            print(line, end="", flush=True)
            copy.write(line)
    return process.wait()


def pytest_env(where, environment=None, part="plain"):
    """Environment of a pytest run; coverage data stay below ``.odoo/``."""
    folder = where.base / "coverage"
    folder.mkdir(exist_ok=True)
    extra = {"COVERAGE_FILE": folder / f".coverage.{part}"}
    if environment:
        extra |= environment.server.variables()
        extra["ODOO_RC"] = where.conf
    env = private_env(where, **extra)
    if not environment:
        # With the file named, pytest-odoo would open a database.
        env.pop("ODOO_RC", None)
    return env


def run_plain(where):
    """Calculation kernels and the tests of the tools."""
    env = pytest_env(where, part="plain")
    paths = [path for path in PLAIN if (where.root / path).is_dir()]
    command = [where.python, "-m", "pytest", "-p", "no:odoo", "-q"]
    command += ["--cov", "--cov-report=", "--cov-fail-under=0", *paths]
    return stream(command, where, env, "pytest-plain.log") == 0


def workers(environ=os.environ):
    """How many databases are tested at once."""
    return int(environ.get("TEST_WORKERS") or max(1, min(4, os.cpu_count() or 1)))


def suite_paths(where):
    """Folders with tests that need Odoo."""
    paths = [f"{name}/tests" for name in where.modules()]
    paths = [path for path in paths if (where.root / path).is_dir()]
    for folder in sorted((where.root / "tests").iterdir()):
        relative = f"tests/{folder.name}"
        if folder.is_dir() and relative not in (*PLAIN, "tests/__pycache__"):
            paths.append(relative)
    files = sorted((where.root / "tests").glob("test_*.py"))
    return paths + [f"tests/{path.name}" for path in files]


def run_suite(environment):
    """All tests that need Odoo, each worker on its own clone."""
    where = environment.where
    command = ["-n", str(workers()), "--dist", "loadscope", "-q"]
    command += ["--cov", "--cov-report=", "--cov-fail-under=0", "--durations=10"]
    ok = run_on_clone(environment, [*command, *suite_paths(where)], "pytest-odoo.log")
    if not getattr(environment, "template_was_clean", True):
        say("  the installation of the modules logged warnings, see above")
        return False
    return ok


def run_on_clone(environment, arguments, log, extra_env=None, template=TEMPLATE):
    """Run pytest on a fresh clone of the template and drop the clone."""
    where, databases = environment.where, environment.databases
    drop_leftovers(databases)
    name = f"{RUN_PREFIX}{os.getpid()}"
    databases.clone(template, name)
    env = pytest_env(where, environment, "odoo")
    env.update(extra_env or {})
    command = [where.python, "-m", "pytest", f"--odoo-database={name}", "--odoo-http"]
    command += ["--odoo-log-level=warn", *arguments]
    try:
        return stream(command, where, env, log) == 0
    finally:
        for clone in databases.sql(
            f"SELECT datname FROM pg_database WHERE datname LIKE '{name}%'"
        ):
            databases.drop(clone)


def leftovers(names, alive):
    """Clones whose run is over: (name of the run's process is in the name)."""
    pattern = re.compile(rf"{RUN_PREFIX}(\d+)(-gw\d+)?$")
    matches = (pattern.match(name) for name in names)
    return [m[0] for m in matches if m and not alive(int(m[1]))]


def drop_leftovers(databases):
    """Delete the clones of killed runs."""
    names = databases.sql("SELECT datname FROM pg_database")
    for name in leftovers(names, lambda pid: os.path.exists(f"/proc/{pid}")):
        databases.drop(name)


def run_target(environment, arguments):
    """One file or folder, without coverage and workers."""
    where = environment.where
    if arguments[0].startswith(("tests/kernels", "tests/tooling")):
        command = [where.python, "-m", "pytest", "-p", "no:odoo", *arguments]
        return stream(command, where, pytest_env(where), "pytest-target.log")
    ensure_template(environment)
    return 0 if run_on_clone(environment, arguments, "pytest-target.log") else 1


# -- coverage


def coverage(where):
    """Join the data of both runs and hold them against the wanted share."""
    env = pytest_env(where, part="all")
    folder = where.base / "coverage"
    tool = [where.python, "-m", "coverage"]
    parts = [folder / ".coverage.plain", folder / ".coverage.odoo"]
    present = [part for part in parts if part.exists()]
    if not present:
        raise Problem("No coverage was measured.", "the test stages say why.")
    stream([*tool, "combine", "-q", "--keep", *present], where, env, "coverage.log")
    data = folder / "coverage.json"
    stream([*tool, "json", "-q", "--fail-under=0", "-o", data], where, env, "json.log")
    for line in coverage_table(json.loads(data.read_text(encoding="utf-8"))):
        say(line)
    code = stream([*tool, "report", "--format=total"], where, env, "coverage.log")
    if code:
        say("  below the share wanted by fail_under in pyproject.toml")
    return code == 0


def coverage_table(data):
    """Share per module and the ten weakest files."""
    lines = ["  coverage (lines and branches):"]
    for module in MODULES:
        files = [f for name, f in data["files"].items() if name.startswith(module)]
        if files:
            lines.append(f"  {share(f['summary'] for f in files):6.1f} %  {module}")
    lines.append(f"  {data['totals']['percent_covered']:6.1f} %  in all")
    weak = sorted(
        (f["summary"]["percent_covered"], name) for name, f in data["files"].items()
    )
    lines += [f"    {percent:5.1f} %  {name}" for percent, name in weak[:10]]
    return lines


def share(summaries):
    """Covered part of the lines and branches of some files, in percent."""
    covered = total = 0
    for summary in summaries:
        covered += summary["covered_lines"] + summary.get("covered_branches", 0)
        total += summary["num_statements"] + summary.get("num_branches", 0)
    return 100.0 * covered / total if total else 100.0
