"""Loads calculation kernels (``<module>/tools/*.py``) without Odoo."""

import importlib
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load_kernel(path):
    """Import ``aftersales_x/tools/name.py`` as it is, with its relative imports.

    The packages above it are stand-ins: their ``__init__.py`` would import Odoo.
    """
    parts = Path(path).with_suffix("").parts
    for depth in range(1, len(parts)):
        _stand_in(parts[:depth])
    return importlib.import_module(".".join(parts))


def _stand_in(parts):
    """An empty package that only knows its folder."""
    name = ".".join(parts)
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [str(ROOT.joinpath(*parts))]
        sys.modules[name] = package
