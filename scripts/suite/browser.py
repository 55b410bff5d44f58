"""Chromium for tours and pictures, wkhtmltopdf and Chinese fonts for PDFs."""

import glob
import platform
import shlex
from pathlib import Path

from . import debian
from .console import Problem, warn
from .paths import remove, set_stamp, stamp_is, write_atomically
from .shell import run, which

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
FONT_PATTERN = "share/fonts/opentype/noto/NotoSansCJK*"


def missing_packages(where):
    """Debian packages for what the machine lacks."""
    packages = []
    if not any(_foreign(which(name, where), where) for name in BROWSERS):
        packages.append("chromium")
    if not _foreign(which("wkhtmltopdf", where), where):
        packages.append("wkhtmltopdf")
    if not glob.glob("/usr/" + FONT_PATTERN):
        packages.append("fonts-noto-cjk")
    return packages


def _foreign(path, where):
    """A program that is not one of our own wrappers."""
    return bool(path) and Path(path).parent != where.bin


def ensure(where, required=True):
    """Have browser, PDF program and fonts; returns what stays missing."""
    packages = missing_packages(where)
    if not packages:
        return []
    key = " ".join(packages)
    target = where.base / "desktop"
    if not stamp_is(where, "desktop", key):
        reason = debian.unavailable_reason()
        if reason:
            return _without(packages, reason, required)
        debian.announce(packages)
        apt = debian.PrivateApt(where)
        apt.setup()
        apt.update()
        remove(apt.home / "archives")
        archives = apt.download_missing([*packages, "fontconfig-config"])
        debian.unpack_loosely(archives, target, where)
        write_wrappers(where, target)
        set_stamp(where, "desktop", key)
    return []


def _without(packages, reason, required):
    """Say what is lost, or stop where tests need the browser."""
    if required and "chromium" in packages:
        raise Problem(
            f"No Chromium on this machine and no way to fetch it: {reason}.",
            "install chromium (or google-chrome), wkhtmltopdf and a CJK font.",
        )
    warn(f"not available ({reason}): {', '.join(packages)}. PDF reports suffer.")
    return packages


def write_wrappers(where, target):
    """Start the unpacked programs with their own libraries and fonts."""
    fonts = where.base / "fonts.conf"
    write_atomically(fonts, fonts_conf(where, target))
    for name, program in programs(target).items():
        write_atomically(where.bin / name, wrapper(where, target, program), 0o755)


def programs(target):
    """Wrapper name → unpacked program."""
    found = {
        "chromium": target / "usr/lib/chromium/chromium",
        "wkhtmltopdf": target / "usr/bin/wkhtmltopdf",
        "wkhtmltoimage": target / "usr/bin/wkhtmltoimage",
    }
    return {name: path for name, path in found.items() if path.exists()}


def library_folders(target):
    """Folders of the unpacked shared libraries."""
    triplet = f"{platform.machine()}-linux-gnu"
    tops = [target / "usr/lib" / triplet, target / "lib" / triplet]
    folders = [str(top) for top in tops]
    for top in tops:
        folders += [str(Path(p).parent) for p in glob.glob(f"{top}/*/lib*.so*")]
    return list(dict.fromkeys(folders))


def wrapper(where, target, program):
    """A shell script that runs ``program`` from its unpacked place."""
    quote = shlex.quote
    libraries = ":".join(library_folders(target))
    plugins = glob.glob(str(target / "usr/lib/*-linux-gnu/qt5/plugins"))
    lines = [
        "#!/bin/sh",
        f"export LD_LIBRARY_PATH={quote(libraries)}"
        "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}",
        f"export FONTCONFIG_FILE={quote(str(where.base / 'fonts.conf'))}",
        f"export XDG_CONFIG_HOME={quote(str(where.cache / 'config'))}",
        f"export XDG_CACHE_HOME={quote(str(where.cache))}",
        "export QT_QPA_PLATFORM=offscreen",
    ]
    if plugins:
        lines.append(f"export QT_PLUGIN_PATH={quote(plugins[0])}")
    lines.append(f'exec {quote(str(program))} "$@"')
    return "\n".join(lines) + "\n"


def fonts_conf(where, target):
    """A fontconfig file over the machine's and the unpacked fonts."""
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{target}/usr/share/fonts</dir>
  <dir>{where.debian}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{where.cache}/fontconfig</cachedir>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family>
    <family>Noto Sans CJK SC</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family>
    <family>Noto Serif CJK SC</family></prefer></alias>
</fontconfig>
"""


def versions(where):
    """One line per program, for the proof that they start."""
    lines = []
    for name in ("chromium", "wkhtmltopdf"):
        path = next(filter(None, (which(n, where) for n in (name, *BROWSERS))), None)
        path = which(name, where) or (path if name == "chromium" else None)
        if path:
            done = run([path, "--version"], name, where, check=False)
            lines.append(done.stdout.strip().splitlines()[-1])
    return lines
