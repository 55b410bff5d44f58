"""Where everything lives. All that the scripts write is below ``.odoo/``."""

import dataclasses
import os
import shutil
from pathlib import Path

MODULES = (
    "aftersales_network",
    "aftersales_warranty",
    "aftersales_training",
    "aftersales_evaluation",
    "aftersales_helpdesk",
)
ODOO_SERIES = "19.0"


@dataclasses.dataclass(frozen=True)
class Layout:
    """The folders of one checkout."""

    root: Path

    @property
    def base(self):
        return self.root / ".odoo"

    @property
    def venv(self):
        return self.base / "venv"

    @property
    def python(self):
        return self.venv / "bin" / "python"

    @property
    def debian(self):
        return self.base / "debian"

    @property
    def source(self):
        return self.base / "source"

    @property
    def bin(self):
        return self.base / "bin"

    @property
    def run(self):
        return self.base / "run"

    @property
    def log(self):
        return self.base / "log"

    @property
    def cache(self):
        return self.base / "cache"

    @property
    def stamps(self):
        return self.base / "stamps"

    @property
    def pgdata(self):
        return self.base / "pgdata"

    @property
    def conf(self):
        return self.base / "odoo.conf"

    def modules(self):
        """The modules of the suite that exist in this checkout, in order."""
        return [m for m in MODULES if (self.root / m / "__manifest__.py").is_file()]

    def prepare(self):
        """Create the folders that every command may write to."""
        for folder in (self.bin, self.run, self.log, self.cache, self.stamps):
            folder.mkdir(parents=True, exist_ok=True)


layout = Layout(Path(__file__).resolve().parents[2])


def stamp_is(where, name, key):
    """Whether step ``name`` was completed for exactly this ``key``."""
    try:
        return (where.stamps / name).read_text(encoding="utf-8") == key
    except FileNotFoundError:
        return False


def write_atomically(path, text, mode=0o644):
    """Write a file so that a kill leaves either the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.chmod(mode)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def set_stamp(where, name, key):
    """Remember that step ``name`` is complete; called as its last act."""
    write_atomically(where.stamps / name, key)


def remove(path):
    """Delete a file, link or folder; nothing happens where it is absent."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def fresh_partial(path):
    """An empty ``<path>.partial`` folder; what a killed run left is dropped."""
    partial = path.with_name(path.name + ".partial")
    remove(partial)
    partial.mkdir(parents=True)
    return partial


def finish_partial(partial, path):
    """Put the finished folder in its place with one rename."""
    remove(path)
    partial.rename(path)
