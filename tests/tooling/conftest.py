"""Fixtures for the tests of the scripts: a checkout in a temporary folder."""

import pytest

from suite.paths import Layout


@pytest.fixture
def where(tmp_path):
    """A bare checkout with the folders that every command prepares."""
    layout = Layout(tmp_path / "checkout")
    layout.root.mkdir()
    layout.prepare()
    return layout


@pytest.fixture
def program(tmp_path):
    """Writes an executable script and returns its path."""

    def write(name, text):
        path = tmp_path / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write
