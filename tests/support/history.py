"""A small git repository in a test's folder."""

import os
import subprocess
from pathlib import Path

import pytest


def sh(*words: str) -> str:
    """Run a command of git or DVC in the current folder; return what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `folder` an empty git repository and the current folder; nobody's own configuration counts."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for key, value in {"AUTHOR_NAME": "a", "AUTHOR_EMAIL": "a@b", "COMMITTER_NAME": "a", "COMMITTER_EMAIL": "a@b"}.items():
        monkeypatch.setenv(f"GIT_{key}", value)
    monkeypatch.chdir(folder)
    sh("git", "init", "--quiet", "--initial-branch", "main")


def commit_all() -> str:
    """Commit the folder as it is; return the hash."""
    sh("git", "add", ".")
    sh("git", "commit", "--quiet", "--allow-empty", "--message", "one")
    return sh("git", "rev-parse", "HEAD").strip()
