"""The demo's Odoo server in the background: start, wait, recognise, stop."""

import errno
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .console import Problem
from .paths import write_atomically
from .shell import private_env, tail

START_PATIENCE = 240
STOP_PATIENCE = 20


class DemoServer:
    """One Odoo process, known by its pid file and its command line."""

    def __init__(self, where, port, database, variables=None):
        self.where = where
        self.port = port
        self.database = database
        self.variables = variables or {}
        self.pid_file = where.run / "demo.pid"
        self.log = where.log / "demo.log"

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def running_pid(self):
        """Process id of our server, or None; a stale pid file is removed."""
        try:
            pid = int(self.pid_file.read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return None
        if os.fsencode(self.where.conf) in command_line(pid):
            return pid
        self.pid_file.unlink(missing_ok=True)
        return None

    def running_port(self):
        """The port that the running server was started with."""
        try:
            return int(self.pid_file.read_text(encoding="utf-8").split()[1])
        except (OSError, ValueError, IndexError):
            return None

    def start(self):
        """Start the server and wait for its login page."""
        if not port_is_free(self.port):
            raise port_taken(self.port)
        command = [self.where.python, "-m", "odoo", "-c", self.where.conf]
        command += ["-d", self.database, "--http-port", self.port]
        with self.log.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.where.root,
                env=private_env(self.where, **self.variables),
            )
        write_atomically(self.pid_file, f"{process.pid} {self.port}\n")
        self._wait(process)

    def _wait(self, process):
        """Until the login page answers, or the process is gone."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self.pid_file.unlink(missing_ok=True)
                raise Problem(
                    f"Odoo stopped at once. Its last lines:\n{tail(self._log_text())}",
                    f"the whole log is {self.log}.",
                )
            if self.answers():
                return
            time.sleep(0.3)
        raise Problem(
            f"Odoo does not answer on {self.address} after {START_PATIENCE} s. Its "
            f"last lines:\n{tail(self._log_text())}",
            f"look into {self.log}; `make stop` ends the process.",
        )

    def _log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def answers(self):
        """Whether the login page of our database answers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.address}/web/login", timeout=30) as response:
                return response.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def stop(self):
        """End our server; returns whether one was running."""
        pid = self.running_pid()
        if pid is None:
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                break
            if gone(pid, STOP_PATIENCE):
                break
        self.pid_file.unlink(missing_ok=True)
        return True


def command_line(pid):
    """Arguments of a process, empty where there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def gone(pid, patience):
    """Wait for the end of a process; a zombie counts as gone."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not command_line(pid) or command_line(pid) == [b""]:
            return True
        time.sleep(0.1)
    return False


def port_is_free(port):
    """Whether we may listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            if error.errno == errno.EACCES:
                raise Problem(
                    f"Port {port} is reserved for the administrator.",
                    "take one above 1023: DEMO_PORT=8090 make demo",
                ) from None
            raise
    return True


def port_taken(port):
    """The Problem of a port that somebody else holds, with their name if known."""
    owner = port_owner(port)
    by = f" by {owner}" if owner else ""
    return Problem(
        f"Port {port} is taken{by}.",
        f"stop that program, or take another port: DEMO_PORT={port + 1} make demo",
    )


def port_owner(port, proc=Path("/proc")):
    """Name and number of the process that listens on a local port, if visible."""
    inodes = listening_inodes(port, proc)
    if not inodes:
        return ""
    for folder in proc.glob("[0-9]*"):
        try:
            for descriptor in (folder / "fd").iterdir():
                if os.readlink(descriptor) in inodes:
                    name = (folder / "comm").read_text(encoding="utf-8").strip()
                    return f"{name} (process {folder.name})"
        except OSError:
            continue
    return ""


def listening_inodes(port, proc=Path("/proc")):
    """Socket names as /proc shows them for whoever listens on ``port``."""
    found = set()
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text(encoding="utf-8").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            # state 0A is LISTEN
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
