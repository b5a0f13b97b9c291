"""DVC meets names that are paths or shell words: it runs nothing, and removes nothing."""

import json
from pathlib import Path

import pytest

from stargan.core.params import read_yaml
from support.processes import ROOT
from support.repository import Repository
from support.stages import Stages

NO_NAMES = ["..", "../votes", "ABOVE/abs", "", ".", "a/b", "x; touch f #", "it's"]


def content(folder: Path) -> dict[str, bytes]:
    """Return all files that stages or DVC could have changed."""
    kept = (path for path in folder.rglob("*") if path.is_file() and ".dvc" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository with dvc.yaml's trainings alone, and outputs that a name could reach."""
    made = Repository(tmp_path / "project")
    made.path.mkdir()
    train = read_yaml(ROOT / "dvc.yaml")["stages"]["train"]
    train["do"]["deps"] = []  # or DVC would stop for want of them
    (made.path / "dvc.yaml").write_text(json.dumps({"stages": {"train": train}}))
    for name in (
        "data/votes/votes-a.csv",
        "data/models/rafd/generator.safetensors",
        "metrics/losses/rafd.csv",
        "../abs/file",
    ):
        (made.path / name).parent.mkdir(parents=True, exist_ok=True)
        (made.path / name).write_text("kept")
    made.sh("dvc init --no-scm -q")
    return made


def write_run(folder: Path, name: str) -> None:
    values = read_yaml(ROOT / "params.yaml")
    values["runs"] = {name: values["runs"]["rafd"]}
    (folder / "params.yaml").write_text(json.dumps(values))


@pytest.mark.parametrize("name", NO_NAMES)
def test_dvc_runs_and_removes_nothing(project: Repository, name: str) -> None:
    write_run(project.path, name.replace("ABOVE", str(project.path.parent)))
    before = content(project.path.parent)
    printed = project.sh(f"export PYTHONPATH={ROOT}; dvc repro", expect=255)
    assert content(project.path.parent) == before
    if name not in ("..", "../votes", "", "."):  # of which DVC knows no params
        assert "is no name; begin with a lower-case letter" in printed


@pytest.mark.parametrize("name", ["../votes", "x; touch f #"])
@pytest.mark.parametrize("stage", ["train", "translate", "evaluate"])
def test_nor_do_stages_that_are_called_by_hand(stages: Stages, project: Repository, stage: str, name: str) -> None:
    write_run(project.path, name)
    before = content(project.path)
    done = stages.run(project.path, [stage, name])
    assert done.status == 1, done
    assert f"runs: {name!r} is no name" in done.stderr
    assert content(project.path) == before


def test_a_judge_is_trained_on_a_dataset_alone(stages: Stages, project: Repository) -> None:
    before = content(project.path)
    assert stages.run(project.path, "classifier ../votes 16").status == 2
    assert content(project.path) == before
