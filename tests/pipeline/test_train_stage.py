"""The train stage as a process: what it writes, and that an interruption leaves no trace in it."""

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, environment, stage
from safetensors import safe_open


def hashes(workspace: Path) -> dict[str, str]:
    """Return the hash of each output of the run `both`."""
    files = [*(workspace / "data/models/both").rglob("*"), workspace / "metrics/losses/both.csv"]
    return {str(f.relative_to(workspace)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()}


def start(workspace: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "stages.train", "both"], cwd=workspace, stderr=subprocess.PIPE, text=True,
        env=environment() | {"PYTHONPATH": f"{ROOT}:{workspace}"},
    )  # fmt: skip


def wait_for_checkpoint(workspace: Path, process: "subprocess.Popen[str]") -> None:
    """Wait until the first checkpoint stands."""
    for _ in range(3000):
        if list(workspace.glob("data/checkpoints/both/*/0*.safetensors")) or process.poll() is not None:
            return
        time.sleep(0.02)
    raise AssertionError("no checkpoint came")


def test_outputs_of_a_training_and_of_interrupted_ones_are_the_same(workspace: Path) -> None:
    assert stage("stages.train", "both", cwd=workspace).returncode == 0
    whole = hashes(workspace)
    names = [f"data/models/both/samples/{d}-{i:08d}.png" for d in ("celeba", "rafd") for i in (4, 8, 12, 16, 20, 24)]
    names += [f"data/models/both/kept/{i:08d}.safetensors" for i in (6, 12, 18, 24)]
    assert sorted(whole) == sorted([*names, "data/models/both/generator.safetensors", "metrics/losses/both.csv"])
    assert not list(workspace.glob("data/checkpoints/both/*/*"))  # nothing is left once a run is whole

    # Slow iterations let a signal fall between the first checkpoint and the end.
    for number, code in ((signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGKILL, -9)):
        slow(workspace)
        process = start(workspace)
        wait_for_checkpoint(workspace, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        assert process.returncode == code, said
        assert hashes(workspace) == whole  # the former outputs, untouched
        again = stage("stages.train", "both", cwd=workspace)
        assert again.returncode == 0, again.stderr
        assert "resumed after" in again.stderr
        assert hashes(workspace) == whole


def slow(workspace: Path, seconds: float = 0.05) -> None:
    """Make each update of the next trainings take longer, without touching code or params."""
    (workspace / "sitecustomize.py").write_text(
        "import torch, time\n"
        "apply = torch.optim.Adam.step\n"
        f"torch.optim.Adam.step = lambda self, *a, **k: (time.sleep({seconds}), apply(self, *a, **k))[1]\n"
    )


def test_the_generator_carries_its_labels_and_the_csv_its_terms(workspace: Path) -> None:
    assert stage("stages.train", "rafd", cwd=workspace).returncode == 0
    with safe_open(workspace / "data/models/rafd/generator.safetensors", "pt") as file:
        header = file.metadata()["stargan"]
    assert '"names": ["angry", "happy", "neutral"]' in header
    assert '"step": 24' in header
    table = pd.read_csv(workspace / "metrics/losses/rafd.csv")
    assert table["iteration"].tolist() == list(range(2, 25, 2))
    assert {"d_gp_rafd", "g_rec_rafd"} < set(table.columns)
    assert table.iloc[1:].notna().all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["celebb"], "error: params.yaml: celebb is in neither runs nor baselines; nearest: celeba\n"),
        (["celeba"], "error: data/prepared/celeba-32: not a prepared dataset"),
    ],
)
def test_faults_are_one_line_and_status_one(workspace: Path, arguments: list[str], said: str) -> None:
    done = stage("stages.train", *arguments, cwd=workspace)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


def test_a_second_writer_is_refused(workspace: Path) -> None:
    slow(workspace, seconds=2)
    first = start(workspace)
    wait_for_checkpoint(workspace, first)
    second = stage("stages.train", "both", cwd=workspace)
    first.kill()
    first.communicate()
    assert second.returncode == 1
    assert "another process trains this run" in second.stderr


def test_training_needs_neither_dvc_nor_mlflow(workspace: Path) -> None:
    (workspace / "sitecustomize.py").write_text("import sys\nsys.modules['mlflow'] = sys.modules['dvc'] = None\n")
    done = stage("stages.train", "rafd", cwd=workspace)
    assert done.returncode == 0, done.stderr
    assert "mlflow is not installed" in done.stderr
    assert (workspace / "data/models/rafd/generator.safetensors").exists()


def test_a_signal_while_a_picture_is_written_is_not_lost(workspace: Path) -> None:
    """It comes between the checks of an iteration: what is said to be saved must be there."""
    (workspace / "sitecustomize.py").write_text(
        "import os, signal\nfrom PIL import Image\nsave, sent = Image.Image.save, []\n"
        "def signalled(self, *a, **k):\n"
        "    if not sent: sent.append(os.kill(os.getpid(), signal.SIGTERM))\n"
        "    return save(self, *a, **k)\n"
        "Image.Image.save = signalled\n"
    )
    done = stage("stages.train", "both", cwd=workspace)
    assert done.returncode == 130, done.stderr
    saved = int(done.stderr.split("saved after ")[1].split()[0])
    assert list(workspace.glob(f"data/checkpoints/both/*/{saved:08d}.safetensors"))


@pytest.mark.parametrize("change", ["split", "names", "labels"])
def test_other_data_are_not_resumed_into(workspace: Path, change: str) -> None:
    slow(workspace)
    process = start(workspace)
    wait_for_checkpoint(workspace, process)
    process.kill()
    process.communicate()
    folder = workspace / "data/prepared/rafd-16"
    if change == "labels":
        import numpy as np

        labels = np.load(folder / "labels.npy")
        np.save(folder / "labels.npy", labels[::-1])
        manifest = (folder / "manifest.json").read_text()
        from stargan.files import sha256

        (folder / "manifest.json").write_text(manifest.replace(sha256(labels), sha256(labels[::-1])))
    else:
        name, old, new = {"split": ("rows.csv", "test", "train"), "names": ("manifest.json", "angry", "cross")}[change]
        (folder / name).write_text((folder / name).read_text().replace(old, new, 2))
    (workspace / "sitecustomize.py").unlink()
    again = stage("stages.train", "both", cwd=workspace)
    assert again.returncode == 0, again.stderr
    assert "resumed" not in again.stderr
