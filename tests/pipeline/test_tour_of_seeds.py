"""The documents' commands about seeds."""

import re
from pathlib import Path

import pytest

from support.repository import Repository
from support.stages import Stages
from support.tour import part, toured


@pytest.fixture(scope="module")
def tour(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    """A copy in which the documents' commands about seeds were run, and what they printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("tour") / "copy")
    return copy, toured(copy, part("seeds"))


def test_seeds_come_together(tour: tuple[Repository, dict[str, str]]) -> None:
    (seeds,) = (text for command, text in tour[1].items() if command.startswith("python -m stages.summary"))
    assert re.search(r"\| default \| 2 \(1, 2\) \|", seeds)
