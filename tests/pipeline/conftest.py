"""A repository of a test's own in which the pipeline has run."""

from pathlib import Path

import pytest

from support.repository import Repository
from support.stages import Stages


@pytest.fixture
def copy(built: Path, stages: Stages, tmp_path: Path) -> Repository:
    """A repository in which the pipeline has run, to do with as a test likes."""
    return Repository(built, stages).copied(tmp_path / "copy")
