"""Translations: export the templates, merge zh_CN, and tell what is missing."""

from . import setup
from .console import Problem, say, steps
from .paths import fresh_partial, layout, remove
from .shell import run
from .template import TEMPLATE, ensure_template

PO_TOOL = "scripts/po_tool.py"
# As `odoo i18n export -l pot` does, in one process for all modules.
EXPORT = """
from odoo.tools.translate import trans_export
for module, path in {modules!r}.items():
    with open(path, "wb") as target:
        trans_export(None, [module], target, "po", env)
"""


def export(environment, template, target):
    """Write the template of every module's terms into ``target``."""
    modules = {name: str(target / f"{name}.po") for name in environment.where.modules()}
    script = EXPORT.format(modules=modules)
    environment.databases.shell(template, script, "Exporting terms", "i18n.log")


def po_tool(where, *arguments):
    """Run the part that needs polib inside the virtual environment."""
    command = [where.python, where.root / PO_TOOL, *arguments]
    done = run(command, "Translations", where, check=False, cwd=where.root)
    if done.stdout.strip():
        say(done.stdout.rstrip())
    return done.returncode == 0


def i18n(where=layout):
    """``make i18n``: refresh ``.pot`` and ``.po`` files, fail on missing terms."""
    environment = setup.ensure(where)
    with steps.step("Template database"):
        ensure_template(environment)
    folder = fresh_partial(where.cache / "i18n")
    with steps.step("Exporting terms"):
        export(environment, TEMPLATE, folder)
    ok = po_tool(where, "merge", folder, *where.modules())
    remove(folder)
    return 0 if ok else 1


def check_complete(where):
    """Every term of the shipped templates is translated (no database needed)."""
    return po_tool(where, "check", *where.modules())


def check_fresh(environment, template):
    """The shipped templates hold exactly the terms of the code."""
    where = environment.where
    folder = fresh_partial(where.cache / "i18n-check")
    export(environment, template, folder)
    ok = po_tool(where, "compare", folder, *where.modules())
    remove(folder)
    if not ok:
        raise Problem("The translation files are behind the code.", "make i18n")
    return True
