"""The commands behind the Makefile."""

import argparse
import os
import subprocess
import sys

from . import (
    bench,
    console_odoo,
    core_tests,
    demo,
    lint,
    python_env,
    setup,
    testing,
    translations,
)
from .console import Problem, explain_os_error, say, steps
from .paths import layout
from .shell import private_env


def command_setup(_options):
    """Environment and template database, nothing else."""
    environment = setup.ensure(desktop=True)
    setup.ensure_template(environment)
    say("\n".join(steps.summary()))
    say(f"Ready. `source {environment.where.base}/env.sh` gives a shell its tools.")
    return 0


def command_demo(options):
    """Database, story and server."""
    return demo.demo(fresh=bool(options.fresh))


def command_stop(_options):
    """End server and PostgreSQL."""
    return demo.stop()


def command_clean(_options):
    """Delete ``.odoo/``."""
    return demo.clean()


def command_shell(_options):
    """Python prompt or script on the demo database."""
    return console_odoo.shell()


def command_import_history(options):
    """Old cases from a file."""
    return console_odoo.import_history(options.file, options.case_date)


def command_hint_report(_options):
    """How the hints rank imported claims."""
    return console_odoo.hint_report()


def command_test(options):
    """Every check, or one target."""
    return testing.test(target=options.target)


def command_core_tests(options):
    """Odoo's own tests with the suite installed."""
    return core_tests.core_tests(target=options.target)


def command_lint(_options):
    """Static checks only."""
    return 0 if lint.lint() else 1


def command_format(_options):
    """The one layout, applied."""
    return lint.reformat()


def command_bench(options):
    """Benchmarks."""
    return bench.bench(target=options.target)


def command_i18n(_options):
    """Translation files."""
    return translations.i18n()


def command_screenshots(_options):
    """Pictures for the documentation, taken from the running demo."""
    script = layout.root / "scripts" / "screenshots.py"
    if not script.exists():
        raise Problem(f"There is no {script} in this checkout.")
    demo.demo()
    python_env.install_extra(layout, "screenshots.txt")
    env = private_env(layout, DEMO_PORT=demo.demo_port())
    command = [str(layout.python), str(script)]
    return subprocess.run(command, env=env, cwd=layout.root, check=False).returncode


COMMANDS = {
    "setup": command_setup,
    "demo": command_demo,
    "stop": command_stop,
    "clean": command_clean,
    "shell": command_shell,
    "import-history": command_import_history,
    "hint-report": command_hint_report,
    "test": command_test,
    "core-tests": command_core_tests,
    "lint": command_lint,
    "format": command_format,
    "bench": command_bench,
    "i18n": command_i18n,
    "screenshots": command_screenshots,
}


def parse(arguments):
    """The command and its options."""
    parser = argparse.ArgumentParser(prog="suite", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--target", default="", help="path, or modules of core-tests")
    parser.add_argument("--fresh", default="", help="build the demo database anew")
    parser.add_argument("--file", default="", help="file of old cases")
    parser.add_argument("--case-date", default="", help="date of the cases")
    return parser.parse_args(arguments)


def main(arguments):
    """Run one command; every expected failure is one clear message."""
    options = parse(arguments)
    try:
        return COMMANDS[options.command](options)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        print("✗ Interrupted. The next run goes on from here.", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        print(explain_os_error(error), file=sys.stderr)
    return 1
