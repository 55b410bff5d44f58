"""``make shell``, ``import-history`` and ``hint-report``: on the demo database."""

import datetime
import os
import subprocess
from pathlib import Path

from . import setup
from .console import Problem, progress_to_stderr
from .demo import DEMO
from .paths import layout
from .shell import private_env

IMPORT_SCRIPT = """
import sys
from odoo.exceptions import UserError
if "aftersales.history.import" not in env:
    sys.exit("The module aftersales_warranty is not installed in the demo database.")
try:
    report = env["aftersales.history.import"]._run_command_line({file!r}, {date!r})
except UserError as error:
    sys.exit(f"✗ {{error}}")
env.cr.commit()
if isinstance(report, str):
    print(report)
"""


def prepared():
    """A running PostgreSQL with a demo database, progress on stderr."""
    progress_to_stderr()
    environment = setup.ensure(layout)
    if not environment.databases.exists(DEMO):
        raise Problem("There is no demo database yet.", "run `make demo` first.")
    return environment


def command(environment, script=None):
    """Run ``odoo shell`` with the caller's standard streams, or with a script."""
    where = environment.where
    arguments = ["-m", "odoo", "shell", "-c", where.conf, "-d", DEMO, "--no-http"]
    arguments += ["--log-level", "warn"]
    done = subprocess.run(
        [str(part) for part in (where.python, *arguments)],
        env=private_env(where, **environment.server.variables()),
        cwd=where.root,
        input=script,
        text=True,
        check=False,
    )
    return done.returncode


def shell():
    """An interactive shell, or a script from standard input."""
    return command(prepared())


def import_history(file, case_date, caller_folder=None):
    """Import a file of old cases through the module's own command line."""
    if not file:
        raise Problem(
            "No file was named.",
            "make import-history FILE=cases.csv CASE_DATE=2025-12-31",
        )
    path = Path(caller_folder or os.getcwd(), file).resolve()
    if not path.is_file():
        raise Problem(f"There is no file {path}.", "check FILE=…")
    if case_date:
        try:
            datetime.date.fromisoformat(case_date)
        except ValueError:
            raise Problem(
                f"CASE_DATE={case_date} is no date.", "write it as YYYY-MM-DD."
            ) from None
    script = IMPORT_SCRIPT.format(file=str(path), date=case_date or None)
    return command(prepared(), script)


def hint_report():
    """Print how the hints rank imported claims; the database stays as it is."""
    environment = prepared()
    script = environment.where.root / "scripts" / "hint_report.py"
    if not script.is_file():
        raise Problem(f"There is no {script} in this checkout.")
    return command(environment, script.read_text(encoding="utf-8"))
