"""The demo's server: pid files, ports, start, end."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from suite import server
from suite.console import Problem
from suite.demo import demo_port
from suite.server import DemoServer

WEB = """\
import http.server, sys
port = int(sys.argv[sys.argv.index("--http-port") + 1])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/web/login" else 404)
        self.end_headers()
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def fake_odoo(where, free_port):
    """A server whose "Odoo" is a small web server."""
    (where.root / "odoo").mkdir()
    (where.root / "odoo" / "__main__.py").write_text(WEB)
    where.python.parent.mkdir(parents=True)
    where.python.symlink_to(sys.executable)
    demo = DemoServer(where, free_port, "db")
    yield demo
    demo.stop()


def test_start_wait_and_stop(fake_odoo):
    fake_odoo.start()
    assert fake_odoo.answers()
    assert fake_odoo.running_port() == fake_odoo.port
    pid = fake_odoo.running_pid()
    assert pid
    assert fake_odoo.stop()
    # our own child: a zombie counts as gone
    assert server.gone(pid, 1)
    assert not fake_odoo.pid_file.exists()
    assert not fake_odoo.stop()


def test_killed_server_is_noticed_and_started_again(fake_odoo):
    fake_odoo.start()
    pid = fake_odoo.running_pid()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert fake_odoo.running_pid() is None
    fake_odoo.start()
    assert fake_odoo.running_pid() not in (None, pid)


def test_stale_pid_of_another_program_is_left_alone(where, free_port):
    demo = DemoServer(where, free_port, "db")
    other = subprocess.Popen(["sleep", "30"])
    try:
        demo.pid_file.write_text(f"{other.pid} {free_port}")
        assert demo.running_pid() is None
        assert not demo.pid_file.exists()
        demo.pid_file.write_text(f"{other.pid} {free_port}")
        assert demo.stop() is False
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("content", ["", "rubbish", "999999999 8069"])
def test_broken_pid_file(where, content):
    demo = DemoServer(where, 8069, "db")
    demo.pid_file.write_text(content)
    assert demo.running_pid() is None


def test_odoo_that_dies_shows_its_last_lines(fake_odoo):
    program = fake_odoo.where.root / "odoo" / "__main__.py"
    program.write_text("print('database \"db\" is broken'); raise SystemExit(3)")
    with pytest.raises(Problem, match='database "db" is broken') as caught:
        fake_odoo.start()
    assert str(fake_odoo.log) in caught.value.way_out
    assert not fake_odoo.pid_file.exists()


def test_odoo_that_never_answers(fake_odoo, monkeypatch):
    program = fake_odoo.where.root / "odoo" / "__main__.py"
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(server, "START_PATIENCE", 1)
    with pytest.raises(Problem, match="does not answer"):
        fake_odoo.start()
    assert fake_odoo.running_pid()


def test_taken_port_names_owner_and_way_out(fake_odoo):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", fake_odoo.port))
        listener.listen()
        with pytest.raises(Problem) as caught:
            fake_odoo.start()
    assert caught.value.cause.startswith(f"Port {fake_odoo.port} is taken by ")
    assert f"(process {os.getpid()})" in caught.value.cause
    assert f"DEMO_PORT={fake_odoo.port + 1} make demo" in caught.value.way_out


def test_owner_that_cannot_be_seen(tmp_path, monkeypatch):
    assert server.port_owner(8069, tmp_path) == ""
    monkeypatch.setattr(server, "port_owner", lambda port: "")
    assert server.port_taken(8069).cause == "Port 8069 is taken."


def test_only_listeners_of_that_port(tmp_path):
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "tcp").write_text(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
        "   uid  timeout inode\n"
        "   0: 0100007F:1F85 00000000:0000 0A 0:0 00:0 0 0 0 777 1\n"
        "   1: 0100007F:1F85 0100007F:9999 01 0:0 00:0 0 0 0 888 1\n"
        "   2: 0100007F:1F86 00000000:0000 0A 0:0 00:0 0 0 0 999 1\n"
    )
    assert server.listening_inodes(8069, tmp_path) == {"socket:[777]"}


@pytest.mark.parametrize(
    ("environ", "port"),
    [({}, 8069), ({"DEMO_PORT": ""}, 8069), ({"DEMO_PORT": "1"}, 1)],
)
def test_demo_port(environ, port):
    assert demo_port(environ) == port


@pytest.mark.parametrize("value", ["http", "-1", "0", "65536", "80 69"])
def test_demo_port_that_is_none(value):
    with pytest.raises(Problem, match="is no port"):
        demo_port({"DEMO_PORT": value})


def test_waiting_for_the_end_has_an_end():
    start = time.monotonic()
    assert not server.gone(os.getpid(), 0.3)
    assert time.monotonic() - start < 5
