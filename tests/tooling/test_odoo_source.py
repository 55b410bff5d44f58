"""Where Odoo comes from: the order of the ways and each way's failures."""

import subprocess

import pytest

from suite import odoo_source
from suite.console import Problem

RELEASE = "version_info = ({}, {}, 0, 'final', 0, '')\n"


def source_tree(folder, major=19, minor=0, layout="source"):
    """A folder that looks like Odoo's sources or its package."""
    (folder / "odoo" / "addons" / "base").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(RELEASE.format(major, minor))
    addons = folder / ("addons" if layout == "source" else "odoo/addons")
    (addons / "mail").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("environ", "importable", "debian_reason", "has_git", "kind"),
    [
        ({"ODOO_HOME": "/o"}, "/i", "", True, "home"),
        ({}, "/i", "", True, "installed"),
        ({}, None, "", True, "debian"),
        ({}, None, "there is no apt-get", True, "git"),
        # an empty variable is as good as none
        ({"ODOO_HOME": ""}, None, "", False, "debian"),
    ],
)
def test_order(environ, importable, debian_reason, has_git, kind):
    chosen, text = odoo_source.choose(environ, importable, debian_reason, has_git)
    assert chosen == kind
    assert text


def test_git_address_is_a_setting():
    environ = {"ODOO_GIT_URL": "file:///mirror/odoo"}
    _kind, text = odoo_source.choose(environ, None, "there is no dpkg", True)
    assert "file:///mirror/odoo" in text
    assert "there is no dpkg" in text


def test_no_way_names_all_ways():
    with pytest.raises(Problem, match="there is no apt-get") as caught:
        odoo_source.choose({}, None, "there is no apt-get", False)
    for word in ("ODOO_HOME", "git", "Debian", "docker"):
        assert word in caught.value.way_out


def test_odoo_home(tmp_path):
    home = source_tree(tmp_path / "odoo-19")
    assert odoo_source.from_odoo_home(str(home)) == home
    assert odoo_source.addons_folders(home) == [str(home / "addons")]


def test_odoo_home_of_a_package(tmp_path):
    home = source_tree(tmp_path / "dist-packages", layout="package")
    assert odoo_source.addons_folders(home) == []


def test_odoo_home_without_odoo(tmp_path):
    with pytest.raises(Problem, match="odoo/release.py is missing"):
        odoo_source.from_odoo_home(str(tmp_path))


def test_odoo_home_of_another_series(tmp_path):
    source_tree(tmp_path, 18)
    with pytest.raises(Problem, match=r"is Odoo 18\.0; this suite is for 19\.0"):
        odoo_source.from_odoo_home(str(tmp_path))


def test_remembered_source_is_dropped_with_its_folder(tmp_path):
    home = source_tree(tmp_path / "a")
    known = {"kind": "debian", "home": str(home)}
    assert odoo_source._still_valid(known, {})
    assert not odoo_source._still_valid(known, {"ODOO_HOME": str(tmp_path / "b")})
    (home / "odoo" / "release.py").unlink()
    assert not odoo_source._still_valid(known, {})


def test_home_counts_only_while_it_is_named(tmp_path):
    known = {"kind": "home", "home": str(source_tree(tmp_path / "a"))}
    assert odoo_source._still_valid(known, {"ODOO_HOME": known["home"]})
    assert not odoo_source._still_valid(known, {})


def test_installed_odoo_is_linked_alone(where, tmp_path):
    home = source_tree(tmp_path / "dist-packages", layout="package")
    (home / "yaml").mkdir()
    folder = odoo_source.python_path(where, home, "installed")
    assert [path.name for path in folder.iterdir()] == ["odoo"]
    assert (folder / "odoo" / "release.py").exists()
    assert odoo_source.python_path(where, home, "debian") == home


def git(folder, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_clone_of_a_named_repository(where, tmp_path):
    origin = source_tree(tmp_path / "origin")
    git(origin, "init", "-q", "-b", "19.0")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "x")
    home = odoo_source.clone(where, f"file://{origin}")
    assert odoo_source.series_of(home) == "19.0"
    assert home == where.source
    # the second time nothing is fetched: the origin may be gone
    assert odoo_source.clone(where, "file:///nowhere") == home


def test_clone_that_fails_leaves_nothing(where):
    with pytest.raises(Problem, match="Cloning file:///nowhere"):
        odoo_source.clone(where, "file:///nowhere")
    assert not where.source.exists()


def test_clone_of_something_else(where, tmp_path):
    origin = tmp_path / "origin"
    origin.mkdir()
    (origin / "README").touch()
    git(origin, "init", "-q", "-b", "19.0")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "x")
    with pytest.raises(Problem, match="holds no Odoo"):
        odoo_source.clone(where, f"file://{origin}")
    assert not where.source.exists()


@pytest.fixture
def no_npm(monkeypatch):
    monkeypatch.setattr(odoo_source, "which", lambda name, where: None)


def test_without_npm_a_placeholder_and_a_warning(where, tmp_path, no_npm, capsys):
    odoo_source.restore_segmentation(tmp_path, where)
    text = (tmp_path / odoo_source.SEGMENTATION_FILE).read_text()
    assert "class SelfieSegmentation" in text
    assert "blurred call background" in capsys.readouterr().err


def test_placeholder_gives_way_once_npm_is_there(where, tmp_path, monkeypatch, no_npm):
    odoo_source.restore_segmentation(tmp_path, where)
    monkeypatch.setattr(odoo_source, "segmentation_from_npm", lambda where: "real")
    odoo_source.restore_segmentation(tmp_path, where)
    target = tmp_path / odoo_source.SEGMENTATION_FILE
    assert target.read_text() == "real"
    # the real file is never replaced
    monkeypatch.setattr(odoo_source, "segmentation_from_npm", lambda where: "other")
    odoo_source.restore_segmentation(tmp_path, where)
    assert target.read_text() == "real"


def test_npm_that_fails_is_no_npm(where, monkeypatch, program):
    folder = program("npm", "echo ENOTFOUND; exit 1").parent
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    assert odoo_source.segmentation_from_npm(where) is None


def test_file_comes_out_of_the_npm_archive(where, monkeypatch, program):
    script = (
        "mkdir package && echo 'original' > package/selfie_segmentation.js && "
        "tar czf mediapipe.tgz package && rm -r package"
    )
    folder = program("npm", script).parent
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    assert odoo_source.segmentation_from_npm(where) == "original\n"
