"""Checks that need no Odoo: sizes, docstrings, terms, XML, clean texts."""

import ast
import re
import xml.parsers.expat

FILE_LINES = 500
METHOD_LINES = 50
CLASS_METHODS = 35
DOCUMENTED_SHARE = 0.6
# The words are put together here, so that this file does not contain them.
MACHINE_PATHS = ("/" + "work/", "/" + "root/", "/" + "home/", "/" + "tmp/")
REGISTRY_HOSTS = (
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "deb" + ".debian.org",
    "npm" + "js.org",
    "npm" + "js.com",
)
TEXT_SUFFIXES = {
    ".py", ".xml", ".csv", ".js", ".css", ".scss", ".md", ".rst", ".txt", ".toml",
    ".yaml", ".yml", ".cfg", ".ini", ".sh", ".conf", ".po", ".pot", ".json", "",
}  # fmt: skip


def code_files(folder):
    """Python files that count as code of a module."""
    skipped = {"tests", "migrations", "__pycache__"}
    for path in sorted(folder.rglob("*.py")):
        if not skipped.intersection(path.relative_to(folder).parts):
            yield path


def length(node):
    """Lines of a definition without its decorators and docstring."""
    first = node.lineno
    doc = node.body[0] if ast.get_docstring(node) else None
    doc_lines = doc.end_lineno - doc.lineno + 1 if doc else 0
    return node.end_lineno - first + 1 - doc_lines


def size_findings(path, text):
    """Files, methods and classes that are longer than the house allows."""
    count = text.count("\n")
    if count > FILE_LINES:
        yield f"{path}: {count} lines (at most {FILE_LINES})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = length(node)
            if lines > METHOD_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines"
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            if len(methods) > CLASS_METHODS:
                yield f"{path}:{node.lineno}: {node.name} has {len(methods)} methods"


def term_findings(path, text):
    """Terms inside an f-string, which no export of terms finds."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr) and any(map(is_translated, ast.walk(node))):
            yield f"{path}:{node.lineno}: translated term inside an f-string"


def is_translated(node):
    """Whether a piece of code asks for a translation: ``_(…)``, ``self.env._(…)``."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    return "_" in (getattr(function, "attr", ""), getattr(function, "id", ""))


def public_methods(text):
    """(name, documented) of every public function and method."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, ast.get_docstring(node) is not None


def docstring_findings(module):
    """The share of documented public methods of one module."""
    found = [
        documented
        for path in code_files(module)
        for _name, documented in public_methods(path.read_text(encoding="utf-8"))
    ]
    if found and sum(found) < DOCUMENTED_SHARE * len(found):
        percent = 100 * sum(found) // len(found)
        yield f"{module.name}: {percent} % of the public methods have a docstring"


def xml_findings(path):
    """Why a file is no well-formed XML."""
    parser = xml.parsers.expat.ParserCreate()
    try:
        parser.Parse(path.read_bytes(), True)
    except xml.parsers.expat.ExpatError as error:
        yield f"{path}: {error}"


def text_findings(path, text):
    """Machine paths and registry hosts, which belong to one machine only."""
    for number, line in enumerate(text.splitlines(), 1):
        for word in MACHINE_PATHS:
            # A path inside another address (http://host/home/…) is none.
            if re.search(rf"(?<![\w.:/-]){re.escape(word)}", line):
                yield f"{path}:{number}: machine path {word}"
        for word in REGISTRY_HOSTS:
            if word in line:
                yield f"{path}:{number}: registry host {word}"


def check(root, modules, tracked):
    """All findings of the checkout; ``tracked`` are paths relative to ``root``."""
    findings = []
    for module in modules:
        folder = root / module
        for path in code_files(folder):
            relative = path.relative_to(root)
            text = path.read_text(encoding="utf-8")
            findings += [*size_findings(relative, text), *term_findings(relative, text)]
        findings += docstring_findings(folder)
    for relative in tracked:
        path = root / relative
        if not path.is_file() or path.is_symlink():
            continue
        if path.suffix in (".xml", ".svg"):
            findings += xml_findings(path)
        if path.suffix in TEXT_SUFFIXES and not path.name.startswith("LICENSE"):
            text = path.read_text(encoding="utf-8", errors="replace")
            findings += text_findings(relative, text)
    return findings
