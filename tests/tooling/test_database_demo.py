"""Which database is built, updated or kept."""

import configparser
import json
import subprocess
from pathlib import Path

import pytest

from suite import config, database, demo, python_env
from suite.console import Problem
from suite.database import Databases
from suite.postgres import Server


def module(where, name="aftersales_network"):
    """A small module in the checkout."""
    folder = where.root / name
    (folder / "models").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "__manifest__.py").write_text("{}")
    (folder / "models" / "point.py").write_text("x = 1\n")
    return folder


def test_hash_follows_code_and_names(where):
    folder = module(where)
    first = database.module_hashes(where)
    assert list(first) == ["aftersales_network"]
    (folder / "models" / "point.py").write_text("x = 2\n")
    second = database.module_hashes(where)
    (folder / "models" / "point.py").rename(folder / "models" / "area.py")
    third = database.module_hashes(where)
    assert len({str(first), str(second), str(third)}) == 3


@pytest.mark.parametrize(
    "name", ["tests/test_x.py", "README.rst", "models/__pycache__/point.pyc"]
)
def test_hash_ignores_what_no_database_holds(where, name):
    folder = module(where)
    before = database.module_hashes(where)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("new")
    assert database.module_hashes(where) == before


def test_folder_without_manifest_is_no_module(where):
    (where.root / "aftersales_helpdesk").mkdir()
    assert where.modules() == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, ("build", ["a", "b"])),
        ({}, ("build", ["a", "b"])),
        ({"modules": {"a": "1", "b": "2"}}, ("keep", [])),
        ({"modules": {"a": "1", "b": "old"}}, ("update", ["b"])),
        ({"modules": {"a": "1"}}, ("update", ["b"])),
        # a module that left the checkout does not force anything
        ({"modules": {"a": "1", "b": "2", "c": "3"}}, ("keep", [])),
    ],
)
def test_plan(state, expected):
    assert demo.plan(state, {"a": "1", "b": "2"}) == expected


class FakeDatabases(Databases):
    """Databases without a server: names and comments in a dict."""

    def __init__(self, where, fail=False):
        super().__init__(where, Server("/nowhere", 5432, "odoo"))
        self.comments = {}
        self.installed = []
        self.fail = fail

    def sql(self, statement, database="postgres", check=True):
        return []

    def exists(self, name):
        return name in self.comments

    def about(self, name):
        return self.comments.get(name)

    def describe(self, name, text):
        self.comments[name] = text

    def drop(self, name):
        self.comments.pop(name, None)

    def rename(self, name, new_name):
        self.comments[new_name] = self.comments.pop(name)

    def clone(self, template, name):
        self.comments[name] = ""

    def install(self, name, modules, what, log, option="-i", extra=()):
        if self.fail:
            raise Problem("Odoo was killed.")
        self.installed.append((name, option, tuple(modules), tuple(extra)))
        return ""

    def shell(self, name, script, what, log):
        return ""


@pytest.fixture
def source(where):
    (where.root / "requirements").mkdir()
    (where.root / "requirements" / "oca.txt").write_text("helpdesk==1\n")
    return {"home": "/odoo"}


def test_template_is_built_once_per_key(where, source):
    databases = FakeDatabases(where)
    assert database.ensure_deps_template(databases, source)
    assert not database.ensure_deps_template(databases, source)
    assert len(databases.installed) == 1
    (where.root / "requirements" / "oca.txt").write_text("helpdesk==2\n")
    assert database.ensure_deps_template(databases, source)
    assert len(databases.installed) == 2


def test_killed_build_leaves_the_old_template(where, source):
    databases = FakeDatabases(where)
    databases.describe(database.DEPS_TEMPLATE, "old")
    databases.fail = True
    with pytest.raises(Problem):
        database.ensure_deps_template(databases, source)
    assert databases.about(database.DEPS_TEMPLATE) == "old"
    databases.fail = False
    assert database.ensure_deps_template(databases, source)
    assert list(databases.comments) == [database.DEPS_TEMPLATE]


def test_demo_database_remembers_its_modules(where):
    module(where)
    databases = FakeDatabases(where)
    wanted = database.module_hashes(where)
    demo.build(where, databases, wanted)
    state = demo.read_state(databases)
    assert state["modules"] == wanted
    assert demo.plan(state, wanted) == ("keep", [])


def test_update_installs_new_and_updates_old(where):
    databases = FakeDatabases(where)
    state = {"modules": {"a": "old"}, "story": "s"}
    demo.update(where, databases, state, ["a", "b"], {"a": "1", "b": "2"})
    assert databases.installed == [(demo.DEMO, "-u", ("a",), ("-i", "b"))]
    assert json.loads(databases.about(demo.DEMO))["modules"] == {"a": "1", "b": "2"}


def test_update_that_fails_names_the_way_out(where):
    databases = FakeDatabases(where, fail=True)
    with pytest.raises(Problem, match="Odoo was killed") as caught:
        demo.update(where, databases, {"modules": {"a": "0"}}, ["a"], {"a": "1"})
    assert "FRESH=1" in caught.value.way_out


@pytest.mark.parametrize("name", ["x; drop", 'x"y', "", "1x", "X"])
def test_harmful_names_are_refused(name):
    with pytest.raises(Problem):
        database._checked(name)


def test_module_that_odoo_ignored_is_a_failure(where, monkeypatch):
    databases = FakeDatabases(where)
    log = "2026-01-01 00:00:00,000 1 WARNING db odoo.modules: module x: not installable"
    with pytest.raises(Problem, match="did not install x") as caught:
        databases.check_installed("db", ["x"], log, "install.log")
    assert "not installable" in caught.value.cause


def test_welcome_lists_roles_and_steps(where, capsys, monkeypatch):
    rows = {
        "aftersales_demo.logins": [
            {"role": "Dispatcher", "login": "lin", "password": "demo"},
            {"role": "Auditor", "login": "a", "password": "b"},
        ],
        "aftersales_demo.first_steps": ["one", "two", "three"],
    }
    monkeypatch.setattr(demo, "parameter", lambda databases, key: rows[key])
    server = demo.DemoServer(where, 8069, demo.DEMO)
    demo.welcome(None, server)
    printed = capsys.readouterr().out
    assert "http://127.0.0.1:8069" in printed
    assert "  Dispatcher  lin  demo" in printed
    assert "  Auditor     a    b" in printed
    assert "  3. three" in printed


def test_welcome_without_a_story(where, capsys, monkeypatch):
    monkeypatch.setattr(demo, "parameter", lambda databases, key: [])
    demo.welcome(None, demo.DemoServer(where, 8069, demo.DEMO))
    printed = capsys.readouterr().out
    assert "Administrator  admin  admin" in printed
    assert "Try first" not in printed


def test_clean_deletes_only_its_folder(where, monkeypatch, capsys):
    (where.root / "precious").touch()
    monkeypatch.delenv("DEMO_PORT", raising=False)
    assert demo.clean(where) == 0
    assert [path.name for path in where.root.iterdir()] == ["precious"]
    assert demo.clean(where) == 0
    assert "Nothing to delete" in capsys.readouterr().out


# -- odoo.conf and env.sh


@pytest.mark.parametrize("password", ["", "p%ss word"])
def test_configuration_file(where, password):
    server = Server("/x/run", 5432, "odoo", password)
    config.write(where, {"addons": ["/odoo/addons"]}, server)
    parser = configparser.RawConfigParser()
    parser.read(where.conf)
    options = dict(parser["options"])
    assert options["addons_path"] == f"{where.root},/odoo/addons"
    assert options["http_interface"] == "127.0.0.1"
    assert options["list_db"] == "False"
    assert options.get("db_password", "") == password
    assert where.conf.stat().st_mode & 0o777 == 0o600


def test_master_password_is_random_and_kept(where):
    first = config.admin_password(where)
    assert len(first) >= 24
    assert config.admin_password(where) == first


def test_env_file_survives_odd_names(where):
    server = Server("/x/my run", 5432, "odoo", "it's")
    config.write(where, {"addons": []}, server)
    script = f'. {where.base}/env.sh; echo "$PGHOST|$PGPORT|$PGUSER|$PGPASSWORD|$PATH"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    host, port, user, password, path = done.stdout.strip().split("|")
    assert (host, port, user, password) == ("/x/my run", "5432", "odoo", "it's")
    assert path.startswith(f"{where.bin}:{where.venv}/bin:")


# -- Python packages


def test_pip_settings_in_uv_words(tmp_path):
    settings = {
        "index-url": "https://mirror.example/simple",
        "extra-index-url": f"file://{tmp_path} file:///gone",
        "find-links": f"{tmp_path} /gone",
        "cert": "/ca.crt",
    }
    env = python_env.uv_settings(settings, {"UV_LINK_MODE": "copy"})
    assert env == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": f"file://{tmp_path}",
        "UV_FIND_LINKS": str(tmp_path),
        "SSL_CERT_FILE": "/ca.crt",
    }


def test_users_own_uv_settings_win():
    settings = {"index-url": "https://mirror.example/simple"}
    environ = {"UV_DEFAULT_INDEX": "https://mine.example/simple"}
    assert "UV_DEFAULT_INDEX" not in python_env.uv_settings(settings, environ)


def test_environment_follows_its_lists(where):
    folder = where.root / "requirements"
    folder.mkdir()
    names = ["uv.txt", *python_env.WITH_DEPENDENCIES, *python_env.WITHOUT_DEPENDENCIES]
    for name in names:
        (folder / name).write_text("x==1\n")
    source = {"python_path": "/odoo"}
    first = python_env.environment_key(where, source)
    (folder / "test.txt").write_text("x==2\n")
    second = python_env.environment_key(where, source)
    third = python_env.environment_key(where, {"python_path": "/other"})
    assert len({first, second, third}) == 3


def test_every_package_is_pinned():
    folder = Path(__file__).resolve().parents[2] / "requirements"
    loose = [
        (path.name, line)
        for path in folder.glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.lstrip().startswith("#") and "==" not in line
    ]
    assert loose == []


def test_small_disk_is_refused(where, monkeypatch):
    class Usage:
        free = 2**30

    monkeypatch.setattr(python_env.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(Problem, match=r"Only 1\.0 GB are free"):
        python_env.have_disk(where)
    # a set-up that is there already may go on
    (where.stamps / "venv").touch()
    python_env.have_disk(where)
