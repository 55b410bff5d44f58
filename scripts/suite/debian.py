"""Debian packages without installing them: a private apt, ``dpkg -x``, link check.

Everything lives below ``.odoo/``: lists, archives and the unpacked tree. The mirror
address and the keyring are the machine's own, so apt checks signatures as usual.
"""

import dataclasses
import os
import re
import shutil
import time
from pathlib import Path

from .console import Problem, say
from .paths import (
    finish_partial,
    fresh_partial,
    remove,
    set_stamp,
    stamp_is,
    write_atomically,
)
from .shell import failure, private_env, run

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ODOO_SUITE = "sid"
FONT_SUITE = "bookworm"
# The C library must be the machine's own, whatever the closure asks for.
NEVER_UNPACK = ("libc6_", "libc-bin_", "libc6-", "libgcc-s1_", "libcrypt1_")


@dataclasses.dataclass(frozen=True)
class Source:
    """One line of an apt sources list."""

    uri: str
    suite: str
    components: tuple
    signed_by: str = ""


def parse_one_line(text):
    """Sources of a classic ``sources.list``."""
    sources = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        match = re.match(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<rest>.+)", line)
        if not match:
            continue
        uri, suite, *components = match["rest"].split()
        signed = re.search(r"signed-by=(\S+)", match["options"] or "")
        sources.append(
            Source(uri, suite, tuple(components), signed[1] if signed else "")
        )
    return sources


def parse_deb822(text):
    """Sources of a ``*.sources`` file."""
    sources = []
    for block in re.split(r"\n\s*\n", text):
        fields = _deb822_fields(block)
        if fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        if "deb" not in fields.get("types", "").split():
            continue
        signed = fields.get("signed-by", "")
        # A key written into the file itself is no path; apt's default serves.
        signed = signed if signed.startswith("/") else ""
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                sources.append(Source(uri, suite, components, signed))
    return sources


def _deb822_fields(block):
    """Field names in lower case with their folded values."""
    fields, current = {}, None
    for line in block.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and current:
            fields[current] += " " + line.strip()
        elif ":" in line:
            current, value = line.split(":", 1)
            current = current.strip().lower()
            fields[current] = value.strip()
    return fields


def machine_sources(etc=Path("/etc/apt")):
    """All apt sources of this machine."""
    found = []
    main = etc / "sources.list"
    files = [main] if main.is_file() else []
    parts = etc / "sources.list.d"
    if parts.is_dir():
        files += sorted(p for p in parts.iterdir() if p.suffix in (".list", ".sources"))
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
        found += parse(text)
    return found


def os_release(path=Path("/etc/os-release")):
    """The machine's distribution as a dict."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = re.findall(r'^(\w+)="?([^"\n]*)"?$', text, flags=re.MULTILINE)
    return dict(pairs)


def debian_sources(sources, codename):
    """The machine's sources that are Debian's own for its release."""
    suites = {codename, f"{codename}-updates", f"{codename}-security"}
    aliases = {"stable", "testing", "unstable", "sid", "oldstable"}
    return [
        source
        for source in sources
        if "main" in source.components
        and (source.suite in suites or source.suite in aliases)
        and re.search(r"/debian(-security)?/?$", source.uri)
    ]


def sources_list(sources, keyring):
    """Text of the private sources list: the machine's suites, bookworm and sid."""
    mirrors = [s for s in sources if re.search(r"/debian/?$", s.uri)]
    mirror = mirrors[0]
    wanted = list(sources)
    for suite in (FONT_SUITE, ODOO_SUITE):
        if not any(s.suite == suite for s in wanted):
            wanted.append(Source(mirror.uri, suite, ("main",), mirror.signed_by))
    lines = []
    for source in wanted:
        signed = source.signed_by or keyring
        lines.append(f"deb [signed-by={signed}] {source.uri} {source.suite} main")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def preferences(codename):
    """Pins: the machine's release wins, the two extra suites only fill gaps."""
    blocks = []
    for suite, priority in ((ODOO_SUITE, 50), (FONT_SUITE, 60)):
        if suite != codename:
            blocks.append(
                f"Package: *\nPin: release n={suite}\nPin-Priority: {priority}\n"
            )
    return "\n".join(blocks)


def unavailable_reason():
    """Why this machine's apt cannot serve us, or an empty string."""
    for program in ("apt-get", "apt-config", "dpkg"):
        if not shutil.which(program):
            return f"there is no {program}"
    if not Path(KEYRING).is_file():
        return f"the Debian keyring {KEYRING} is missing"
    codename = os_release().get("VERSION_CODENAME", ODOO_SUITE)
    usable = debian_sources(machine_sources(), codename)
    if not any(re.search(r"/debian/?$", s.uri) for s in usable):
        return "no Debian mirror stands in the machine's apt sources"
    return ""


class PrivateApt:
    """apt with its own lists, cache and configuration below ``.odoo/apt``."""

    def __init__(self, where):
        self.where = where
        self.home = where.base / "apt"
        self.env = private_env(where, APT_CONFIG=self.home / "apt.conf")
        self.codename = os_release().get("VERSION_CODENAME", ODOO_SUITE)

    def setup(self):
        """Write the configuration; the machine's proxy settings are taken over."""
        for folder in ("lists/partial", "archives/partial", "download"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        sources = debian_sources(machine_sources(), self.codename)
        write_atomically(self.home / "sources.list", sources_list(sources, KEYRING))
        write_atomically(self.home / "preferences", preferences(self.codename))
        dump = run(["apt-config", "dump"], "Reading apt's configuration").stdout
        kept = [
            line
            for line in dump.splitlines()
            if line.startswith("Acquire::")
            and not line.startswith("Acquire::IndexTargets")
        ]
        write_atomically(self.home / "apt.conf", self._configuration(kept))

    def _configuration(self, kept):
        """Text of the private apt.conf; hooks of the machine are left out."""
        home = self.home
        own = [
            'Dir::Etc::Parts "/dev/null";',
            'Dir::Etc::main "/dev/null";',
            f'Dir::Etc::sourcelist "{home}/sources.list";',
            'Dir::Etc::sourceparts "/dev/null";',
            f'Dir::Etc::preferences "{home}/preferences";',
            'Dir::Etc::preferencesparts "/dev/null";',
            f'Dir::State::Lists "{home}/lists";',
            f'Dir::Cache "{home}";',
            f'Dir::Cache::archives "{home}/archives";',
            'Dir::Cache::pkgcache "";',
            'Dir::Cache::srcpkgcache "";',
            f'Dir::Log "{home}";',
            'Debug::NoLocking "1";',
            'APT::Sandbox::User "";',
            'Acquire::Languages "none";',
            'Acquire::Retries "3";',
            # Without it a failed update counts as a success.
            'APT::Update::Error-Mode "any";',
        ]
        return "\n".join(kept + own) + "\n"

    def update(self):
        """Fetch the package lists unless this run of the set-up has them."""
        key = (self.home / "sources.list").read_text(encoding="utf-8")
        if stamp_is(self.where, "apt-lists", key) and self._fresh():
            return
        self.apt(["update"], "Reading Debian's package lists")
        set_stamp(self.where, "apt-lists", key)

    def _fresh(self, days=3):
        """Lists of some days ago still name files that the mirror has."""
        stamp = self.where.stamps / "apt-lists"
        return time.time() - stamp.stat().st_mtime < days * 86400

    def apt(self, arguments, what):
        """Run apt-get privately."""
        done = run(
            ["apt-get", "-q", "-y", *arguments],
            what,
            self.where,
            env=self.env,
            log="apt.log",
            cwd=self.home / "download",
            check=False,
        )
        if done.returncode and "Failed to fetch" in done.stdout:
            # Lists older than the mirror's: drop them, the next run reads anew.
            (self.where.stamps / "apt-lists").unlink(missing_ok=True)
        if done.returncode:
            raise failure(what, done.stdout, self.where.log / "apt.log")
        return done

    def download(self, packages):
        """Fetch exactly these packages (``name`` or ``name/suite``)."""
        self.apt(["download", *packages], f"Downloading {len(packages)} packages")
        return sorted((self.home / "download").glob("*.deb"))

    def download_missing(self, packages):
        """Fetch packages with every dependency that the machine lacks."""
        self.apt(
            ["install", "--download-only", "--no-install-recommends", *packages],
            f"Downloading {', '.join(packages)}",
        )
        return sorted((self.home / "archives").glob("*.deb"))


def unpack(archives, target, where):
    """Unpack packages into a fresh folder that appears only when complete."""
    partial = fresh_partial(target)
    unpack_into(archives, partial, where)
    check_links(partial)
    finish_partial(partial, target)
    for archive in archives:
        remove(archive)


def unpack_loosely(archives, target, where):
    """As ``unpack``, for programs whose links may lead to the machine's files."""
    partial = fresh_partial(target)
    unpack_into(archives, partial, where)
    finish_partial(partial, target)
    for archive in archives:
        remove(archive)


def unpack_into(archives, folder, where):
    """``dpkg -x`` of each archive, without the machine's C library."""
    for archive in archives:
        if archive.name.startswith(NEVER_UNPACK):
            continue
        run(["dpkg", "-x", archive, folder], f"Unpacking {archive.name}", where)


def dangling_links(folder):
    """Links below ``folder`` that lead nowhere, absolute ones resolved inside it."""
    broken = []
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(parent, name)
            if path.is_symlink() and not _link_target(path, folder).exists():
                broken.append(path)
    return broken


def _link_target(path, folder):
    """Where a link leads when ``folder`` is taken for the root of the system."""
    target = Path(os.readlink(path))
    if target.is_absolute():
        inside = folder / target.relative_to("/")
        return inside if inside.exists() else target
    return path.parent / target


def check_links(folder):
    """Refuse an unpacked tree that would answer 500 for a missing file."""
    broken = dangling_links(folder)
    if broken:
        names = ", ".join(str(path.relative_to(folder)) for path in broken[:3])
        raise Problem(
            f"{len(broken)} files of the unpacked packages are missing ({names} …).",
            "the mirror may be in the middle of an update: run the command again "
            "later, or name an Odoo 19 source tree with ODOO_HOME=…",
        )


def announce(packages):
    """Say what is about to be fetched."""
    say(f"  from Debian: {', '.join(packages)}")
