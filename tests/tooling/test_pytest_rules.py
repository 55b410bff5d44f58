"""What conftest.py at the root enforces, tried in pytest runs of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def try_run(tmp_path):
    """Run pytest with the suite's rules over one test file."""
    (tmp_path / "conftest.py").write_text((ROOT / "conftest.py").read_text("utf-8"))
    for name in ("tests", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npythonpath = . scripts\nmarkers =\n    bench: measures\n"
    )

    def run(text, *options):
        (tmp_path / "test_it.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:odoo", "-q", "test_it.py"]
        command += ["-p", "no:cacheprovider", *options]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def test_unexpected_warning_fails_the_test(try_run):
    done = try_run(
        "import logging\n"
        "def test_it():\n    logging.getLogger('odoo.x').warning('who expects me?')\n"
    )
    assert done.returncode == 1
    assert "WARNING odoo.x: who expects me?" in done.stdout


def test_warning_in_the_set_up_of_a_class_counts(try_run):
    done = try_run(
        "import logging, unittest\n"
        "class TestIt(unittest.TestCase):\n"
        "    @classmethod\n"
        "    def setUpClass(cls):\n"
        "        logging.getLogger('odoo.x').error('broken set-up')\n"
        "    def test_it(self):\n        pass\n"
    )
    assert done.returncode == 1
    assert "ERROR odoo.x: broken set-up" in done.stdout


def test_expected_warning_passes(try_run):
    done = try_run(
        "import logging, unittest\n"
        "class TestIt(unittest.TestCase):\n"
        "    def test_it(self):\n"
        "        with self.assertLogs('odoo.x', 'WARNING'):\n"
        "            logging.getLogger('odoo.x').warning('yes')\n"
        "        logging.getLogger('odoo').warning(\n"
        "            \"Running as user 'root' is a security risk.\")\n"
    )
    assert done.returncode == 0, done.stdout


def test_skip_fails_the_run(try_run):
    done = try_run("import pytest\ndef test_it():\n    pytest.skip('no browser')\n")
    assert done.returncode == 1
    assert "Skipped without permission" in done.stdout
    assert "no browser" in done.stdout


def test_the_one_allowed_skip(try_run):
    text = (
        "import pytest\ndef test_it():\n    pytest.skip('shared data folder absent')\n"
    )
    assert try_run(text).returncode == 0


def test_no_test_at_all_is_no_success(try_run):
    assert try_run("x = 1\n").returncode == 5


TAGGED = """\
class TestBench:
    test_tags = {"bench"}
    def test_slow(self):
        assert False, "benchmark ran"
class TestOdoo:
    test_tags = {"standard", "post_install", "security"}
    def test_right(self):
        pass
"""


def test_benchmarks_run_only_when_asked(try_run):
    done = try_run(TAGGED)
    assert done.returncode == 0
    assert "1 passed, 1 deselected" in done.stdout
    done = try_run(TAGGED, "-m", "bench")
    assert done.returncode == 1
    assert "benchmark ran" in done.stdout


def test_tags_work_as_markers(try_run):
    done = try_run(TAGGED, "-m", "security and not bench", "--strict-markers")
    assert done.returncode == 0
    assert "1 passed, 1 deselected" in done.stdout
