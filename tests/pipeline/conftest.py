"""Folders of a test's own: a workspace for trainings, and a repository in which the pipeline has run."""

from pathlib import Path

import pytest

from support.repository import Repository
from support.stages import Stages
from support.workspaces import write_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with params.yaml and two prepared datasets of noise, for trainings of 24 iterations."""
    write_workspace(tmp_path)
    return tmp_path


@pytest.fixture
def copy(built: Path, stages: Stages, tmp_path: Path) -> Repository:
    """A repository in which the pipeline has run, to do with as a test likes."""
    return Repository(built, stages).copied(tmp_path / "copy")
