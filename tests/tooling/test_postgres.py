"""PostgreSQL: which server is taken, and the life of a private one."""

import dataclasses
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from suite import postgres
from suite.console import Problem
from suite.paths import Layout
from suite.paths import layout as real
from suite.postgres import Cluster, Server
from suite.shell import private_env


def test_named_server_is_taken(monkeypatch):
    server = postgres.given_server({"PGHOST": "db", "PGUSER": "me"}, None)
    assert dataclasses.astuple(server) == ("db", 5432, "me", "", False)
    assert postgres.given_server({"PGPORT": "5433"}, None) is None


def test_own_exported_server_is_not_a_named_one():
    own = Server("/x/.odoo/run", 5432, "odoo")
    assert postgres.given_server(own.variables(), own) is None
    other = {**own.variables(), "PGPORT": "5433"}
    assert postgres.given_server(other, own).port == 5433


def test_named_server_that_is_not_there(where):
    server = Server("127.0.0.1", 1, "nobody", private=False)
    layout = dataclasses.replace(where)
    layout.venv.parent.mkdir(exist_ok=True)
    layout.venv.symlink_to(real.venv)
    with pytest.raises(Problem, match="PGHOST=127.0.0.1 PGPORT=1") as caught:
        postgres.check_given(layout, server)
    assert "unset PGHOST" in caught.value.way_out


def test_socket_inside_the_checkout(where):
    layout = Layout(Path("/srv/suite"))
    assert postgres.plan_private(layout) == Server("/srv/suite/.odoo/run", 5432, "odoo")


def test_long_path_takes_a_local_port_and_a_password():
    server = postgres.plan_private(Layout(Path("/srv/" + "x" * 100)))
    assert server.host == "127.0.0.1"
    assert server.port > 1023
    assert len(server.password) >= 24
    assert server.variables()["PGPASSWORD"] == server.password
    text = postgres.settings_text(real, server)
    assert "listen_addresses = '127.0.0.1'" in text
    assert "unix_socket_directories = ''" in text


def test_socket_server_does_not_listen_on_the_network():
    text = postgres.settings_text(real, Server(str(real.run), 5432, "odoo"))
    assert "listen_addresses = ''" in text
    assert f"unix_socket_directories = '{real.run}'" in text


@pytest.fixture
def fake_server(tmp_path, program):
    """Programs of a PostgreSQL of a wanted version."""

    def make(version, gist=True):
        share = tmp_path / "share"
        (share / "extension").mkdir(parents=True)
        if gist:
            (share / "extension" / "btree_gist.control").touch()
        for name in postgres.PROGRAMS:
            program(name, f"echo 'postgres (PostgreSQL) {version}'")
        return program("pg_config", f"echo {share}").parent

    return make


def test_usable_server(fake_server):
    assert postgres.usable(fake_server("15.3"))


def test_server_that_is_too_old(fake_server):
    assert not postgres.usable(fake_server("12.9"))


def test_server_without_the_extension(fake_server):
    assert not postgres.usable(fake_server("17.1", gist=False))


def test_client_programs_alone_are_no_server(fake_server):
    folder = fake_server("15.3")
    (folder / "initdb").unlink()
    assert not postgres.usable(folder)


def test_no_server_at_all(where, monkeypatch):
    monkeypatch.setattr(postgres, "installed_folders", lambda environ: [])
    monkeypatch.setattr(postgres, "binaries_of_wheel", lambda where: None)
    monkeypatch.setattr(postgres, "binaries_of_debian", lambda where: None)
    with pytest.raises(Problem, match="No PostgreSQL server") as caught:
        postgres.find_binaries(where)
    assert "PGHOST" in caught.value.way_out


def test_data_of_another_version_are_kept(where, fake_server):
    where.pgdata.mkdir()
    (where.pgdata / "PG_VERSION").write_text("14\n")
    (where.stamps / "pgdata").write_text("14")
    cluster = Cluster(where, fake_server("15.3"), Server(str(where.run), 5432, "odoo"))
    with pytest.raises(Problem, match="belong to PostgreSQL 14") as caught:
        cluster._refuse_other_version()
    assert "make clean" in caught.value.way_out


def test_files_of_a_killed_server_are_removed(where):
    where.pgdata.mkdir()
    pid_file = where.pgdata / "postmaster.pid"
    # the number now belongs to another process: this one
    pid_file.write_text(f"{os.getpid()}\n{where.pgdata}\n")
    lock = where.run / ".s.PGSQL.5432.lock"
    lock.write_text(f"{os.getpid()}\n")
    (where.run / "demo.pid").touch()
    assert postgres.server_process(where.pgdata) is None
    assert postgres.drop_stale_files(where.pgdata, where.run) == [pid_file, lock]
    assert postgres.drop_stale_files(where.pgdata, where.run) == []
    assert (where.run / "demo.pid").exists()


def test_nothing_is_removed_while_a_process_works_there(where):
    where.pgdata.mkdir()
    pid_file = where.pgdata / "postmaster.pid"
    pid_file.write_text("1\n")
    with subprocess.Popen(["sleep", "30"], cwd=where.pgdata) as worker:
        try:
            with pytest.raises(
                Problem, match=rf"left processes behind: \[{worker.pid}"
            ):
                postgres.drop_stale_files(where.pgdata, where.run, patience=0.3)
            assert pid_file.exists()
        finally:
            worker.kill()


def answers(server):
    """What the server says, asked with psql."""
    command = ["psql", "-d", "postgres", "-Atc", "SELECT current_user"]
    env = private_env(real, **server.variables())
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@pytest.mark.parametrize("kind", ["socket", "port"])
def test_life_of_a_private_server(where, kind):
    """Create, use, kill without mercy, recover, stop: with a real server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if kind == "socket":
        server = Server(str(where.run), 5432, "odoo")
    else:
        server = Server("127.0.0.1", port, "odoo", "secret")
    cluster = Cluster(where, postgres.find_binaries(real), server)
    cluster.create()
    cluster.start()
    try:
        assert answers(server) == "odoo"
        if kind == "port":
            assert answers(dataclasses.replace(server, password="wrong")) == ""
        pid = postgres.server_process(where.pgdata)
        cluster.start()
        assert postgres.server_process(where.pgdata) == pid
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}/exe").exists():
            time.sleep(0.05)
        assert answers(server) == ""
        cluster.create()
        cluster.start()
        assert answers(server) == "odoo"
    finally:
        assert cluster.stop()
    assert postgres.server_process(where.pgdata) is None
    assert not cluster.stop()
