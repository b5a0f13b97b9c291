"""A training that starts at iteration 0 says why, what stands there from before, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from stargan.core.params import read_yaml
from stargan.core.tensors import read_tensors, write_tensors
from stargan.training.checkpoints import Checkpoints
from stargan.training.earlier import differences
from support.faults import place
from support.sets import resign
from support.stages import Stages
from support.workspaces import write_workspace

KILLED = {"at": place(Checkpoints, Checkpoints.save), "after": True, "signal": "SIGKILL"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    write_workspace(folder)
    return folder


def change(folder: Path, **values: Any) -> None:
    """Change params by dotted keys (a__b)."""
    params = read_yaml(folder / "params.yaml")
    for key, value in values.items():
        *parents, last = key.split("__")
        section = params
        for parent in parents:
            section = section[parent]
        section[last] = value
    (folder / "params.yaml").write_text(json.dumps(params))


def said(stages: Stages, folder: Path, run: str, *faults: dict[str, Any]) -> list[str]:
    """Train a run; return its lines on stderr about what was there before."""
    ended = stages.run(folder, f"train {run}", *faults)
    assert ended.status == (-9 if faults else 0), ended
    return [line for line in ended.stderr.splitlines() if "iteration 0" in line or "interrupted" in line]


def test_a_first_training_has_nothing_to_say(stages: Stages, workspace: Path) -> None:
    assert said(stages, workspace, "rafd") == []


def test_a_longer_training_says_what_it_does_with_the_finished_one(stages: Stages, workspace: Path) -> None:
    said(stages, workspace, "rafd")
    change(workspace, runs__rafd__length=26)
    assert said(stages, workspace, "rafd") == [
        "rafd: starts at iteration 0: runs.rafd.length was 24 and is 26 now. No state of the finished training is kept, and "
        "data/models/rafd will be replaced at the end; to begin with its weights stop, copy "
        "data/models/rafd/generator.safetensors to data/weights and set runs.rafd.start_from to the copy"
    ]
    path = workspace / "data/models/rafd/generator.safetensors"
    assert read_tensors(path)[1]["step"] == 26
    (workspace / "data/weights").mkdir()
    path.rename(workspace / "data/weights/mine.safetensors")  # as it said
    change(workspace, runs__rafd__start_from="data/weights/mine.safetensors")
    ended = stages.run(workspace, "train rafd")
    assert ended.status == 0, ended
    assert (
        "rafd: begins with data/weights/mine.safetensors; kept: G, its planes of angry, happy, neutral; anew: D"
        in ended.stderr
    )


def test_of_a_baseline_it_offers_no_start_and_names_the_run_that_is_like_it(stages: Stages, workspace: Path) -> None:
    said(stages, workspace, "icgan-rafd")
    change(workspace, runs__rafd__length=25, icgan__z=3)
    (line,) = said(stages, workspace, "icgan-rafd")
    assert ": icgan.z was 64 and is 3 now, runs.rafd.length was 24 and is 25 now. No state" in line
    assert line.endswith("data/models/icgan-rafd will be replaced at the end")


def test_other_data_and_a_repetition_are_told_too(stages: Stages, workspace: Path) -> None:
    said(stages, workspace, "rafd")
    (line,) = said(stages, workspace, "rafd")
    assert (
        ": its settings and data are the same, so code, threads, device or torch differ, or it was asked for anew. " in line
    )
    manifest = workspace / "data/prepared/rafd/16/manifest.json"
    manifest.write_text(manifest.read_text().replace("angry", "cross"))
    resign(manifest)
    (line,) = said(stages, workspace, "rafd")
    assert "starts at iteration 0: data/prepared/rafd/16 has changed. " in line


def test_a_broken_model_does_not_stop_it(stages: Stages, workspace: Path) -> None:
    said(stages, workspace, "rafd")
    path = workspace / "data/models/rafd/generator.safetensors"
    whole = path.read_bytes()
    for content in (b"", whole[:-9], whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(content)
        (line,) = said(stages, workspace, "rafd")
        assert "starts at iteration 0: what it followed from can't be read (data/models/rafd/generator.safetensors: " in line
        assert path.read_bytes() == whole
    write_tensors(path, {}, {})
    assert "0: it does not say what it followed from. No state" in said(stages, workspace, "rafd")[0]
    for header in ({"settings": [1], "made_from": 3}, {"settings": {"run": 7}, "made_from": {}}):
        write_tensors(path, {}, header)
        assert len(said(stages, workspace, "rafd")) == 1
        assert path.read_bytes() == whole


def test_an_interrupted_training_of_another_length_is_named(stages: Stages, workspace: Path) -> None:
    assert said(stages, workspace, "rafd", KILLED) == []
    (folder,) = (path.parent for path in workspace.glob("data/checkpoints/rafd/*/0*.safetensors"))
    change(workspace, runs__rafd__length=26)
    assert said(stages, workspace, "rafd") == [
        f"rafd: an interrupted training in data/checkpoints/rafd/{folder.name} is not gone on with after 5 iterations: "
        "runs.rafd.length was 24 and is 26 now"
    ]
    change(workspace, runs__rafd__length=24)  # and back: it goes on, the finished one gives way
    ended = stages.run(workspace, "train rafd")
    assert "rafd: resumed after 5 of 24" in ended.stderr
    assert "iteration 0" not in ended.stderr


def test_an_unreadable_checkpoint_of_the_same_training_is_warned_of_alone(stages: Stages, workspace: Path) -> None:
    said(stages, workspace, "rafd", KILLED)
    (path,) = workspace.glob("data/checkpoints/rafd/*/0*.safetensors")
    path.write_bytes(b"")
    ended = stages.run(workspace, "train rafd")
    assert "warning: passed over a checkpoint" in ended.stderr
    assert "interrupted" not in ended.stderr


def test_differences_by_hand() -> None:
    """The run's own come first; iterations, which follow from the rest, only where nothing else differs."""
    old: dict[str, dict[str, Any]] = {
        "settings": {
            "budget": "compute",
            "seed": 1,
            "run": {"length": 4, "labels": ["a"]},
            "train": {"g_lr": 0.1, "gone": 2},
            "iterations": 4,
        },
        "made_from": {"data/prepared/a/16": "x", "data/prepared/b/16": "y"},
    }
    new = {
        "settings": {"seed": 2, "run": {"length": 8, "labels": ["a"]}, "train": {"g_lr": 0.1}, "iterations": 8},
        "made_from": {"data/prepared/a/16": "x", "w.ckpt": "z"},
    }
    assert differences("r", old, new) == [
        "runs.r.length was 4 and is 8 now",
        "budget was 'compute' and is not set now",
        "seed was 1 and is 2 now",
        "train.gone was 2 and is not set now",
        "data/prepared/b/16 is read no more",
        "w.ckpt is read now",
    ]
    epochs = {"settings": {**old["settings"], "iterations": 5}, "made_from": old["made_from"]}
    assert differences("r", old, epochs) == ["iterations was 4 and is 5 now"]
    assert differences("r", old, old) == []
