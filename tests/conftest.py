"""What any test may ask for: stages that start in milliseconds, and a repository in which the pipeline has run."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.repository import Repository, build, key
from support.stages import Stages, start
from support.workspaces import once


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Take torch's threads back after a test: a command that runs in this process sets those of params.

    Two workers with two threads each on two cores take three times as long for all that follows.
    """
    yield
    torch = sys.modules.get("torch")
    if torch is not None and "OMP_NUM_THREADS" in os.environ:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """The parent of all stages of this session."""
    return Stages(once(tmp_path_factory, "stages", start) / "door")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, stages: Stages) -> Path:
    """A committed repository in which the pipeline has run once, for copies of it alone."""
    told = once(tmp_path_factory, "key", lambda folder: (folder / "key").write_text(key()))  # files may change meanwhile
    return once(tmp_path_factory, f"repository-{(told / 'key').read_text()}", lambda path: build(path, stages))


@pytest.fixture(scope="module")
def repository(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A copy of it, for tests of a file that leave it as it is."""
    return Repository(built, stages).copied(tmp_path_factory.mktemp("copied") / "repository")
