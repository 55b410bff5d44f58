"""Database preparation, replica and health checks of the containers."""

import functools
import http.server
import importlib.util
import os
import socket
import stat
import subprocess
import sys
import threading

import pytest

from tests.tooling.docker_runs import DOCKER, run, write_command


def load(name):
    """Import one of the image's Python files."""
    spec = importlib.util.spec_from_file_location(name, DOCKER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


database = load("database")


@pytest.fixture
def commands(tmp_path):
    folder = tmp_path / "commands"
    folder.mkdir()
    return folder


# --- database.py -----------------------------------------------------------------

SETTINGS = {
    "db_host": "127.0.0.1",
    "db_port": "1",
    "db_user": "odoo",
    "db_password": "x",
    "db_sslmode": "prefer",
    "db_name": "service",
}


class Server:
    """A connection that only has to be closed and to take the lock."""

    statements = ()

    def close(self):
        """Nothing to close."""

    def cursor(self):
        """The server is its own cursor."""
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def execute(self, statement, parameters=()):
        """Remember what was asked for."""
        self.statements = (*self.statements, (statement, parameters))


@pytest.fixture
def story(monkeypatch, tmp_path):
    """Replace the servers by a list of what would have happened to them."""
    events = []
    installed = {name: ("installed", "19.0.1.0.0") for name in ("one", "two")}
    story = {"events": events, "state": "absent", "found": installed, "server": None}
    story["server"] = Server()
    monkeypatch.setenv("MODULES", "one, two")
    monkeypatch.setenv("LANGUAGES", "en_US,zh_CN")
    monkeypatch.setenv("ADMIN_PASSWORD", "first")
    monkeypatch.delenv("INIT_DB", raising=False)
    monkeypatch.setattr(database, "wait", lambda *_args: story["server"])
    monkeypatch.setattr(database, "find_state", lambda *_args: story["state"])
    monkeypatch.setattr(database, "read_modules", lambda *_args: story["found"])
    monkeypatch.setattr(database, "create", lambda *_args: events.append("create"))
    monkeypatch.setattr(
        database, "mark", lambda _server, _settings, text: events.append(text)
    )
    monkeypatch.setattr(
        database, "run_odoo", lambda args, script=None: events.append((args, script))
    )
    monkeypatch.setattr(database.time, "sleep", events.append)
    story["settings"] = {**SETTINGS, "addons_path": str(tmp_path)}
    return story


INSTALL = (
    [
        "--database=service",
        "--init=one,two",
        "--load-language=en_US,zh_CN",
        "--stop-after-init",
    ],
    None,
)
SHELL = ["shell", "--database=service"]
PASSWORD = (SHELL, database.ADMIN_SCRIPT + database.ASSETS_SCRIPT)


@pytest.mark.parametrize(
    ("state", "first"), [("absent", ["create"]), ("empty", []), ("initialising", [])]
)
def test_database_is_ready_only_after_modules_and_password(story, state, first):
    story["state"] = state
    database.prepare(story["settings"], 1)
    marks = [database.INITIALISING, INSTALL, PASSWORD, database.READY]
    assert story["events"] == first + marks
    assert story["server"].statements == (
        ("SELECT pg_advisory_lock(%s)", (database.LOCK_KEY,)),
    )


@pytest.mark.parametrize("state", ["ready", "foreign"])
def test_finished_and_foreign_databases_are_left_alone(story, state, capsys):
    story["state"] = state
    database.prepare(story["settings"], 1)
    assert story["events"] == []
    told = (
        "service was not made by this image: left as it is" in capsys.readouterr().out
    )
    assert told == (state == "foreign")


def test_module_that_odoo_ignored_is_an_error_and_not_marked_ready(story):
    story["found"] = {"one": ("installed", "1"), "two": ("to install", None)}
    with pytest.raises(database.Problem, match="Not installed: two"):
        database.prepare(story["settings"], 1)
    assert story["events"][-1] == INSTALL


def test_no_database_is_born_with_a_known_password(story, monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "")
    with pytest.raises(database.Problem, match="ADMIN_PASSWORD .* is missing"):
        database.prepare(story["settings"], 1)
    assert story["events"] == []


def test_first_password_can_come_from_a_file(story, monkeypatch, tmp_path):
    monkeypatch.setenv("ADMIN_PASSWORD", "")
    (tmp_path / "secret").write_text("from file\n", encoding="utf-8")
    monkeypatch.setenv("ADMIN_PASSWORD_FILE", str(tmp_path / "secret"))
    database.prepare(story["settings"], 1)
    assert os.environ["ADMIN_PASSWORD"] == "from file"
    assert story["events"][-1] == database.READY


def test_web_node_waits_for_the_node_that_creates(story, monkeypatch):
    states = iter(["absent", "initialising", "ready"])
    monkeypatch.setattr(database, "find_state", lambda *_args: next(states))
    monkeypatch.setenv("INIT_DB", "0")
    database.prepare(story["settings"], 1)
    assert story["events"] == [5, 5]


def test_web_node_gives_up_with_the_way_out(story, monkeypatch):
    monkeypatch.setenv("INIT_DB", "0")
    monkeypatch.setenv("INIT_TIMEOUT", "-1")
    with pytest.raises(database.Problem, match="absent: start a node with INIT_DB=1"):
        database.prepare(story["settings"], 1)


def test_other_versions_in_the_image_are_named(story, tmp_path, capsys):
    for name, version in (("one", "19.0.1.0.0"), ("two", "19.0.1.1.0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(
            repr({"version": version}), encoding="utf-8"
        )
    story["state"] = "ready"
    database.prepare(story["settings"], 1)
    assert capsys.readouterr().out == (
        'database: run the command "update": other versions of two\n'
    )


def test_bundles_are_built_anew_on_demand(story, monkeypatch, capsys):
    monkeypatch.setenv("ODOO_RC", "conf")
    monkeypatch.setattr(database, "read_settings", lambda _path: story["settings"])
    assert database.main(["assets"]) == 0
    assert story["events"] == [(SHELL, database.ASSETS_SCRIPT)]
    assert database.main(["other"]) == 1
    assert capsys.readouterr().out == (
        "database: ERROR: usage: database.py wait|prepare|assets\n"
    )


def test_failed_odoo_is_reported_with_its_code(commands, monkeypatch):
    write_command(commands, "odoo", "exit 3")
    monkeypatch.setenv("PATH", str(commands), prepend=os.pathsep)
    with pytest.raises(database.Problem, match="Odoo ended with code 3"):
        database.run_odoo(["--init=one"])


def test_server_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(database.time, "sleep", lambda _seconds: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        port = str(taken.getsockname()[1])
        with pytest.raises(database.Problem) as caught:
            database.wait({**SETTINGS, "db_port": port}, timeout=0.2)
    message = str(caught.value)
    assert message.startswith(f"PostgreSQL at 127.0.0.1:{port} did not answer in 0.2 s")
    assert message.endswith("Check DB_HOST, DB_PORT and that the server runs.")


def test_refused_password_is_not_waited_for(monkeypatch):
    refusal = database.psycopg2.OperationalError(
        'FATAL:  password authentication failed for user "odoo"'
    )

    def refuse(*_args):
        raise refusal

    monkeypatch.setattr(database, "connect", refuse)
    with pytest.raises(database.Problem, match="refuses user odoo: FATAL"):
        database.wait(SETTINGS, timeout=60)


# --- PostgreSQL ------------------------------------------------------------------


@pytest.fixture
def replica(tmp_path, commands):
    """Run replica.sh against stand-ins for pg_basebackup and postgres."""
    data = tmp_path / "volume" / "replica"
    data.parent.mkdir()
    write_command(
        commands,
        "pg_basebackup",
        'while [[ $1 != --pgdata ]]; do shift; done; mkdir "$2"\n'
        'echo 16 > "$2/PG_VERSION"; echo "copy as $PGPASSWORD"',
    )
    write_command(
        commands, "postgres", 'printf "%s\\n" postgres "$@" "${REPLICATION_PASSWORD:-}"'
    )

    def start(password="r"):
        return run(
            DOCKER / "postgres" / "replica.sh",
            "-c",
            "max_connections=7",
            env={
                "PGDATA": str(data),
                "PRIMARY_HOST": "db",
                "REPLICATION_USER": "replicator",
                "REPLICATION_PASSWORD": password,
            },
            path=commands,
        )

    start.data = data
    return start


def test_replica_copies_once_and_follows(replica):
    partial = replica.data.with_name("replica.partial")
    partial.mkdir()
    (partial / "PG_VERSION").write_text("cut off", encoding="utf-8")
    done = replica(password="r:\\1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["copy as r:\\1", "replica: copy of db:5432 finished"]
    passfile = replica.data / "replica.pgpass"
    assert lines[2:] == [
        "postgres",
        "-c",
        "max_connections=7",
        "-c",
        "hot_standby=on",
        "-c",
        "hot_standby_feedback=on",
        "-c",
        f"primary_conninfo=host=db port=5432 user=replicator passfile={passfile}"
        " application_name=replica",
        "",
    ]
    assert passfile.read_text(encoding="utf-8") == "*:*:*:*:r\\:\\\\1\n"
    assert stat.S_IMODE(passfile.stat().st_mode) == 0o600
    assert (replica.data / "standby.signal").exists()
    assert (replica.data / "PG_VERSION").read_text(encoding="utf-8") == "16\n"
    assert not partial.exists()


def test_replica_takes_over_a_changed_password_without_a_new_copy(replica):
    replica()
    done = replica(password="new")
    assert done.stdout.splitlines()[0] == "postgres"
    passfile = replica.data / "replica.pgpass"
    assert passfile.read_text(encoding="utf-8") == "*:*:*:*:new\n"


@pytest.mark.parametrize(
    ("role", "answer", "code"),
    [("primary", "t", 0), ("primary", "f", 1), ("replica", "t", 0), ("replica", "", 1)],
)
def test_database_health_depends_on_the_role(commands, role, answer, code):
    write_command(commands, "pg_isready", 'echo "$*" >&2')
    write_command(
        commands,
        "psql",
        'echo "${@: -1}" >&2; [[ "${@: -1}" != *recovery* ]] || echo ' + repr(answer),
    )
    done = run(DOCKER / "postgres" / "health.sh", role, env={}, path=commands)
    assert done.returncode == code
    assert "--host 127.0.0.1" in done.stderr
    assert ("NOT pg_is_in_recovery()" in done.stderr) == (role == "primary")
    assert ("pg_stat_wal_receiver" in done.stderr) == (role == "replica")


@pytest.mark.parametrize(
    ("present", "configured", "change"),
    [
        ("replica", "", "ALTER SYSTEM SET synchronous_standby_names = 'replica'"),
        ("", "replica", "ALTER SYSTEM SET synchronous_standby_names = ''"),
        ("replica", "replica", None),
        ("", "", None),
    ],
)
def test_commits_wait_for_a_replica_only_while_there_is_one(
    commands, tmp_path, present, configured, change
):
    asked = tmp_path / "asked"
    write_command(commands, "pg_isready", "")
    write_command(
        commands,
        "psql",
        f'echo "${{@: -1}}" >> {asked}\n'
        'case "${@: -1}" in\n'
        "*pg_is_in_recovery*) echo t ;;\n"
        f"*pg_stat_replication*) echo {present} ;;\n"
        f"SHOW*) echo {configured} ;;\n"
        "esac",
    )
    script = DOCKER / "postgres" / "health.sh"
    assert run(script, "primary", env={}, path=commands).returncode == 0
    changes = [
        line
        for line in asked.read_text(encoding="utf-8").splitlines()
        if line.startswith(("ALTER", "SELECT pg_reload_conf"))
    ]
    assert changes == ([change, "SELECT pg_reload_conf()"] if change else [])


def test_database_that_refuses_tcp_is_not_healthy(commands):
    write_command(commands, "pg_isready", "exit 2")
    write_command(commands, "psql", "echo t")
    script = DOCKER / "postgres" / "health.sh"
    assert run(script, "primary", env={}, path=commands).returncode == 2


# --- health.py -------------------------------------------------------------------


class Answer(http.server.BaseHTTPRequestHandler):
    """Answer every request with the body and status of the test."""

    def __init__(self, status, body, *args):
        self.status, self.body = status, body
        super().__init__(*args)

    def do_GET(self):
        """Send the answer for the one path of the health check."""
        self.send_response(self.status if self.path == "/web/health" else 404)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args):
        """Keep the test's output clean."""


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b'{"status": "pass"}', 0),
        (200, b'{"status": "fail"}', 1),
        (500, b'{"status": "pass"}', 1),
        (200, b"<html>", 1),
    ],
)
def test_health_is_what_odoo_answers(status, body, code):
    handler = functools.partial(Answer, status, body)
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {
            **os.environ,
            "HTTP_PORT": str(server.server_port),
            "HTTP_INTERFACE": "0.0.0.0",
            "http_proxy": "http://127.0.0.1:1",
        }
        done = subprocess.run(
            [sys.executable, DOCKER / "health.py"], env=env, check=False
        )
        server.shutdown()
    assert done.returncode == code


def test_health_fails_when_nobody_answers():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        env = {**os.environ, "HTTP_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, DOCKER / "health.py"], env=env, check=False
        )
    assert done.returncode == 1
