"""Databases: one template with every dependency, cloned instead of installed anew.

A database carries in its comment what it was built from. A build happens under
another name and is renamed when it is complete, so that a kill leaves no half one.
"""

import hashlib
import json
import os
import re

from .console import Problem
from .postgres import client
from .shell import private_env, run

DEPS_TEMPLATE = "deps_template"
DEPENDENCIES = (
    "mail",
    "portal",
    "contacts",
    "product",
    "stock",
    "hr",
    "resource",
    "base_address_extended",
    "repair",
    "sale_management",
    "purchase",
    "stock_account",
    "account",
    "hr_skills",
    "survey",
    "hr_skills_survey",
    "rating",
    "helpdesk_mgmt",
)
LANGUAGES = "en_US,zh_CN"
# The first one becomes the administrator's; without en_US it would be switched off.
# Recipe of the template; raise it when SCRIPT_AFTER_INSTALL changes.
RECIPE = "1"
SCRIPT_AFTER_INSTALL = """
chart = env["account.chart.template"]
company = env.ref("base.main_company")
if not company.chart_template:
    chart.try_loading("generic_coa", company, install_demo=False)
assert company.chart_template, "no chart of accounts was loaded"
# Attachments live in the database, so that a clone is complete without a filestore.
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
"""
NAME = re.compile(r"^[a-z][a-z0-9_-]*$")


class Databases:
    """Creating, cloning and inspecting databases on one server."""

    def __init__(self, where, server):
        self.where = where
        self.server = server
        self.env = private_env(where, **server.variables())

    def sql(self, statement, database="postgres", check=True):
        """Run one statement and return its rows as text lines."""
        program = client(self.where, "psql")
        command = [program, "-X", "-d", database, "-Atqc", statement]
        done = run(command, "A database command", env=self.env, check=check)
        return done.stdout.splitlines() if done.returncode == 0 else []

    def exists(self, name):
        """Whether there is a database of this name."""
        return bool(self.sql(f"SELECT 1 FROM pg_database WHERE datname='{name}'"))

    def about(self, name):
        """What the database was built from (its comment), or None."""
        rows = self.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE datname='{_checked(name)}'"
        )
        return rows[0] if rows else None

    def describe(self, name, text):
        """Store what the database was built from."""
        quoted = text.replace("'", "''")
        self.sql(f"COMMENT ON DATABASE \"{_checked(name)}\" IS '{quoted}'")

    def drop(self, name):
        """Delete a database and end the sessions on it."""
        self.sql(f'DROP DATABASE IF EXISTS "{_checked(name)}" WITH (FORCE)')

    def clone(self, template, name):
        """A copy of ``template``; sessions left on the template are ended."""
        self.drop(name)
        self.close_sessions(template)
        options = "STRATEGY FILE_COPY" if self._knows_strategy() else ""
        self.sql(
            f'CREATE DATABASE "{_checked(name)}" TEMPLATE "{_checked(template)}" '
            + options
        )

    def rename(self, name, new_name):
        """Put a finished database in its place."""
        self.drop(new_name)
        self.close_sessions(name)
        self.sql(f'ALTER DATABASE "{_checked(name)}" RENAME TO "{_checked(new_name)}"')

    def close_sessions(self, name):
        """End every session on a database."""
        self.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname='{_checked(name)}' AND pid <> pg_backend_pid()"
        )

    def _knows_strategy(self):
        return int(self.sql("SHOW server_version_num")[0]) >= 150000

    # -- Odoo on a database

    def odoo(self, arguments, what, log, stdin=None):
        """Run Odoo's command line; its log is kept and a failure shows its end."""
        command = [self.where.python, "-m", "odoo", *arguments]
        extra = {"stdin": stdin} if stdin is not None else {}
        return run(
            command,
            what,
            self.where,
            env=self.env,
            log=log,
            cwd=self.where.root,
            **extra,
        )

    def install(self, name, modules, what, log, option="-i", extra=()):
        """Install or update modules and check that they really are installed."""
        arguments = ["-c", self.where.conf, "-d", name, option, ",".join(modules)]
        arguments += ["--stop-after-init", "--no-http", *extra]
        done = self.odoo(arguments, what, log)
        self.check_installed(name, modules, done.stdout, log)
        return done.stdout

    def check_installed(self, name, modules, output, log):
        """Odoo exits 0 when a module is unknown to it: look into the database."""
        listed = ", ".join(f"'{module}'" for module in modules)
        rows = self.sql(
            "SELECT name FROM ir_module_module WHERE state='installed' "
            f"AND name IN ({listed})",
            name,
        )
        missing = [module for module in modules if module not in rows]
        if missing:
            hints = [line for line in output.splitlines() if " WARNING " in line]
            raise Problem(
                f"Odoo did not install {', '.join(missing)}.\n"
                + "\n".join(f"    {line}" for line in hints[-5:]),
                f"the whole log is {self.where.log / log}.",
            )

    def shell(self, name, script, what, log):
        """Run a script in ``odoo shell``; an exception in it fails the run."""
        path = self.where.run / f"shell-{os.getpid()}.py"
        path.write_text(script, encoding="utf-8")
        arguments = ["shell", "-c", self.where.conf, "-d", name, "--no-http"]
        try:
            with path.open(encoding="utf-8") as handle:
                return self.odoo(arguments, what, log, stdin=handle).stdout
        finally:
            path.unlink(missing_ok=True)


def _checked(name):
    """Names go into SQL as they are; accept only harmless ones."""
    if not NAME.match(name):
        raise Problem(f"{name!r} is no name for a database.", "use a-z, 0-9, _ and -.")
    return name


def tree_hash(folders):
    """Hash over names and contents of the files that decide about a database."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or _irrelevant(path.relative_to(folder)):
                continue
            digest.update(str(path.relative_to(folder.parent)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]


def _irrelevant(path):
    """Tests, documents and byte code change nothing in a database."""
    unused = {"tests", "__pycache__", "readme", "doc"}
    return bool(unused.intersection(path.parts)) or path.suffix in (".pyc", ".rst")


def module_hashes(where):
    """Module → hash of its files."""
    return {name: tree_hash([where.root / name]) for name in where.modules()}


def deps_key(where, source):
    """What the template of dependencies depends on."""
    oca = (where.root / "requirements" / "oca.txt").read_text(encoding="utf-8")
    parts = [RECIPE, SCRIPT_AFTER_INSTALL, LANGUAGES, *DEPENDENCIES, oca]
    parts.append(source["home"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def ensure_deps_template(databases, source):
    """Build the template of all dependencies unless the right one is there."""
    key = json.dumps({"deps": deps_key(databases.where, source)})
    if databases.about(DEPS_TEMPLATE) == key:
        return False
    partial = f"{DEPS_TEMPLATE}_partial"
    databases.drop(partial)
    databases.sql(
        f"CREATE DATABASE \"{partial}\" ENCODING 'UTF8' TEMPLATE template0 "
        "LC_COLLATE 'C'"
    )
    # Odoo does this only for databases it creates itself.
    databases.sql("CREATE EXTENSION IF NOT EXISTS pg_trgm", partial)
    databases.install(
        partial,
        ["base", *DEPENDENCIES],
        "Installing Odoo's modules",
        "deps.log",
        extra=["--load-language", LANGUAGES],
    )
    script = SCRIPT_AFTER_INSTALL
    databases.shell(partial, script, "Finishing the template", "deps-finish.log")
    databases.describe(partial, key)
    databases.rename(partial, DEPS_TEMPLATE)
    return True
