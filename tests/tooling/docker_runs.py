"""Shared by the tests of the image's scripts."""

import os
import subprocess
from pathlib import Path

DOCKER = Path(__file__).resolve().parents[2] / "docker"


def write_command(folder, name, body):
    """Put a command on the path of the scripts under test."""
    path = folder / name
    path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def run(script, *arguments, env, path=None):
    """Run a script with exactly the given environment."""
    search = f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]
    return subprocess.run(
        ["bash", script, *arguments],
        env={"PATH": search, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
