"""Messages, programs that fail, files that appear whole, and the lock."""

import errno
import multiprocessing
import os
import signal
import time
from types import SimpleNamespace

import pytest

from suite import cli, console, console_odoo, shell
from suite.console import Problem, Steps, explain_os_error
from suite.paths import (
    finish_partial,
    fresh_partial,
    layout,
    remove,
    set_stamp,
    stamp_is,
    write_atomically,
)


def test_full_disk_has_one_message():
    error = OSError(errno.ENOSPC, "No space left on device", "/x/file")
    problem = explain_os_error(error)
    assert "/x/file is full" in problem.cause
    assert "finished steps are kept" in problem.way_out


def test_full_disk_in_the_output_of_a_program(where):
    command = ["sh", "-c", "echo 'tar: write: No space left on device'; exit 2"]
    with pytest.raises(Problem, match="is full"):
        shell.run(command, "Unpacking", where)


def test_no_permission_names_the_way_out():
    problem = explain_os_error(PermissionError(errno.EACCES, "denied", "/x"))
    assert "make clean" in problem.way_out


def test_failed_program_shows_its_end_and_its_log(where):
    command = ["sh", "-c", "for i in $(seq 100); do echo line $i; done; exit 3"]
    with pytest.raises(Problem) as caught:
        shell.run(command, "Counting", where, log="count.log")
    assert "Counting failed" in caught.value.cause
    assert "line 100" in caught.value.cause
    assert "line 70\n" not in caught.value.cause
    assert str(where.log / "count.log") in caught.value.way_out
    assert "line 1\n" in (where.log / "count.log").read_text()


def test_network_failure_is_named(where):
    command = ["sh", "-c", "echo 'Could not resolve mirror.example'; exit 100"]
    with pytest.raises(Problem) as caught:
        shell.run(command, "Fetching", where)
    assert "network" in caught.value.way_out


def test_missing_program(where):
    with pytest.raises(Problem, match="no-such-program is not on this machine"):
        shell.run(["no-such-program"], "Trying", where)


def test_caches_stay_inside(where, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    env = shell.private_env(where)
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache", "XDG_CACHE_HOME"):
        assert env[name].startswith(str(where.base)), name
    assert env["PATH"].startswith(str(where.bin))
    assert "PYTHONPATH" not in env


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (Problem("It broke.", "mend it"), "✗ It broke.\n  Way out: mend it"),
        (KeyboardInterrupt(), "The next run goes on from here"),
        (OSError(errno.ENOSPC, "full", "/x"), "is full"),
    ],
)
def test_commands_end_with_a_message_and_no_traceback(
    raised, words, monkeypatch, capsys
):
    def fail(_options):
        raise raised

    monkeypatch.setitem(cli.COMMANDS, "lint", fail)
    assert cli.main(["lint"]) == 1
    printed = capsys.readouterr()
    assert words in printed.err
    assert "Traceback" not in printed.err + printed.out


def test_steps_remember_their_time(capsys):
    steps = Steps()
    with steps.step("Waiting"):
        time.sleep(0.05)
    assert "▸ Waiting" in capsys.readouterr().out
    ((title, seconds),) = steps.times
    assert title == "Waiting"
    assert seconds >= 0.05


def test_failed_step_is_not_done(capsys):
    steps = Steps()
    with pytest.raises(Problem), steps.step("Failing"):
        raise Problem("no")
    assert steps.times == []
    assert "done" not in capsys.readouterr().out


def test_progress_can_leave_standard_output_free(monkeypatch, capsys):
    monkeypatch.setattr(console, "_quiet", False)
    console.progress_to_stderr()
    console.say("progress")
    assert capsys.readouterr() == ("", "progress\n")


def test_file_is_written_whole_or_not(tmp_path):
    path = tmp_path / "conf"
    write_atomically(path, "old", 0o600)
    with pytest.raises(TypeError):
        write_atomically(path, None)
    assert path.read_text() == "old"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["conf"]


def test_stamp_counts_for_its_key_only(where):
    assert not stamp_is(where, "venv", "a")
    set_stamp(where, "venv", "a")
    assert stamp_is(where, "venv", "a")
    assert not stamp_is(where, "venv", "b")


def test_partial_folder_replaces_the_old_one(tmp_path):
    target = tmp_path / "tree"
    target.mkdir()
    (target / "old").touch()
    partial = fresh_partial(target)
    (partial / "new").touch()
    assert (target / "old").exists()
    finish_partial(partial, target)
    assert [p.name for p in target.iterdir()] == ["new"]


def test_remove_does_not_follow_links(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    link = tmp_path / "link"
    link.symlink_to(precious)
    remove(link)
    assert not link.exists()
    assert (precious / "file").exists()


def hold_lock(where, pipe):
    """In a process of its own: take the lock and keep it until told otherwise."""
    with shell.locked(where, "try"):
        pipe.send("ready")
        pipe.poll(30)


@pytest.fixture
def holder(where):
    """A process that holds the lock, and the pipe that ends it."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold_lock, args=(where, theirs))
    process.start()
    assert ours.poll(10)
    ours.recv()
    yield process, ours
    process.kill()
    process.join(10)


def test_second_run_waits_and_says_for_whom(where, holder, capsys):
    process, pipe = holder
    path = where.run / "try.lock"
    with path.open("a+") as handle, pytest.raises(Problem) as caught:
        shell._wait_for_lock(handle, path, patience=0)
    assert f"Process {process.pid} has held" in caught.value.cause
    assert f"(process {process.pid}) is at work" in capsys.readouterr().out
    pipe.send("end")
    with shell.locked(where, "try"):
        assert path.read_text() == str(os.getpid())


def test_lock_of_a_killed_run_is_free(where, holder):
    process, _pipe = holder
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    start = time.monotonic()
    with shell.locked(where, "try"):
        pass
    assert time.monotonic() - start < 5


def test_hint_report_runs_its_script(where, monkeypatch):
    environment = SimpleNamespace(where=where)
    monkeypatch.setattr(console_odoo, "prepared", lambda: environment)
    ran = []
    monkeypatch.setattr(
        console_odoo, "command", lambda *given: ran.append(given) or len(ran)
    )
    with pytest.raises(Problem, match="There is no .*hint_report.py"):
        console_odoo.hint_report()
    folder = where.root / "scripts"
    folder.mkdir()
    (folder / "hint_report.py").write_text("# ±\nrun(env)\n", encoding="utf-8")
    assert cli.main(["hint-report"]) == 1
    assert ran == [(environment, "# ±\nrun(env)\n")]


def test_make_knows_every_command():
    lines = (layout.root / "Makefile").read_text(encoding="utf-8").splitlines()
    targets = {line.split(":")[0] for line in lines if ": ## " in line}
    assert targets - {"help"} == set(cli.COMMANDS)
