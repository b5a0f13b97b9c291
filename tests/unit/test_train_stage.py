"""The train stage as a process: what it writes, and that an interruption leaves no trace in it."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open

from stargan.core.params import read_yaml
from stargan.training.checkpoints import Checkpoints
from stargan.training.engine import Training
from support.faults import place
from support.interrupted import at_start, checkpoints, outputs, slow, start, wait_for_checkpoint
from support.processes import stage
from support.released import released_d, released_g, write_released
from support.sets import resign
from support.stages import Stages
from support.workspaces import write_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with params.yaml and two prepared datasets of noise, for trainings of 24 iterations."""
    write_workspace(tmp_path)
    return tmp_path


def test_outputs_of_a_training_and_of_an_interrupted_one_are_the_same(stages: Stages, workspace: Path) -> None:
    """Ctrl-C as a shell sends it, to a process of its own. Each signal at each moment: tests/faults/test_kills.py."""
    assert stages.run(workspace, "train both").status == 0
    whole = outputs(workspace)
    names = [f"data/models/both/samples/{d}-{i:08d}.png" for d in ("celeba", "rafd") for i in (4, 8, 12, 16, 20, 24)]
    names += [f"data/models/both/kept/{i:08d}.safetensors" for i in (6, 12, 18, 24)]
    assert sorted(whole) == sorted([*names, "data/models/both/generator.safetensors", "metrics/losses/both.csv"])
    assert not list(workspace.glob("data/checkpoints/both/*/*"))  # nothing is left once a run is whole

    at_start(workspace, slow())  # a signal falls between the first checkpoint and the end
    process = start(workspace)
    wait_for_checkpoint(workspace, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert outputs(workspace) == whole  # the former outputs, untouched
    at_start(workspace)
    again = stage("stages.train", "both", cwd=workspace)
    assert again.returncode == 0, again.stderr
    assert "resumed after" in again.stderr
    assert outputs(workspace) == whole


def test_the_generator_carries_its_labels_and_the_csv_its_terms(stages: Stages, workspace: Path) -> None:
    assert stages.run(workspace, "train rafd").status == 0
    with safe_open(workspace / "data/models/rafd/generator.safetensors", "pt") as file:
        header = file.metadata()["stargan"]
    assert '"names": ["angry", "happy", "neutral"]' in header
    assert '"step": 24' in header
    table = pd.read_csv(workspace / "metrics/losses/rafd.csv")
    assert table["iteration"].tolist() == list(range(2, 25, 2))
    assert {"d_gp_rafd", "g_rec_rafd"} < set(table.columns)
    assert table.iloc[1:].notna().all(axis=None)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("celebb", "error: params.yaml: celebb is not in runs; nearest: celeba\n"),
        ("celeba", "error: data/prepared/celeba/16: not a prepared dataset"),
    ],
)
def test_faults_are_one_line_and_status_one(stages: Stages, workspace: Path, run: str, said: str) -> None:
    (workspace / "data/prepared/celeba/16").rename(workspace / "elsewhere")
    done = stages.run(workspace, f"train {run}")
    assert done.status == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_second_writer_is_refused(workspace: Path) -> None:
    at_start(workspace, slow(0.5))
    first = start(workspace)
    wait_for_checkpoint(workspace, first)
    second = stage("stages.train", "both", cwd=workspace)
    first.kill()
    first.communicate()
    assert second.returncode == 1
    assert "another process trains this run" in second.stderr


def test_training_needs_neither_dvc_nor_mlflow(workspace: Path) -> None:
    at_start(workspace, "sys.modules['dvc'] = None\n")
    done = stage("stages.train", "rafd", cwd=workspace)
    assert done.returncode == 0, done.stderr
    assert "mlflow is not installed" in done.stderr
    assert (workspace / "data/models/rafd/generator.safetensors").exists()


def test_a_signal_while_a_picture_is_written_is_not_lost(stages: Stages, workspace: Path) -> None:
    """It comes between the checks of an iteration: what is said to be saved must be there."""
    whole = Path(shutil.copytree(workspace, workspace.with_name("whole")))
    assert stages.run(whole, "train both").status == 0
    done = stages.run(workspace, "train both", {"at": "PIL.Image:Image.save", "signal": "SIGTERM"})
    assert done.status == 130, done
    saved = int(done.stderr.split("saved after ")[1].split()[0])
    assert f"{saved:08d}" in [path.stem for path in checkpoints(workspace)]
    assert stages.run(workspace, "train both").status == 0
    assert outputs(workspace) == outputs(whole)  # the picture that was given up is made again


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
def test_asked_to_stop_it_stops_though_nothing_is_due(stages: Stages, workspace: Path, number: str) -> None:
    """Pictures that are due stop it as well, and so does a first iteration of its kind: here there are none any more."""
    params = read_yaml(workspace / "params.yaml")
    params["bookkeeping"]["sample_every"] = 1000
    (workspace / "params.yaml").write_text(json.dumps(params))
    asked = {"at": place(Training, Training.iterate), "nth": 6, "signal": number}
    done = stages.run(workspace, "train both", asked)
    assert done.status == 130, done
    assert int(done.stderr.split("saved after ")[1].split()[0]) < 24


def begin_with(workspace: Path, seed: int) -> None:
    """Let the run `rafd` begin with a released G and D, whose planes are as many as its labels."""
    params = read_yaml(workspace / "params.yaml")
    params["runs"]["rafd"]["start_from"] = str(write_released(workspace / "w", released_g(seed=seed), released_d(seed=seed)))
    (workspace / "params.yaml").write_text(json.dumps(params))


def weights(workspace: Path) -> bytes:
    return (workspace / "data/models/rafd/generator.safetensors").read_bytes()


def test_a_training_from_a_files_weights_and_its_resume_end_with_the_same(stages: Stages, workspace: Path) -> None:
    assert stages.run(workspace, "train rafd").status == 0
    drawn = weights(workspace)
    begin_with(workspace, 3)
    whole = stages.run(workspace, "train rafd")
    assert whole.status == 0, whole
    assert "rafd: begins with " in whole.stderr
    assert "kept: G, its planes of angry, happy, neutral (taken in this order: the file names none), D;" in whole.stderr
    expected = weights(workspace)
    assert expected != drawn
    killed = {"at": place(Checkpoints, Checkpoints.save), "nth": 2, "after": True, "signal": "SIGKILL"}
    assert stages.run(workspace, "train rafd", killed).status == -9
    again = stages.run(workspace, "train rafd")
    assert again.status == 0, again
    assert "resumed after 10 of 24" in again.stderr
    assert "begins with" not in again.stderr  # the file is not loaded over the resumed state
    assert weights(workspace) == expected


def test_other_weights_at_the_same_path_are_not_resumed_into(stages: Stages, workspace: Path) -> None:
    begin_with(workspace, 4)
    assert stages.run(workspace, "train rafd").status == 0
    expected = weights(workspace)
    begin_with(workspace, 3)
    killed = {"at": place(Checkpoints, Checkpoints.save), "after": True, "signal": "SIGKILL"}
    assert stages.run(workspace, "train rafd", killed).status == -9
    begin_with(workspace, 4)
    again = stages.run(workspace, "train rafd")
    assert again.status == 0, again
    assert "resumed" not in again.stderr
    assert weights(workspace) == expected


def changed(folder: Path, what: str) -> None:
    """Change a prepared set so that its hashes fit it."""
    if what == "labels":
        labels = np.load(folder / "labels.npy")
        np.save(folder / "labels.npy", labels[::-1])
    else:
        name, old, new = {"split": ("rows.csv", "test", "train"), "names": ("manifest.json", "angry", "cross")}[what]
        (folder / name).write_text((folder / name).read_text().replace(old, new, 2))
    resign(folder / "manifest.json")


@pytest.mark.parametrize("what", ["split", "names", "labels"])
def test_other_data_are_not_resumed_into(stages: Stages, workspace: Path, what: str) -> None:
    killed = {"at": place(Checkpoints, Checkpoints.save), "after": True, "signal": "SIGKILL"}
    assert stages.run(workspace, "train both", killed).status == -9
    assert checkpoints(workspace)
    changed(workspace / "data/prepared/rafd/16", what)
    again = stages.run(workspace, "train both")
    assert again.status == 0, again
    assert "resumed" not in again.stderr
