#!/usr/bin/env python3
"""Entry point of the tool behind the Makefile: ``python3 scripts/suite.py demo``."""

import sys

# Older ones may be the user's: tell them.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        f"Python {sys.version.split()[0]} is too old: Odoo 19 needs Python 3.10 or "
        "newer.\nWay out: run make with PYTHON=/path/to/python3.12."
    )

from suite.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
