"""Comparison of Odoo's own tests with and without the suite."""

import pytest

from suite import core_tests
from suite.console import Problem

REPORT = """<testsuites><testsuite>
<testcase classname="test_move.StockMove" name="test_in"/>
<testcase classname="test_move.StockMove" name="test_out"><failure/></testcase>
<testcase classname="test_move.StockMove" name="test_tour"><skipped/></testcase>
<testcase classname="test_lot.Lot" name="test_name"><error>x</error></testcase>
<testcase classname="test_lot.Lot" name="test_sub[a]"><failure>x</failure></testcase>
<testcase classname="test_lot.Lot" name="test_sub"/>
</testsuite></testsuites>"""
RESULTS = {
    "stock StockMove.test_in": "passed",
    "stock StockMove.test_out": "failed",
    "stock StockMove.test_tour": "skipped",
    "stock Lot.test_name": "error",
    "stock Lot.test_sub": "failed",
}


def make_verdict(**baseline):
    names = {name.replace(" ", "_").replace(".", "_"): name for name in RESULTS}
    return core_tests.Verdict(
        "stock", RESULTS, {names[key]: value for key, value in baseline.items()}
    )


def test_report_is_read(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(REPORT, encoding="utf-8")
    assert core_tests.read_report(path, "stock") == RESULTS


def test_what_fails_in_odoo_itself_is_not_ours():
    verdict = make_verdict(
        stock_StockMove_test_out="failed", stock_Lot_test_sub="error"
    )
    assert verdict.unexpected({}) == ["stock Lot.test_name"]


def test_explained_failures_are_listed_with_their_reason():
    verdict = make_verdict(stock_Lot_test_sub="failed")
    known = {"stock Lot.test_name": "names are unique here"}
    lines, unexpected = core_tests.explain([verdict], known)
    assert unexpected == ["stock StockMove.test_out"]
    assert lines == [
        "  stock Lot.test_name: names are unique here",
        "  stock Lot.test_sub: fails in Odoo itself, without the suite",
        "  stock StockMove.test_out: UNEXPECTED",
    ]


def test_what_the_settings_explain():
    relaxed = {"stock Lot.test_name": "passed", "stock Lot.test_sub": "failed"}
    verdict = core_tests.Verdict("stock", RESULTS, {}, relaxed)
    assert verdict.unexpected({}) == ["stock Lot.test_sub", "stock StockMove.test_out"]
    assert verdict.reason("stock Lot.test_name", {}) == core_tests.BY_SETTING
    assert verdict.reason("stock Lot.test_sub", {}) == "UNEXPECTED"


def test_selection_of_cases():
    names = ["stock Lot.test_name", "stock StockMove.test_out"]
    expected = "(Lot and test_name) or (StockMove and test_out)"
    assert core_tests.selection(names) == expected


def test_a_skipped_test_of_the_plain_run_excuses_nothing():
    verdict = make_verdict(stock_StockMove_test_out="skipped")
    assert "stock StockMove.test_out" in verdict.unexpected({})


def test_table_counts():
    assert core_tests.table([make_verdict(stock_Lot_test_sub="failed")]) == [
        "module  tests  failed  errors  skipped  without the suite",
        "------  -----  ------  ------  -------  -----------------",
        "stock   5      2       1       1        1",
    ]


def test_exit_code(capsys):
    assert core_tests.finish([make_verdict()]) == 1
    assert "3 of Odoo's own tests fail because of the suite" in capsys.readouterr().out
    clean = core_tests.Verdict("stock", {"stock A.b": "passed"}, {})
    assert core_tests.finish([clean]) == 0


def test_unknown_group():
    with pytest.raises(Problem, match="There is no group nonsense"):
        core_tests.core_tests("nonsense")


def test_paths_of_both_layouts(tmp_path):
    for folder in ("odoo/addons/repair/tests", "addons/sale_stock/tests"):
        (tmp_path / folder).mkdir(parents=True)
    source = {"home": str(tmp_path)}
    assert core_tests.test_paths(source, "repair") == [
        tmp_path / "odoo/addons/repair/tests"
    ]
    assert core_tests.test_paths(source, "sale_stock") == [
        tmp_path / "addons/sale_stock/tests"
    ]
    with pytest.raises(Problem, match="are not part of this Odoo"):
        core_tests.test_paths(source, "stock")


def test_explanations_name_real_groups():
    for name, reason in core_tests.KNOWN.items():
        assert name.split()[0] in core_tests.GROUPS
        assert reason.strip()
