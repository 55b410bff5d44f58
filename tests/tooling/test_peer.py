"""The module of others that ``make bench`` measures beside the suite."""

from types import SimpleNamespace

import pytest

from suite import bench, peer
from suite.console import Problem
from suite.paths import set_stamp


@pytest.fixture
def pinned(where, monkeypatch):
    """A checkout that pins a peer; pip is replaced by ``install``."""
    folder = where.root / "requirements"
    folder.mkdir()
    (folder / "peer.txt").write_text("peer==1\n", encoding="utf-8")
    monkeypatch.setattr(peer.python_env, "bare_pip", lambda _where: ["pip"])
    return where


def install(command, *_args, **_options):
    """What pip would leave in the target folder."""
    target = command[command.index("--target") + 1]
    (target / "odoo" / "addons" / "rma").mkdir(parents=True)


def no_index(*_args, **_options):
    raise Problem("Fetching failed.", "look at the log.")


def make_environment(where):
    calls = []
    databases = SimpleNamespace(
        clone=lambda *names: calls.append(("clone", *names)),
        drop=lambda name: calls.append(("drop", name)),
        install=lambda name, *_args, **_options: calls.append(("install", name)),
    )
    return SimpleNamespace(where=where, databases=databases), calls


def test_the_peer_is_fetched_once(pinned, monkeypatch):
    monkeypatch.setattr(peer, "run", install)
    addons = peer.fetch(pinned)
    assert (addons / "rma").is_dir()
    monkeypatch.setattr(peer, "run", no_index)
    assert peer.fetch(pinned) == addons


def test_another_pin_is_fetched_anew(pinned, monkeypatch):
    monkeypatch.setattr(peer, "run", install)
    peer.fetch(pinned)
    (pinned.root / "requirements" / "peer.txt").write_text("peer==2\n")
    monkeypatch.setattr(peer, "run", no_index)
    assert peer.fetch(pinned) is None


def test_without_an_index_the_benchmark_still_runs(pinned, monkeypatch, capsys):
    monkeypatch.setattr(peer, "run", no_index)
    environment, calls = make_environment(pinned)
    with peer.database(environment) as (name, conf):
        assert (name, conf) == (peer.TEMPLATE, pinned.conf)
    assert calls == []
    assert "The peer is not available" in capsys.readouterr().out


def test_the_peer_has_a_database_of_its_own(pinned, monkeypatch):
    monkeypatch.setattr(peer, "run", install)
    pinned.conf.write_text("[options]\naddons_path = /suite,/odoo\nhttp_port = 1\n")
    environment, calls = make_environment(pinned)
    with peer.database(environment) as (name, conf):
        assert name == peer.DATABASE
        lines = conf.read_text().splitlines()
        assert lines[1] == f"addons_path = /suite,/odoo,{peer.fetch(pinned)}"
        assert lines[2] == "http_port = 1"
    assert calls == [
        ("clone", peer.TEMPLATE, peer.DATABASE),
        ("install", peer.DATABASE),
        ("drop", peer.DATABASE),
    ]
    assert not conf.exists()


def test_the_database_is_dropped_after_a_failure(pinned, monkeypatch):
    set_stamp(pinned, "peer", "peer==1\n")
    (pinned.base / "peer" / "odoo" / "addons").mkdir(parents=True)
    pinned.conf.write_text("[options]\n")
    environment, calls = make_environment(pinned)
    environment.databases.install = no_index
    with pytest.raises(Problem), peer.database(environment):
        pass
    assert calls[-1] == ("drop", peer.DATABASE)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("", ["suite", "peer"]),
        ("tests/bench", ["suite", "peer"]),
        ("tests/bench/test_bench_lists.py", ["suite"]),
        ("tests/bench/test_bench_return.py", ["peer"]),
    ],
)
def test_what_runs_where(monkeypatch, tmp_path, target, expected):
    ran = []
    monkeypatch.setattr(
        bench.testing, "run_on_clone", lambda *_args: ran.append("suite") or True
    )
    monkeypatch.setattr(
        bench.peer, "run_benchmarks", lambda *_args: ran.append("peer") or True
    )
    assert bench.run(None, [], target, tmp_path / "rows")
    assert ran == expected
