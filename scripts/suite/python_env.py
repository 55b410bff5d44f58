"""The virtual environment: pinned Python packages, Odoo by a ``.pth`` file."""

import glob
import hashlib
import os
import shutil
import sys

from . import debian
from .console import Problem, say
from .paths import ODOO_SERIES, remove, set_stamp, stamp_is, write_atomically
from .shell import private_env, run

WITH_DEPENDENCIES = ("odoo.txt", "test.txt", "lint.txt")
WITHOUT_DEPENDENCIES = ("oca.txt",)


def ensure(where, source):
    """Create or refresh ``.odoo/venv`` for the given Odoo source."""
    key = environment_key(where, source)
    if stamp_is(where, "venv", key) and works(where):
        return
    if not works(where):
        remove(where.venv)
        create(where)
    pip = installer(where)
    requirements = where.root / "requirements"
    command = [*pip, "install"]
    for name in WITH_DEPENDENCIES:
        command += ["-r", requirements / name]
    install(where, command, "Installing Python packages")
    command = [*pip, "install", "--no-deps"]
    for name in WITHOUT_DEPENDENCIES:
        command += ["-r", requirements / name]
    install(where, command, "Installing OCA modules")
    link_odoo(where, source)
    set_stamp(where, "venv", key)


def environment_key(where, source):
    """Changes whenever the packages or the Odoo source change."""
    digest = hashlib.sha256(f"{sys.version}\n{source['python_path']}\n".encode())
    for name in ("uv.txt", *WITH_DEPENDENCIES, *WITHOUT_DEPENDENCIES):
        digest.update((where.root / "requirements" / name).read_bytes())
    return digest.hexdigest()


def works(where):
    """Whether the environment's Python starts (a copied checkout's does not)."""
    if not where.python.exists():
        return False
    code = "import sys; print(sys.prefix)"
    try:
        done = run([where.python, "-c", code], "Trying Python", where, check=False)
    except Problem:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(where.venv)


def create(where):
    """Make the environment; pip comes from ensurepip or from Debian's wheel."""
    command = [sys.executable, "-m", "venv", where.venv]
    done = run(command, "Creating the environment", where, check=False, log="venv.log")
    if done.returncode == 0:
        return
    remove(where.venv)
    command.insert(3, "--without-pip")
    run(command, "Creating the environment", where, log="venv.log")


def installer(where):
    """The command that installs packages: uv where it works, else pip."""
    pip = bare_pip(where)
    uv = where.venv / "bin" / "uv"
    uv_pin = where.root / "requirements" / "uv.txt"
    done = run(
        [*pip, "install", "-q", "-r", uv_pin],
        "Installing uv",
        where,
        check=False,
        log="uv.log",
    )
    if done.returncode or not uv.exists():
        say("  uv cannot be installed here, pip does the work (slower)")
        return pip
    return [uv, "pip"]


def bare_pip(where):
    """pip of the environment, or Debian's pip wheel where ensurepip is missing."""
    probe = run([where.python, "-m", "pip", "--version"], "pip", where, check=False)
    if probe.returncode == 0:
        return [where.python, "-m", "pip"]
    return [where.python, pip_wheel(where) + "/pip"]


def pip_wheel(where):
    """Path of a pip wheel: the machine's, or Debian's package unpacked."""
    pattern = "usr/share/python-wheels/pip-*.whl"
    found = glob.glob("/" + pattern)
    if not found and not debian.unavailable_reason():
        apt = debian.PrivateApt(where)
        apt.setup()
        apt.update()
        target = where.base / "pip-wheel"
        debian.unpack(apt.download(["python3-pip-whl"]), target, where)
        found = glob.glob(str(target / pattern))
    if not found:
        raise Problem(
            "This Python has neither pip nor ensurepip.",
            "install your system's python3-venv package, or run make with "
            "PYTHON=/path/to/another/python3.",
        )
    return found[0]


def install(where, command, what):
    """Run an install; uv gets the machine's pip configuration handed on."""
    uses_uv = str(command[0]).endswith("uv")
    env = private_env(where, VIRTUAL_ENV=where.venv)
    if uses_uv:
        env.update(uv_settings(pip_configuration(where), os.environ))
    done = run(command, what, where, env=env, check=not uses_uv, log="python.log")
    if done.returncode:
        # uv is stricter than pip about indexes and certificates: let pip decide.
        command = [*bare_pip(where), *command[2:]]
        run(command, what, where, log="python.log")


def pip_configuration(where):
    """What ``pip config list`` says, environment variables included."""
    done = run(
        [*bare_pip(where), "config", "list"],
        "Reading pip's configuration",
        where,
        check=False,
    )
    settings = {}
    for line in done.stdout.splitlines():
        key, separator, value = line.partition("=")
        if separator and "." in key:
            name = key.rsplit(".", 1)[1].replace("_", "-")
            settings[name] = value.strip().strip("'\"").replace("\\n", " ").strip()
    return settings


def uv_settings(settings, environ):
    """pip's index settings in uv's words; what the user set for uv wins."""
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    env = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for name, variable in words.items():
        value = settings.get(name)
        if name in ("extra-index-url", "find-links"):
            separator = "," if name == "find-links" else " "
            addresses = map(_existing, (value or "").split())
            value = separator.join(filter(None, addresses))
        if value:
            env[variable] = value
    return {key: value for key, value in env.items() if not environ.get(key)}


def _existing(address):
    """Drop local folders that are not there: pip ignores them, uv stops."""
    path = address.removeprefix("file://")
    if path.startswith("/") and not os.path.isdir(path):
        return None
    return address


def link_odoo(where, source):
    """Make Odoo importable and visible as a distribution named ``odoo``."""
    packages = site_packages(where)
    write_atomically(packages / "odoo-source.pth", source["python_path"] + "\n")
    info = packages / f"odoo-{ODOO_SERIES}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: odoo\nVersion: {ODOO_SERIES}\n"
    write_atomically(info / "METADATA", metadata)
    write_atomically(info / "INSTALLER", "aftersales\n")
    write_atomically(info / "RECORD", "")


def site_packages(where):
    """The environment's folder of packages."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return where.venv / "lib" / version / "site-packages"


def install_extra(where, name):
    """Install one more pinned list (``screenshots.txt``) on demand."""
    requirements = where.root / "requirements" / name
    key = requirements.read_text(encoding="utf-8")
    if stamp_is(where, name, key):
        return
    uv = where.venv / "bin" / "uv"
    pip = [uv, "pip"] if uv.exists() else bare_pip(where)
    install(where, [*pip, "install", "-r", requirements], f"Installing {name}")
    set_stamp(where, name, key)


def have_disk(where, gigabytes=3):
    """Stop early where the disk cannot hold the environment."""
    probe = where.root
    free = shutil.disk_usage(probe).free
    if free < gigabytes * 2**30 and not (where.stamps / "venv").exists():
        raise Problem(
            f"Only {free / 2**30:.1f} GB are free on the disk of {probe}; the set-up "
            f"needs {gigabytes} GB.",
            "free some space, or put the checkout on a larger disk.",
        )
