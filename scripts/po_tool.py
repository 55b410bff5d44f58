"""Merging and checking of translation files; runs in the virtual environment.

``merge FOLDER MODULE…``    take new terms from FOLDER/MODULE.po into the module
``compare FOLDER MODULE…``  fail where the module's .pot differs from FOLDER
``check MODULE…``           fail where a term has no translation or a doubtful one
"""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PLURALS = {"zh_CN": "nplurals=1; plural=0;"}
LANGUAGES = tuple(PLURALS)
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator")
SHOWN = 20


def terms(path):
    """All terms of a file: (context, text)."""
    return {(e.msgctxt, e.msgid) for e in polib.pofile(str(path)) if not e.obsolete}


def template_path(module):
    return ROOT / module / "i18n" / f"{module}.pot"


def catalogue_path(module, language):
    return ROOT / module / "i18n" / f"{language}.po"


def fixed_metadata(metadata):
    """Headers without dates: they would change the file at every export."""
    kept = {k: v for k, v in metadata.items() if k not in VOLATILE}
    kept["Report-Msgid-Bugs-To"] = ""
    return kept


def merge(folder, modules):
    """Refresh the files of every module from a new export."""
    for module in modules:
        exported = polib.pofile(str(folder / f"{module}.po"), wrapwidth=78)
        exported.metadata = fixed_metadata(exported.metadata)
        path = template_path(module)
        path.parent.mkdir(exist_ok=True)
        exported.save(str(path))
        for language in LANGUAGES:
            merge_catalogue(exported, module, language)
    return check(modules)


def merge_catalogue(template, module, language):
    """Keep every translation whose term is still there; drop the others."""
    path = catalogue_path(module, language)
    if path.exists():
        catalogue = polib.pofile(str(path), wrapwidth=78)
    else:
        catalogue = polib.POFile(wrapwidth=78)
    catalogue.metadata = fixed_metadata(template.metadata)
    catalogue.metadata |= {
        "Language": language,
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    catalogue.merge(template)
    for entry in catalogue.obsolete_entries():
        catalogue.remove(entry)
    # The order of the template, so that both files can be read side by side.
    order = {(e.msgctxt, e.msgid): n for n, e in enumerate(template)}
    catalogue.sort(key=lambda e: order.get((e.msgctxt, e.msgid), len(order)))
    catalogue.save(str(path))


def compare(folder, modules):
    """Tell which terms the code has gained or lost since the last export."""
    ok = True
    for module in modules:
        path = template_path(module)
        now = terms(folder / f"{module}.po")
        shipped = terms(path) if path.exists() else set()
        for label, difference in (("new", now - shipped), ("gone", shipped - now)):
            for _context, text in sorted(difference, key=str)[:SHOWN]:
                print(f"{module}: {label}: {text[:100]!r}")
            ok = ok and not difference
    return ok


def problems(module, language):
    """Terms of the module's template that lack a translation."""
    path = catalogue_path(module, language)
    template = template_path(module)
    if not template.exists():
        return [f"{template.relative_to(ROOT)} is missing"]
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing"]
    catalogue = polib.pofile(str(path))
    found = []
    for entry in catalogue:
        if entry.obsolete:
            found.append(f"obsolete: {entry.msgid[:80]!r}")
        elif entry.fuzzy:
            found.append(f"doubtful (fuzzy): {entry.msgid[:80]!r}")
        elif not entry.translated():
            found.append(f"not translated: {entry.msgid[:80]!r}")
    lost = terms(template) - {(e.msgctxt, e.msgid) for e in catalogue}
    return found + [f"not in the catalogue: {text[:80]!r}" for _c, text in lost]


def check(modules):
    """Report every term without a sound translation."""
    ok = True
    for module in modules:
        for language in LANGUAGES:
            found = problems(module, language)
            for text in found[:SHOWN]:
                print(f"{module} {language}: {text}")
            if len(found) > SHOWN:
                print(f"{module} {language}: … and {len(found) - SHOWN} more")
            ok = ok and not found
    return ok


def main(arguments):
    """Dispatch; the exit code tells whether everything is in order."""
    command, *rest = arguments
    if command == "check":
        return check(rest)
    return {"merge": merge, "compare": compare}[command](Path(rest[0]), rest[1:])


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
