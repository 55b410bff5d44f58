"""``make lint``: every static check, all of them run before one fails."""

import hashlib
import os

from . import setup, statics, translations
from .console import say, steps
from .database import tree_hash
from .paths import layout, set_stamp, stamp_is
from .shell import private_env, run

TOOLS = (".pylintrc", ".pylintrc-mandatory", "pyproject.toml")


def lint(where=layout, environment=None):
    """Run all checks; returns whether none had a finding."""
    environment = environment or setup.ensure(where)
    checks = [
        ("ruff", ruff),
        ("ruff format", ruff_format),
        ("sizes, XML, texts", static_checks),
        ("pylint-odoo", pylint),
        ("OCA module checks", oca_modules),
        ("OCA translation checks", oca_translations),
        ("dead API", upgrade_code),
        ("zh_CN complete", translations.check_complete),
    ]
    failed = []
    for title, check in checks:
        with steps.step(f"lint: {title}"):
            if not check(where):
                failed.append(title)
    if failed:
        say(f"✗ lint: {', '.join(failed)}")
    return not failed


def tool(where, *command, **kw):
    """Run one linter; its output is shown only when it found something."""
    env = private_env(where, **kw.pop("env", {}))
    done = run(command, str(command[0]), where, env=env, check=False, cwd=where.root)
    if done.returncode:
        lines = done.stdout.splitlines()
        say("\n".join(lines[:200]))
        if len(lines) > 200:
            say(f"… and {len(lines) - 200} more lines")
    return done.returncode == 0


def tracked_files(where):
    """Files that git knows or would know, relative to the checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = run(command, "Listing files", where, cwd=where.root)
    return [name for name in done.stdout.split("\0") if name]


def ruff(where):
    """Errors, complexity, imports, modern syntax."""
    return tool(where, "ruff", "check", "--no-cache", "-q", "--output-format=concise")


def ruff_format(where):
    """The one layout."""
    options = ["--no-cache", "--check", "-q", "--output-format=concise"]
    return tool(where, "ruff", "format", *options)


def reformat(where=layout):
    """``make format``: let ruff mend what it can."""
    setup.ensure(where)
    tool(where, "ruff", "check", "--no-cache", "-q", "--fix", "--exit-zero")
    return 0 if tool(where, "ruff", "format", "--no-cache") else 1


def static_checks(where):
    """Sizes, docstrings, well-formed XML, no traces of a machine."""
    findings = statics.check(where.root, where.modules(), tracked_files(where))
    for line in findings:
        say(f"  {line}")
    return not findings


def pylint(where):
    """pylint-odoo's blocking checks; a module that did not change is not repeated."""
    rules = hashlib.sha256()
    for name in (*TOOLS, "requirements/lint.txt"):
        rules.update((where.root / name).read_bytes())
    keys = {
        module: f"{rules.hexdigest()}-{full_hash(where.root / module)}"
        for module in where.modules()
    }
    changed = [m for m in keys if not stamp_is(where, f"pylint-{m}", keys[m])]
    if not changed:
        return True
    clean = tool(
        where,
        "pylint",
        f"--rcfile={where.root / '.pylintrc-mandatory'}",
        f"--jobs={min(2, os.cpu_count() or 1)}",
        *changed,
        env={"PYLINTHOME": where.cache / "pylint"},
    )
    for module in changed if clean else ():
        set_stamp(where, f"pylint-{module}", keys[module])
    return clean


def full_hash(folder):
    """Hash of all files of a module, its tests included."""
    tests = folder / "tests"
    readme = (folder / "README.rst").is_file()
    return f"{tree_hash([folder, tests] if tests.is_dir() else [folder])}-{readme}"


def oca_modules(where):
    """OCA's checks over manifests, XML and CSV."""
    return tool(where, "oca-checks-odoo-module", *where.modules())


def oca_translations(where):
    """OCA's checks over translation files."""
    files = [
        str(path.relative_to(where.root))
        for module in where.modules()
        for path in sorted((where.root / module / "i18n").glob("*.po*"))
    ]
    if not files:
        return True
    return tool(where, "oca-checks-po", *files)


def upgrade_code(where):
    """Odoo's own rewriter finds nothing to modernise."""
    return tool(
        where,
        where.python,
        "-m",
        "odoo",
        "upgrade_code",
        f"--addons-path={where.root}",
        "--from",
        "17.5",
        "--glob",
        "aftersales_*/**/*",
        "--dry-run",
    )
