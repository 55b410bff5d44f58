"""The template database of the tests: all modules installed, cloned per worker."""

import json

from . import database, logs, pages, setup
from .console import Problem, say
from .shell import locked

TEMPLATE = "aftersales_test_template"


def template_key(environment):
    """What the template of the tests depends on."""
    where = environment.where
    return json.dumps(
        {
            "modules": database.module_hashes(where),
            "deps": database.deps_key(where, environment.source),
        },
        sort_keys=True,
    )


def ensure_template(environment):
    """Build the template with all modules unless the right one is there.

    One whose build logged something unexpected is used, but built again next time.
    """
    where, databases = environment.where, environment.databases
    modules = where.modules()
    if not modules:
        raise Problem("There is no module to test.", "run make in the checkout.")
    setup.ensure_template(environment)
    with locked(where, "template"):
        key = template_key(environment)
        if databases.about(TEMPLATE) == key:
            return True
        partial = f"{TEMPLATE}_partial"
        databases.clone(database.DEPS_TEMPLATE, partial)
        log = "test-install.log"
        output = databases.install(partial, modules, "Installing the suite", log)
        output += databases.shell(
            partial, pages.SCRIPT, "Preparing pages", "assets.log"
        )
        unexpected = logs.unexpected_lines(output)
        databases.describe(partial, "" if unexpected else key)
        databases.rename(partial, TEMPLATE)
    for line in unexpected[:20]:
        say(f"  {line}")
    if unexpected:
        say(f"  {len(unexpected)} unexpected lines in {where.log / log}")
    # The tests below run all the same: they tell more about the cause.
    environment.template_was_clean = not unexpected
    return True
