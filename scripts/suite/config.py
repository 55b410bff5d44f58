"""The two files that everything else reads: ``odoo.conf`` and ``env.sh``."""

import os
import secrets
import shlex

from .paths import write_atomically

HTTP_PORT = 8069


def admin_password(where):
    """A random master password, kept from run to run."""
    path = where.base / "master-password"
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(24) + "\n", 0o600)
    return path.read_text(encoding="utf-8").strip()


def conf_text(where, source, server):
    """Text of ``.odoo/odoo.conf``."""
    options = {
        "addons_path": ",".join([str(where.root), *source["addons"]]),
        "data_dir": where.base / "data",
        "admin_passwd": admin_password(where),
        "bin_path": where.bin,
        "db_host": server.host,
        "db_port": server.port,
        "db_user": server.user,
        "db_maxconn": 32,
        "http_interface": "127.0.0.1",
        "screenshots": where.log / "tours",
        "http_port": HTTP_PORT,
        "list_db": False,
        "max_cron_threads": 1,
        "workers": 0,
        # One import of 100,000 rows or one registry must fit; the defaults do not.
        "limit_time_cpu": 3600,
        "limit_time_real": 7200,
    }
    if server.password:
        options["db_password"] = server.password
    lines = (f"{name} = {value}" for name, value in options.items())
    return "[options]\n" + "\n".join(lines) + "\n"


def env_text(where, server):
    """Text of ``.odoo/env.sh``."""
    variables = server.variables()
    lines = ["# source this file: the suite's tools and its PostgreSQL"]
    for name, value in variables.items():
        lines.append(f"export {name}={shlex.quote(value)}")
    lines.append("export QT_QPA_PLATFORM=offscreen")
    folders = os.pathsep.join([str(where.bin), str(where.venv / "bin")])
    lines.append(f"export PATH={shlex.quote(folders)}:$PATH")
    return "\n".join(lines) + "\n"


def write(where, source, server):
    """Write both files, readable for their owner only (they hold passwords)."""
    (where.base / "data").mkdir(exist_ok=True)
    write_atomically(where.conf, conf_text(where, source, server), 0o600)
    write_atomically(where.base / "env.sh", env_text(where, server), 0o600)
