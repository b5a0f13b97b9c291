"""docs/own-data.md, followed from its first command to its last: own classes, from a folder to a translation."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.processes import ROOT
from support.repository import Repository
from support.stages import Stages
from support.tour import ran_in

BLOCKS = re.findall(r"```bash\n(.*?)```", (ROOT / "docs/own-data.md").read_text(), re.S)
NAMES = ("-30", "très triste", "喜び")


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture."""
    with Image.open(path) as picture:
        return picture.size


@pytest.fixture(scope="module")
def walked(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, str]:
    """A repository in which both blocks of commands ran, and what the second one printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("walk") / "copy")
    copy.sh(BLOCKS[0])
    return copy, copy.sh(f"set -e\n{BLOCKS[1]}")


def test_a_walk_from_a_folder_to_a_translation(walked: tuple[Repository, str]) -> None:
    copy, said = walked
    assert len(BLOCKS) == 2
    assert "moods: folders, because pictures lie in folders, one a class" in said
    assert "note: passed over: 1 .txt (README.txt)" in said
    assert "喜び/broken.jpg is not a picture, whatever its name says" in said
    stages = {f"{stage}@mine" for stage in ("prepare", "classifier", "train", "translate", "evaluate")}
    assert stages <= ran_in(said)
    found = copy.measures("mine")
    assert {f"error/mine/{name}" for name in NAMES} <= found.keys()
    assert size_of(copy.path / "metrics/grids/mine/mine.png")[0] > 4 * 64  # the input and three classes
    made = sorted((copy.path / "data/translated").iterdir())
    assert len(made) == 2
    assert set(map(size_of, made)) == {(32, 32)}
    page = (copy.path / "data/prepared/mine/report.html").read_text()
    assert all(name in page for name in NAMES)
    rows = (copy.path / "data/prepared/mine/32/rows.csv").read_text()
    assert "broken" not in rows
    labels = np.load(copy.path / "data/prepared/mine/32/labels.npy")
    assert labels.shape[1] == 3
    assert not ran_in(copy.sh("dvc repro evaluate@mine"))


def test_its_comments_are_kept(walked: tuple[Repository, str]) -> None:
    copy, _ = walked
    before = copy.sh("git show HEAD:params.yaml").splitlines()
    after = (copy.path / "params.yaml").read_text().splitlines()
    assert [line for line in after if line in before] == before
