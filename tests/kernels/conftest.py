"""Loads calculation kernels (``<module>/tools/*.py``) without Odoo."""

import importlib
import importlib.util
import sys
import types
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load_kernel(path):
    """Import ``aftersales_x/tools/name.py`` as it is, with its relative imports.

    The packages above it are stand-ins: their ``__init__.py`` would import Odoo.
    """
    parts = Path(path).with_suffix("").parts
    for depth in range(1, len(parts)):
        _stand_in(parts[:depth])
    with _addon("aftersales_network"):
        return importlib.import_module(".".join(parts))


@contextmanager
def _addon(module):
    """Let a kernel import a kernel of the module below it, as Odoo lets it.

    Only for the import: tests in the same process may load Odoo itself later.
    """
    before = set(sys.modules)
    if "odoo" not in sys.modules and importlib.util.find_spec("odoo") is None:
        _stand_in(["odoo"])
        _stand_in(["odoo", "addons"])
    importlib.import_module("odoo.addons")
    for parts in ([module], [module, "tools"]):
        _stand_in(["odoo", "addons", *parts], ROOT.joinpath(*parts))
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if name.startswith(f"odoo.addons.{module}"):
                del sys.modules[name]


def _stand_in(parts, folder=None):
    """An empty package that only knows its folder."""
    name = ".".join(parts)
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [str(folder or ROOT.joinpath(*parts))]
        sys.modules[name] = package
