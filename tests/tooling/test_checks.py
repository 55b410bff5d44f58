"""The checks themselves: they find what they are there for."""

import importlib.util
import os
from pathlib import Path

import polib
import pytest

from suite import bench, browser, lint, logs, statics, testing
from suite.console import Problem

ROOT = Path(__file__).resolve().parents[2]
LINE = "2026-11-21 17:19:46,083 8309 {} db {}: {} "


@pytest.mark.parametrize(
    ("level", "logger", "message", "found"),
    [
        ("WARNING", "odoo.orm", "field x: unknown parameter", True),
        ("ERROR", "odoo.sql_db", "bad query", True),
        ("CRITICAL", "odoo.service", "died", True),
        ("INFO", "odoo.orm", "WARNING is only a word here", False),
        ("WARNING", "odoo", "Running as user 'root' is a security risk.", False),
        ("WARNING", "py.warnings", "/v/site-packages/passlib/a.py:1: Old", False),
        ("WARNING", "py.warnings", "/c/aftersales_network/a.py:1: Old", True),
    ],
)
def test_unexpected_log_lines(level, logger, message, found):
    line = LINE.format(level, logger, message)
    assert logs.unexpected_lines(f"x\n{line}\ny") == ([line] if found else [])


def test_long_method_file_and_class():
    body = "\n".join(f"        x = {n}" for n in range(51))
    long_method = f"class A:\n    def f(self):\n{body}\n"
    assert list(statics.size_findings("a.py", long_method)) == [
        "a.py:2: f has 52 lines"
    ]
    documented = '    """' + "\n    line" * 60 + '"""\n'
    assert not list(statics.size_findings("a.py", f"def f():\n{documented}    x = 1\n"))
    assert "501 lines" in next(iter(statics.size_findings("a.py", "\n" * 501)))
    methods = "".join(f"    def m{n}(self): pass\n" for n in range(36))
    assert "A has 36 methods" in next(
        iter(statics.size_findings("a.py", f"class A:\n{methods}"))
    )


def test_a_term_inside_an_f_string():
    text = """
f"{self.env._('Parts')}: {name}"
f"{_('Parts')}"
f"{_parts('Parts')} {self._title}"
self.env._("Parts: %s", f"{name}")
"""
    assert list(statics.term_findings("a.py", text)) == [
        "a.py:2: translated term inside an f-string",
        "a.py:3: translated term inside an f-string",
    ]


def test_docstring_share(tmp_path):
    folder = tmp_path / "aftersales_x"
    (folder / "tests").mkdir(parents=True)
    text = 'def a():\n    """A."""\ndef b():\n    pass\ndef _c():\n    pass\n'
    (folder / "code.py").write_text(text)
    (folder / "tests" / "test_a.py").write_text("def test_a():\n    pass\n" * 9)
    (finding,) = statics.docstring_findings(folder)
    assert finding == "aftersales_x: 50 % of the public methods have a docstring"
    (folder / "code.py").write_text(text.replace("def b", "def _b"))
    assert not list(statics.docstring_findings(folder))


def test_machine_traces(tmp_path):
    host = "py" + "pi.org"
    folder = "/" + "root/"
    text = f"see {folder}x\nhttps://{host}/simple\nhttps://a.example/home/x\n.odoo/x\n"
    found = list(statics.text_findings("a.md", text))
    assert found == [
        f"a.md:1: machine path {folder}",
        f"a.md:2: registry host {host}",
    ]


def test_broken_xml_is_found_and_licences_are_not_read(tmp_path):
    (tmp_path / "bad.xml").write_text("<odoo><record></odoo>")
    (tmp_path / "good.xml").write_text("<odoo/>")
    (tmp_path / "LICENSE").write_text("/" + "root/")
    found = statics.check(tmp_path, [], ["bad.xml", "good.xml", "LICENSE", "gone.xml"])
    assert len(found) == 1
    assert "mismatched tag" in found[0]


def test_linter_output_is_shown_and_counts(where, capsys):
    assert lint.tool(where, "sh", "-c", "echo fine")
    assert capsys.readouterr().out == ""
    assert not lint.tool(where, "sh", "-c", "echo finding; exit 1")
    assert capsys.readouterr().out == "finding\n"


# -- translations


@pytest.fixture
def po_tool(tmp_path, monkeypatch):
    """The translation tool on a checkout with one module."""
    spec = importlib.util.spec_from_file_location("po", ROOT / "scripts/po_tool.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    (tmp_path / "net").mkdir()
    (tmp_path / "export").mkdir()
    return tool


def export(folder, *terms):
    """What Odoo would export."""
    exported = polib.POFile()
    exported.metadata = {"POT-Creation-Date": "2026-01-01 00:00+0000", "Language": ""}
    for term in terms:
        exported.append(polib.POEntry(msgid=term, comment="module: net"))
    exported.save(str(folder / "export" / "net.po"))


def test_new_term_is_reported_until_it_is_translated(po_tool, tmp_path, capsys):
    export(tmp_path, "Point", "Area")
    assert not po_tool.merge(tmp_path / "export", ["net"])
    assert "not translated: 'Point'" in capsys.readouterr().out
    path = tmp_path / "net/i18n/zh_CN.po"
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = {"Point": "网点", "Area": "区域"}[entry.msgid]
    catalogue.save()
    assert po_tool.check(["net"])
    before = path.read_bytes()
    assert po_tool.merge(tmp_path / "export", ["net"])
    assert path.read_bytes() == before


def test_merge_keeps_translations_and_drops_lost_terms(po_tool, tmp_path):
    export(tmp_path, "Point", "Area")
    po_tool.merge(tmp_path / "export", ["net"])
    path = tmp_path / "net/i18n/zh_CN.po"
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = "译"
    catalogue.save()
    export(tmp_path, "Order", "Point")
    po_tool.merge(tmp_path / "export", ["net"])
    merged = {e.msgid: e.msgstr for e in polib.pofile(str(path))}
    assert merged == {"Order": "", "Point": "译"}


def test_doubtful_translation_is_reported(po_tool, tmp_path, capsys):
    export(tmp_path, "Point")
    po_tool.merge(tmp_path / "export", ["net"])
    catalogue = polib.pofile(str(tmp_path / "net/i18n/zh_CN.po"))
    catalogue[0].msgstr = "网点"
    catalogue[0].flags.append("fuzzy")
    catalogue.save()
    capsys.readouterr()
    assert not po_tool.check(["net"])
    assert "doubtful (fuzzy): 'Point'" in capsys.readouterr().out


def test_template_behind_the_code_is_reported(po_tool, tmp_path, capsys):
    export(tmp_path, "Point")
    po_tool.merge(tmp_path / "export", ["net"])
    assert po_tool.compare(tmp_path / "export", ["net"])
    export(tmp_path, "Order")
    capsys.readouterr()
    assert not po_tool.compare(tmp_path / "export", ["net"])
    assert capsys.readouterr().out == "net: new: 'Order'\nnet: gone: 'Point'\n"


def test_missing_files_are_reported(po_tool, capsys):
    assert not po_tool.check(["net"])
    assert "net/i18n/net.pot is missing" in capsys.readouterr().out


# -- the run of the tests


def test_clones_of_dead_runs_are_found():
    alive = {11}
    names = [
        "aftersales_test_run_11",
        "aftersales_test_run_11-gw0",
        "aftersales_test_run_12",
        "aftersales_test_run_12-gw1",
        "aftersales_test_template",
        "aftersales_demo",
        "xaftersales_test_run_12",
    ]
    found = testing.leftovers(names, alive.__contains__)
    assert found == ["aftersales_test_run_12", "aftersales_test_run_12-gw1"]


def test_every_stage_runs_and_one_failure_fails_all(capsys):
    report = testing.Report()
    done = []

    def broken():
        raise Problem("The cause.", "the way")

    report.stage("one", lambda: done.append(1) or True)
    report.stage("two", broken)
    report.stage("three", lambda: done.append(3) or False)
    report.stage("four", lambda: done.append(4) or True)
    assert done == [1, 3, 4]
    assert report.failed() == ["two", "three"]
    assert testing.finish(report) == 1
    printed = capsys.readouterr().out
    assert "✗ The cause." in printed
    assert "✗ FAILED: two, three" in printed


def test_stage_that_could_not_run_is_a_failure():
    report = testing.Report()
    report.stage("one", lambda: True)
    report.skip("two")
    assert testing.finish(report) == 1


def test_all_stages_pass(capsys):
    report = testing.Report()
    report.stage("one", lambda: True)
    assert testing.finish(report) == 0
    assert "All 1 stages passed" in capsys.readouterr().out


def test_folders_with_odoo_tests(where):
    for name in ("kernels", "tooling", "bench", "stories", "__pycache__"):
        (where.root / "tests" / name).mkdir(parents=True)
    (where.root / "tests" / "test_matrix.py").touch()
    (where.root / "tests" / "common.py").touch()
    module = where.root / "aftersales_network"
    (module / "tests").mkdir(parents=True)
    (module / "__manifest__.py").touch()
    assert testing.suite_paths(where) == [
        "aftersales_network/tests",
        "tests/bench",
        "tests/stories",
        "tests/test_matrix.py",
    ]


def summary(covered, statements, branches=0, covered_branches=0):
    return {
        "covered_lines": covered,
        "num_statements": statements,
        "num_branches": branches,
        "covered_branches": covered_branches,
        "percent_covered": 100 * (covered + covered_branches) / (statements + branches),
    }


def test_coverage_per_module():
    data = {
        "files": {
            "aftersales_network/a.py": {"summary": summary(8, 10)},
            "aftersales_network/b.py": {"summary": summary(10, 10, 10, 8)},
            "aftersales_training/a.py": {"summary": summary(5, 10)},
        },
        "totals": {"percent_covered": 77.5},
    }
    lines = testing.coverage_table(data)
    assert "    86.7 %  aftersales_network" in lines
    assert "    50.0 %  aftersales_training" in lines
    assert lines[4].split() == ["50.0", "%", "aftersales_training/a.py"]


def test_workers():
    assert testing.workers({"TEST_WORKERS": "3"}) == 3
    assert 1 <= testing.workers({}) <= min(4, os.cpu_count())


def test_bench_table(tmp_path):
    rows = tmp_path / "rows"
    assert bench.read_rows(rows) == []
    row = '{"id": "%s", "what": "w", "size": 1, "seconds": 0.5, "queries": %d, '
    row += '"budget": "≤ 6", "peer": ""}\n'
    rows.write_text(row % ("P2", 10) + row % ("P1", 2), encoding="utf-8")
    lines = bench.table(bench.read_rows(rows))
    assert lines[0].split() == list(bench.COLUMNS)
    assert [line.split()[0] for line in lines[2:]] == ["P1", "P2"]


# -- browser


def test_wrapper_runs_the_unpacked_program(where, tmp_path, program):
    target = tmp_path / "desktop tree"
    libraries = target / "usr/lib" / f"{os.uname().machine}-linux-gnu"
    libraries.mkdir(parents=True)
    unpacked = program("wkhtmltopdf", 'echo "$LD_LIBRARY_PATH|$FONTCONFIG_FILE|$1"')
    (target / "usr/bin").mkdir()
    unpacked.rename(target / "usr/bin/wkhtmltopdf")
    browser.write_wrappers(where, target)
    assert browser.programs(target) == {"wkhtmltopdf": target / "usr/bin/wkhtmltopdf"}
    with os.popen(f"'{where.bin}/wkhtmltopdf' 'a b'") as output:
        libraries_path, fonts, argument = output.read().strip().split("|")
    assert libraries_path.split(":")[0] == str(libraries)
    assert fonts == str(where.base / "fonts.conf")
    assert argument == "a b"


def test_own_wrapper_is_not_taken_for_the_machines(where, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("chromium", "wkhtmltopdf"):
        path = where.bin / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    packages = browser.missing_packages(where)
    assert packages[:2] == ["chromium", "wkhtmltopdf"]


def test_without_browser_tests_stop_and_the_demo_goes_on(where, monkeypatch, capsys):
    monkeypatch.setattr(browser, "missing_packages", lambda where: ["chromium"])
    monkeypatch.setattr(browser.debian, "unavailable_reason", lambda: "no apt")
    with pytest.raises(Problem, match="No Chromium"):
        browser.ensure(where)
    assert browser.ensure(where, required=False) == ["chromium"]
    assert "chromium" in capsys.readouterr().err
