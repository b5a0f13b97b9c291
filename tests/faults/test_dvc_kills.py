"""Kill `dvc repro`: the repeated command goes on from the checkpoint and ends with the bytes of an uninterrupted run."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.cells import IDENTICAL, Copy, Tell, covering
from faults.test_kills import SIGNALS
from support.interrupted import at_start, slow
from support.processes import ROOT, environment

SLOW = slow(0.3)
WHOM = ("the whole group", "the stage alone")
WHOLE: dict[str, dict[str, str]] = {}


def dvc(folder: Path, *arguments: str, own: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start dvc in a group and, if need be, an environment of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", *arguments], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=(own or environment()) | {"PYTHONPATH": str(folder)}, start_new_session=True,
    )  # fmt: skip


def outputs(folder: Path) -> dict[str, str]:
    """Return what dvc.lock says of the outputs: its text."""
    return {"dvc.lock": (folder / "dvc.lock").read_text()}


@pytest.fixture
def project(copy: Copy, trainable: Path) -> Callable[[], Path]:
    """Copy the workspace, with this checkout's pipeline and code, as a project of DVC."""

    def made() -> Path:
        folder = copy(trainable)
        shutil.copy(ROOT / "dvc.yaml", folder)
        for name in ("stages", "stargan"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        at_start(folder)
        initialised = dvc(folder, "init", "--no-scm", "-q")
        said, _ = initialised.communicate(timeout=60)
        assert initialised.returncode == 0, said
        return folder

    return made


def trainer(folder: Path) -> int:
    """Return the process id of the training in or below this folder, once its first checkpoint stands."""
    for _ in range(1200):
        if list(folder.glob("data/checkpoints/*/*/0*.safetensors")):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    command = (process / "cmdline").read_bytes().split(b"\0")
                    here = (process / "cwd").readlink().is_relative_to(folder)
                except OSError:
                    continue
                if here and b"stages.train" in command and command[0].endswith((b"python", b"python3")):
                    return int(process.name)
        time.sleep(0.05)
    raise AssertionError("no checkpoint came")


def struck(process: "subprocess.Popen[str]", folder: Path, whom: str, number: signal.Signals) -> str:
    """Send a signal to dvc's whole group or to the training alone, once there is a checkpoint; return what dvc said."""
    training = trainer(folder)
    if whom == "the whole group":
        os.killpg(process.pid, number)
    else:
        os.kill(training, number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0, said
    return said


@pytest.mark.parametrize(("run", "whom", "name"), covering(["rafd", "both"], WHOM, SIGNALS))
def test_a_killed_repro(project: Callable[[], Path], tell: Tell, run: str, whom: str, name: str) -> None:
    command = ("repro", "-s", f"train@{run}")
    if run not in WHOLE:
        folder = project()
        first = dvc(folder, *command)
        said, _ = first.communicate(timeout=120)
        assert first.returncode == 0, said
        WHOLE[run] = outputs(folder)
    folder = project()
    at_start(folder, SLOW)
    killed = dvc(folder, *command)
    said = struck(killed, folder, whom, signal.Signals[name])
    assert not (folder / "dvc.lock").exists()
    assert list(folder.glob("data/checkpoints/*/*/0*.safetensors")), said
    at_start(folder)
    again = dvc(folder, *command)
    said, _ = again.communicate(timeout=120)
    assert again.returncode == 0, said
    assert "resumed after" in said
    assert outputs(folder) == WHOLE[run]
    tell("kills through dvc", f"{name} of {whom}", f"dvc repro train@{run}", IDENTICAL)
