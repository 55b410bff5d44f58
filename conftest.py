"""What every pytest run of the suite obeys, with and without Odoo.

* tests tagged ``-standard`` (benchmarks) run only where ``-m`` asks for them;
* a WARNING or ERROR that nobody expected fails the test that logged it;
* HttpCase always gets its server, so that no tour is skipped in silence.
"""

import logging
import os

import freezegun
import pytest
from hypothesis import settings

from tests.log_guard import LogGuard

GUARD = LogGuard()
ALLOWED_SKIP = "shared data folder absent"


def _with_odoo(config):
    return config.pluginmanager.hasplugin("odoo")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    """pytest-odoo's defaults hide warnings and skip HttpCase: turn both around."""
    if _with_odoo(config):
        if config.option.odoo_log_level == "critical":
            config.option.odoo_log_level = "warn"
        config.option.odoo_http = True
    return (yield)


def pytest_configure(config):
    """Start watching the log; reproducible property tests."""
    logging.getLogger().addHandler(GUARD)
    # A test that freezes the clock must not freeze pytest's own stop-watch.
    freezegun.configure(extend_ignore_list=["_pytest"])
    settings.register_profile("suite", deadline=None, derandomize=True, database=None)
    settings.register_profile("explore", deadline=None, max_examples=2000)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_unconfigure(config):
    """Leave the root logger as it was."""
    logging.getLogger().removeHandler(GUARD)


def _tags(item):
    """Odoo's tags of a test class."""
    return set(getattr(item.cls, "test_tags", None) or ())


def pytest_collection_modifyitems(config, items):
    """Make Odoo's tags usable with ``-m``; leave out what is not standard."""
    kept, dropped = [], []
    for item in items:
        tags = _tags(item)
        for tag in sorted(tags):
            config.addinivalue_line("markers", f"{tag}: a tag of Odoo's")
            item.add_marker(getattr(pytest.mark, tag))
        is_bench = item.get_closest_marker("bench") is not None
        standard = (not tags or "standard" in tags) and not is_bench
        wanted = standard or config.option.markexpr
        (kept if wanted else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Start a clean record, the set-up of the class included."""
    GUARD.records.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Fail the test whose run logged something unexpected."""
    result = yield
    unexpected = GUARD.take()
    if unexpected:
        pytest.fail("Unexpected log records:\n" + "\n".join(unexpected), pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Turn a skip for any reason but the allowed one into a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or exitstatus not in (0, 1):
        return
    skipped = reporter.stats.get("skipped", [])
    reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped]
    bad = [reason for reason in reasons if not reason.startswith(ALLOWED_SKIP)]
    if bad:
        reporter.write_line("")
        reporter.write_line("Skipped without permission:", red=True)
        for reason in dict.fromkeys(bad):
            reporter.write_line(f"  {reason}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def bench_row(request):
    """Record one measured row: id, what, size, seconds, queries, budget, peer."""
    from tests.bench_rows import BenchRows  # noqa: PLC0415

    return BenchRows(os.environ.get("AFTERSALES_BENCH_FILE")).add
