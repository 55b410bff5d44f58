"""``make demo``: a database with the suite and its story, and a running server."""

import hashlib
import json
import os

from . import database, logs, pages, postgres, setup
from .console import Problem, say, steps, warn
from .paths import layout, remove
from .server import DemoServer
from .shell import locked

DEMO = "aftersales_demo"
PARTIAL = f"{DEMO}_partial"
STORY = "scripts/demo_story.py"
RUN_STORY = """
import importlib.util
spec = importlib.util.spec_from_file_location("demo_story", {path!r})
story = importlib.util.module_from_spec(spec)
spec.loader.exec_module(story)
story.run(env)
env.cr.commit()
"""


def demo_port(environ=os.environ):
    """DEMO_PORT, or Odoo's usual port."""
    value = environ.get("DEMO_PORT") or "8069"
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Problem(
            f"DEMO_PORT={value} is no port.", "name a number from 1024 to 65535."
        )
    return int(value)


def story_hash(where):
    """Hash of the story's files; empty where there is none."""
    path = where.root / STORY
    if not path.exists():
        return ""
    first = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    return f"{first}-{database.tree_hash([path.parent / 'story'])}"


def plan(state, wanted):
    """What to do with the demo database: ("build"|"update"|"keep", modules)."""
    if not state:
        return "build", sorted(wanted)
    known = state.get("modules", {})
    changed = [name for name in wanted if known.get(name) != wanted[name]]
    return ("update", changed) if changed else ("keep", [])


def read_state(databases):
    """What the demo database was built from, or None."""
    if not databases.exists(DEMO):
        return None
    try:
        return json.loads(databases.about(DEMO) or "")
    except ValueError:
        return None


def demo(where=layout, fresh=False):
    """Everything from a bare checkout to a running demo."""
    port = demo_port()
    environment = setup.ensure(where, desktop=True)
    wanted = database.module_hashes(where)
    if not wanted:
        raise Problem(
            "This checkout holds no module of the suite.",
            "run make in the folder that contains aftersales_network.",
        )
    databases = environment.databases
    server = DemoServer(where, port, DEMO, environment.server.variables())
    with locked(where, "demo"):
        state = None if fresh else read_state(databases)
        action, modules = plan(state, wanted)
        if action != "keep" or server.running_port() != port:
            server.stop()
        if action == "build":
            setup.ensure_template(environment)
            build(where, databases, wanted)
        elif action == "update":
            update(where, databases, state, modules, wanted)
        elif state.get("story") != story_hash(where):
            warn("the demo story has changed; `make demo FRESH=1` builds it anew.")
        with steps.step(f"Odoo on {server.address}"):
            if not (server.running_pid() and server.answers()):
                server.stop()
                server.start()
    welcome(databases, server)
    return 0


def build(where, databases, wanted):
    """A new demo database, under another name until it is complete."""
    with steps.step(f"Installing {len(wanted)} modules"):
        databases.clone(database.DEPS_TEMPLATE, PARTIAL)
        output = databases.install(
            PARTIAL, list(wanted), "Installing the suite", "demo-install.log"
        )
        show_log_problems(output, where.log / "demo-install.log")
    if (where.root / STORY).exists():
        with steps.step("The demo story"):
            script = RUN_STORY.format(path=str(where.root / STORY))
            output = databases.shell(
                PARTIAL, script, "The demo story", "demo-story.log"
            )
            show_log_problems(output, where.log / "demo-story.log")
    with steps.step("Style sheets and scripts"):
        databases.shell(PARTIAL, pages.SCRIPT, "Preparing pages", "demo-assets.log")
    state = {"modules": wanted, "story": story_hash(where)}
    databases.describe(PARTIAL, json.dumps(state))
    databases.rename(PARTIAL, DEMO)


def update(where, databases, state, modules, wanted):
    """Bring a kept demo database to the code of the checkout."""
    log = "demo-update.log"
    try:
        with steps.step(f"Updating {', '.join(modules)}"):
            new = [name for name in modules if name not in state["modules"]]
            old = [name for name in modules if name in state["modules"]]
            extra = ["-i", ",".join(new)] if new and old else []
            option = "-u" if old else "-i"
            output = databases.install(
                DEMO, old or new, "Updating the suite", log, option, extra
            )
            show_log_problems(output, where.log / log)
    except Problem as problem:
        raise Problem(
            f"The kept demo database cannot be updated. {problem.cause}",
            "`make demo FRESH=1` builds a new one (what was entered there is lost).",
        ) from None
    databases.describe(DEMO, json.dumps({**state, "modules": wanted}))


def show_log_problems(output, log):
    """Odoo may log an error and go on: show it."""
    lines = logs.unexpected_lines(output)
    for line in lines[:5]:
        warn(line)
    if lines:
        warn(f"{len(lines)} warnings or errors in {log}")


def parameter(databases, key):
    """A JSON list that the story left in the system parameters."""
    rows = databases.sql(
        f"SELECT value FROM ir_config_parameter WHERE key='{key}'", DEMO
    )
    try:
        return json.loads("\n".join(rows)) if rows else []
    except ValueError:
        return []


def welcome(databases, server):
    """Address, one login per role, and the first three things to try."""
    logins = parameter(databases, "aftersales_demo.logins")
    logins = logins or [
        {"role": "Administrator", "login": "admin", "password": "admin"}
    ]
    width = max(len(row["role"]) for row in logins)
    login_width = max(len(row["login"]) for row in logins)
    say()
    say(f"The after-sales suite runs at {server.address}")
    say()
    for row in logins:
        say(
            f"  {row['role']:<{width}}  {row['login']:<{login_width}}  "
            f"{row['password']}"
        )
    first_steps = parameter(databases, "aftersales_demo.first_steps")
    if first_steps:
        say()
        say("Try first:")
        for number, text in enumerate(first_steps, 1):
            say(f"  {number}. {text}")
    say()
    say("make stop ends it, make shell opens a Python prompt on its database.")


def stop(where=layout):
    """End the demo server and the private PostgreSQL."""
    if not where.base.exists():
        say("Nothing is set up here.")
        return 0
    stopped = DemoServer(where, demo_port(), DEMO).stop()
    say("Odoo stopped." if stopped else "Odoo was not running.")
    stopped = postgres.stop(where)
    say("PostgreSQL stopped." if stopped else "No private PostgreSQL was running.")
    return 0


def clean(where=layout):
    """Stop everything and delete ``.odoo/``, nothing else."""
    if not where.base.exists() and not where.base.is_symlink():
        say("Nothing to delete.")
        return 0
    stop(where)
    remove(where.base)
    say(f"Deleted {where.base}.")
    return 0
