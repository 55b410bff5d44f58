"""Running other programs: private caches, logs, and failures that explain."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import time

from .console import DISK_FULL_MARKS, Problem, disk_full_problem, say
from .paths import layout as default_layout

NETWORK_MARKS = (
    "Could not resolve",
    "Could not connect",
    "Unable to connect",
    "Temporary failure resolving",
    "Temporary failure in name resolution",
    "Connection refused",
    "Connection timed out",
    "Network is unreachable",
    "ENOTFOUND",
    "EAI_AGAIN",
    "dns error",
    "tcp connect error",
    "Failed to establish a new connection",
)
TAIL_LINES = 25


def private_env(where=default_layout, **extra):
    """The environment of every child: tools of .odoo first, caches inside it."""
    env = dict(os.environ)
    env.pop("PYTHONHOME", None)
    env.pop("PYTHONPATH", None)
    env.pop("VIRTUAL_ENV", None)
    cache = where.cache
    env.update(
        {
            "PATH": os.pathsep.join(
                [str(where.bin), str(where.venv / "bin"), env.get("PATH", os.defpath)]
            ),
            "XDG_CACHE_HOME": str(cache),
            "XDG_DATA_HOME": str(cache / "share"),
            "PIP_CACHE_DIR": str(cache / "pip"),
            "UV_CACHE_DIR": str(cache / "uv"),
            "npm_config_cache": str(cache / "npm"),
            "npm_config_update_notifier": "false",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
            # wkhtmltopdf without a screen
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }
    )
    env.update({key: str(value) for key, value in extra.items()})
    return env


def tail(text, lines=TAIL_LINES):
    """The last lines of a log, indented for the screen."""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


def failure(what, output, log=None):
    """The Problem that fits the output of a failed program."""
    if any(mark in output for mark in DISK_FULL_MARKS):
        return disk_full_problem(default_layout.base)
    cause = f"{what} failed. Its last lines:\n{tail(output)}"
    way_out = f"the whole output is in {log}." if log else "see the lines above."
    if any(mark in output for mark in NETWORK_MARKS):
        way_out = (
            "it looks like the network or a proxy; check the connection and run the "
            "same command again, finished steps are kept."
        )
    return Problem(cause, way_out)


def run(command, what, where=default_layout, *, log=None, env=None, check=True, **kw):
    """Run a program, keep its output in a log and return the finished process."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(
            command,
            env=env or private_env(where),
            stdin=kw.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **kw,
        )
    except FileNotFoundError:
        raise Problem(
            f"{what}: the program {command[0]} is not on this machine.",
            "install it or put it on PATH, then run the same command again.",
        ) from None
    log_path = None
    if log:
        log_path = where.log / log
        log_path.parent.mkdir(parents=True, exist_ok=True)
        log_path.write_text(done.stdout, encoding="utf-8")
    if check and done.returncode:
        raise failure(what, done.stdout, log_path)
    return done


def which(program, where=default_layout):
    """Path of a program as our children would find it."""
    return shutil.which(program, path=private_env(where)["PATH"])


@contextlib.contextmanager
def locked(where=default_layout, name="setup"):
    """Let one run at a time change ``.odoo/``; the others wait and say so.

    The kernel drops the lock with its process, so a killed run leaves none.
    """
    where.run.mkdir(parents=True, exist_ok=True)
    path = where.run / f"{name}.lock"
    with path.open("a+", encoding="utf-8") as handle:
        _wait_for_lock(handle, path)
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _wait_for_lock(handle, path, patience=1800):
    """Block until the lock is ours, at most ``patience`` seconds."""
    announced = False
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            if not announced:
                say(f"  another run (process {owner}) is at work, waiting for it …")
                announced = True
            if time.monotonic() > deadline:
                raise Problem(
                    f"Process {owner} has held {path} for {patience // 60} minutes.",
                    f"look at it with `ps {owner}`; stop it if it hangs, then retry.",
                ) from None
            time.sleep(0.5)
