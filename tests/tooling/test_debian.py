"""The private apt: reading the machine's sources, unpacking, checking links."""

import pytest

from suite import debian
from suite.console import Problem
from suite.debian import Source

DEB822 = """\
Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

Enabled: no
Types: deb
URIs: http://mirror.example/debian
Suites: experimental
Components: main

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main non-free
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian bookworm-updates main # trailing words
"""
MIRROR = "http://mirror.example/debian"


def test_deb822():
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    components = ("main", "contrib")
    assert debian.parse_deb822(DEB822) == [
        Source(MIRROR, "bookworm", components, keyring),
        Source(MIRROR, "bookworm-updates", components, keyring),
        # a key written into the file is no path
        Source(MIRROR + "-security", "bookworm-security", ("main",), ""),
    ]


def test_one_line():
    assert debian.parse_one_line(ONE_LINE) == [
        Source(MIRROR, "bookworm", ("main", "non-free"), "/k.gpg"),
        Source(MIRROR, "bookworm-updates", ("main",), ""),
    ]


def test_machine_sources_reads_both_kinds(tmp_path):
    (tmp_path / "sources.list").write_text(ONE_LINE)
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "debian.sources").write_text(DEB822)
    (parts / "old.list.save").write_text(ONE_LINE)
    assert len(debian.machine_sources(tmp_path)) == 2 + 3


def test_machine_without_sources(tmp_path):
    assert debian.machine_sources(tmp_path) == []


def test_foreign_sources_are_left_out():
    sources = [
        Source("http://vendor.example/node", "nodistro", ("main",)),
        Source("http://mirror.example/ubuntu", "noble", ("main",)),
        Source(MIRROR, "bookworm", ("contrib",)),
        Source(MIRROR + "/", "bookworm", ("main",)),
        Source(MIRROR + "-security", "bookworm-security", ("main",)),
        Source(MIRROR, "bookworm-backports", ("main",)),
    ]
    found = debian.debian_sources(sources, "bookworm")
    assert [s.suite for s in found] == ["bookworm", "bookworm-security"]


def test_sources_list_adds_what_odoo_needs():
    sources = [
        Source(MIRROR + "-security", "trixie-security", ("main",)),
        Source(MIRROR, "trixie", ("main",), "/own.gpg"),
    ]
    lines = debian.sources_list(sources, "/keyring.gpg").splitlines()
    assert lines == [
        f"deb [signed-by=/keyring.gpg] {MIRROR}-security trixie-security main",
        f"deb [signed-by=/own.gpg] {MIRROR} trixie main",
        f"deb [signed-by=/own.gpg] {MIRROR} bookworm main",
        f"deb [signed-by=/own.gpg] {MIRROR} sid main",
    ]


def test_machine_release_wins_over_extra_suites():
    assert "n=bookworm" not in debian.preferences("bookworm")
    text = debian.preferences("trixie")
    assert "n=sid\nPin-Priority: 50" in text
    assert "n=bookworm\nPin-Priority: 60" in text


def test_unavailable_without_apt(monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda name: None)
    assert debian.unavailable_reason() == "there is no apt-get"


def test_unavailable_without_debian_mirror(monkeypatch, tmp_path):
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(debian, "KEYRING", str(keyring))
    monkeypatch.setattr(debian.shutil, "which", lambda name: f"/usr/bin/{name}")
    foreign = [Source("http://mirror.example/ubuntu", "noble", ("main",))]
    monkeypatch.setattr(debian, "machine_sources", lambda: foreign)
    reason = debian.unavailable_reason()
    assert reason == "no Debian mirror stands in the machine's apt sources"


def fake_unpacking(monkeypatch, files, fail_at=None):
    """Replace dpkg by something that writes ``files`` and may fail."""

    def run(command, what, where):
        if command[2].name == fail_at:
            raise Problem("dpkg was killed")
        for name in files:
            path = command[3] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(command[2].name)

    monkeypatch.setattr(debian, "run", run)


def archives(tmp_path, *names):
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.touch()
    return paths


def test_unpack_killed_half_way_leaves_no_target(where, tmp_path, monkeypatch):
    fake_unpacking(monkeypatch, ["a/b"], fail_at="two.deb")
    debs = archives(tmp_path, "one.deb", "two.deb")
    with pytest.raises(Problem, match="dpkg was killed"):
        debian.unpack(debs, where.debian, where)
    assert not where.debian.exists()
    # the next run starts from nothing and gets through
    (where.base / "debian.partial" / "rubbish").touch()
    fake_unpacking(monkeypatch, ["a/b"])
    debian.unpack(debs, where.debian, where)
    assert (where.debian / "a" / "b").read_text() == "two.deb"
    assert not (where.debian / "rubbish").exists()
    assert not any(path.exists() for path in debs)


def test_c_library_is_never_unpacked(where, tmp_path, monkeypatch):
    fake_unpacking(monkeypatch, ["a"])
    debs = archives(tmp_path, "first.deb", "libc6_2.36-9_amd64.deb")
    debian.unpack_into(debs, tmp_path / "out", where)
    assert (tmp_path / "out" / "a").read_text() == "first.deb"


def test_links_are_resolved_inside_the_tree(tmp_path):
    tree = tmp_path / "tree"
    (tree / "usr/share/js").mkdir(parents=True)
    (tree / "usr/share/js/jquery.js").touch()
    (tree / "usr/lib").mkdir()
    (tree / "usr/lib/absolute.js").symlink_to("/usr/share/js/jquery.js")
    (tree / "usr/lib/relative.js").symlink_to("../share/js/jquery.js")
    debian.check_links(tree)
    (tree / "usr/lib/gone.js").symlink_to("../share/js/gone.js")
    assert debian.dangling_links(tree) == [tree / "usr/lib/gone.js"]
    with pytest.raises(Problem, match=r"1 files .*usr/lib/gone\.js") as caught:
        debian.check_links(tree)
    assert "ODOO_HOME" in caught.value.way_out
