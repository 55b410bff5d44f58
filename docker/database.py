"""Bring the database into the state that Odoo needs before it starts.

``wait`` returns as soon as PostgreSQL takes connections. ``prepare`` also creates
the database with the suite's modules when it is not there yet (``INIT_DB``), or
waits until another node of the same installation has done so. ``assets`` builds the
bundles of scripts and styles, which an update makes anew.

How far a database is stands in its comment, which dumps do not carry along: a
database that was restored or made by hand is therefore left as it is.
"""

import ast
import configparser
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql

INITIALISING = "after-sales suite: initialising"
READY = "after-sales suite: ready"
# Advisory lock, taken in the database "postgres": one node initialises at a time.
LOCK_KEY = 0x61667465
ADMIN_SCRIPT = """
import os
env.ref("base.user_admin").write({
    "login": os.environ.get("ADMIN_LOGIN") or "admin",
    "password": os.environ["ADMIN_PASSWORD"],
})
env.cr.commit()
"""
# Built now and not by the first visitor: Odoo looks for a bundle that it has just
# built on the replica, which may not have it yet, and answers 404.
ASSETS_SCRIPT = """
qweb = env["ir.qweb"]
scripts, styles = qweb._get_bundles_to_pregenarate()
for name in sorted(scripts):
    if "test" not in name:
        qweb._get_asset_bundle(name, css=False, js=True).js()
for name in sorted(styles):
    if "test" not in name:
        qweb._get_asset_bundle(name, css=True, js=False).css()
env.cr.commit()
"""


class Problem(Exception):
    """A failure that its reader can act upon."""


def log(message):
    """Print one line of progress."""
    print(f"database: {message}", flush=True)


def read_settings(path):
    """Return Odoo's own options, so that both sides use the same server."""
    parser = configparser.RawConfigParser()
    with open(path, encoding="utf-8") as file:
        parser.read_file(file)
    return dict(parser["options"])


def names(variable):
    """Return the names listed in a variable, separated by commas."""
    return [name.strip() for name in variable.split(",") if name.strip()]


def connect(settings, database):
    """Open a connection in autocommit mode."""
    connection = psycopg2.connect(
        host=settings["db_host"],
        port=settings["db_port"],
        user=settings["db_user"],
        password=settings["db_password"],
        sslmode=settings["db_sslmode"],
        dbname=database,
        connect_timeout=5,
        application_name="aftersales-prepare",
    )
    connection.autocommit = True
    return connection


def is_permanent(error):
    """Tell whether waiting cannot help: the server answered and refused."""
    return any(
        words in str(error)
        for words in ("authentication failed", "no pg_hba.conf entry", "does not exist")
    )


def wait(settings, timeout):
    """Wait for PostgreSQL and return a connection to its maintenance database."""
    deadline = time.monotonic() + timeout
    address = f"{settings['db_host']}:{settings['db_port']}"
    while True:
        try:
            return connect(settings, "postgres")
        except psycopg2.OperationalError as error:
            reason = str(error).strip()
            if is_permanent(error):
                raise Problem(
                    f"PostgreSQL at {address} refuses user {settings['db_user']}: "
                    f"{reason}. Check DB_USER, DB_PASSWORD and DB_HOST."
                ) from error
            if time.monotonic() > deadline:
                raise Problem(
                    f"PostgreSQL at {address} did not answer in {timeout} s: {reason}. "
                    "Check DB_HOST, DB_PORT and that the server runs."
                ) from error
        log(f"waiting for PostgreSQL at {address}")
        time.sleep(1)


def find_state(server, settings):
    """Return ``absent``, ``empty``, ``initialising``, ``ready`` or ``foreign``."""
    with server.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database')"
            " FROM pg_database WHERE datname = %s",
            (settings["db_name"],),
        )
        row = cursor.fetchone()
    if row is None:
        return "absent"
    if row[0] in {INITIALISING, READY}:
        return "ready" if row[0] == READY else "initialising"
    return "foreign" if read_modules(settings) else "empty"


def read_modules(settings):
    """Return ``{module: (state, version)}`` of a database, empty without Odoo."""
    with (
        closing(connect(settings, settings["db_name"])) as database,
        database.cursor() as cursor,
    ):
        cursor.execute("SELECT to_regclass('public.ir_module_module')")
        if cursor.fetchone()[0] is None:
            return {}
        cursor.execute("SELECT name, state, latest_version FROM ir_module_module")
        return {name: (state, version) for name, state, version in cursor}


def create(server, settings):
    """Create the database as Odoo itself does (its ``_create_empty_database``)."""
    name = sql.Identifier(settings["db_name"])
    with server.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE DATABASE {}"
                " ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0"
            ).format(name)
        )
    with (
        closing(connect(settings, settings["db_name"])) as database,
        database.cursor() as cursor,
    ):
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def mark(server, settings, comment):
    """Write down how far the database is."""
    with server.cursor() as cursor:
        cursor.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(settings["db_name"]), sql.Literal(comment)
            )
        )


def run_odoo(arguments, script=None):
    """Run Odoo once, without serving anything."""
    command = ["odoo", *arguments, "--no-http", "--workers=0", "--max-cron-threads=0"]
    done = subprocess.run(command, input=script, text=True, check=False)
    if done.returncode:
        raise Problem(
            f"Odoo ended with code {done.returncode} while the database was made; "
            "the cause stands above. The next start goes on from here."
        )


def run_script(settings, script):
    """Run a script in Odoo's shell."""
    run_odoo(["shell", f"--database={settings['db_name']}"], script=script)


def missing_modules(wanted, found):
    """Return the modules that are not installed: Odoo only warns about them."""
    return [name for name in wanted if found.get(name, ("", ""))[0] != "installed"]


def initialise(server, settings, state):
    """Install the modules, set the administrator's password, mark as ready."""
    wanted = names(os.environ.get("MODULES", ""))
    if not wanted:
        raise Problem("MODULES is empty: nothing to install.")
    read_admin_password()
    started = time.monotonic()
    log(f"{settings['db_name']} is {state}: installing {', '.join(wanted)}")
    if state == "absent":
        create(server, settings)
    mark(server, settings, INITIALISING)
    arguments = [f"--database={settings['db_name']}", f"--init={','.join(wanted)}"]
    languages = names(os.environ.get("LANGUAGES", ""))
    if languages:
        arguments.append(f"--load-language={','.join(languages)}")
    run_odoo([*arguments, "--stop-after-init"])
    missing = missing_modules(wanted, read_modules(settings))
    if missing:
        raise Problem(f"Not installed: {', '.join(missing)}. Is MODULES spelt right?")
    run_script(settings, ADMIN_SCRIPT + ASSETS_SCRIPT)
    mark(server, settings, READY)
    log(f"{settings['db_name']} is ready after {time.monotonic() - started:.0f} s")


def read_admin_password():
    """Put the first administrator's password into the environment, or refuse."""
    path = os.environ.get("ADMIN_PASSWORD_FILE")
    if path:
        os.environ["ADMIN_PASSWORD"] = Path(path).read_text(encoding="utf-8").strip()
    if not os.environ.get("ADMIN_PASSWORD"):
        raise Problem(
            "ADMIN_PASSWORD (or ADMIN_PASSWORD_FILE) is missing: the first start needs "
            "it, so that no database is born with a well-known password."
        )


def outdated_modules(found, addons):
    """Return the installed modules whose code in the image has another version."""
    outdated = []
    for manifest in sorted(Path(addons).glob("*/__manifest__.py")):
        state, version = found.get(manifest.parent.name, ("", ""))
        shipped = ast.literal_eval(manifest.read_text(encoding="utf-8"))["version"]
        if state == "installed" and version != shipped:
            outdated.append(manifest.parent.name)
    return outdated


def warn_if_outdated(settings):
    """Say which modules wait for an update: Odoo runs new code on old tables."""
    addons = names(settings["addons_path"])[0]
    outdated = outdated_modules(read_modules(settings), addons)
    if outdated:
        log(f'run the command "update": other versions of {", ".join(outdated)}')


def prepare(settings, timeout):
    """Return when the database can be used; create it where this node may."""
    may_init = os.environ.get("INIT_DB", "1").lower() in {"1", "true", "yes", "on"}
    with closing(wait(settings, timeout)) as server:
        if may_init:
            with server.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
            state = find_state(server, settings)
            if state not in {"ready", "foreign"}:
                initialise(server, settings, state)
        else:
            state = wait_until_ready(server, settings)
    if state == "foreign":
        log(f"{settings['db_name']} was not made by this image: left as it is")
    warn_if_outdated(settings)


def wait_until_ready(server, settings):
    """Wait for the node that creates the database."""
    deadline = time.monotonic() + int(os.environ.get("INIT_TIMEOUT") or 1800)
    while True:
        state = find_state(server, settings)
        if state in {"ready", "foreign"}:
            return state
        if time.monotonic() > deadline:
            raise Problem(
                f"{settings['db_name']} is still {state}: start a node with INIT_DB=1."
            )
        log(f"{settings['db_name']} is {state}: waiting for the node that creates it")
        time.sleep(5)


def main(arguments):
    """Run ``wait``, ``prepare`` or ``assets`` and return the exit code."""
    timeout = int(os.environ.get("DB_TIMEOUT") or 60)
    try:
        settings = read_settings(os.environ["ODOO_RC"])
        if arguments == ["wait"]:
            wait(settings, timeout).close()
        elif arguments == ["prepare"]:
            prepare(settings, timeout)
        elif arguments == ["assets"]:
            run_script(settings, ASSETS_SCRIPT)
        else:
            raise Problem("usage: database.py wait|prepare|assets")
    except (Problem, psycopg2.Error, OSError) as error:
        log(f"ERROR: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
