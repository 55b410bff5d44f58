"""The environment, in order: Odoo, Python, PostgreSQL, files, browser."""

import dataclasses

from . import browser, config, database, odoo_source, postgres, python_env
from .console import steps
from .paths import layout
from .shell import locked


@dataclasses.dataclass
class Environment:
    """What the commands work with once the set-up is done."""

    where: object
    source: dict
    server: object
    databases: database.Databases
    template_was_clean: bool = True


def ensure(where=layout, desktop=False):
    """Bring the environment up to date; quick where nothing is missing."""
    where.prepare()
    with locked(where):
        python_env.have_disk(where)
        with steps.step("Odoo"):
            source = odoo_source.ensure(where)
        with steps.step("Python packages"):
            python_env.ensure(where, source)
        with steps.step("PostgreSQL"):
            server = postgres.ensure(where)
        config.write(where, source, server)
        if desktop:
            with steps.step("Chromium, wkhtmltopdf and Chinese fonts"):
                browser.ensure(where)
    databases = database.Databases(where, server)
    return Environment(where, source, server, databases)


def ensure_template(environment):
    """Have the template database of all dependencies."""
    title = "Template database with all dependencies"
    with locked(environment.where, "template"), steps.step(title):
        database.ensure_deps_template(environment.databases, environment.source)
