"""The commands behind the Makefile."""

import argparse
import sys

from . import setup
from .console import Problem, explain_os_error, say, steps


def command_setup(_options):
    """Environment and template database, nothing else."""
    environment = setup.ensure(desktop=True)
    setup.ensure_template(environment)
    say("\n".join(steps.summary()))
    say(f"Ready. `source {environment.where.base}/env.sh` gives a shell its tools.")
    return 0


COMMANDS = {"setup": command_setup}


def main(arguments):
    """Run one command; every expected failure is one clear message."""
    parser = argparse.ArgumentParser(prog="suite", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        print("✗ Interrupted. The next run goes on from here.", file=sys.stderr)
    except OSError as error:
        print(explain_os_error(error), file=sys.stderr)
    return 1
