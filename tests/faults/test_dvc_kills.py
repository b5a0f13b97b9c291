"""Kill `dvc repro`: the repeated command goes on from the checkpoint and ends with the bytes of an uninterrupted run."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.cells import IDENTICAL, Copy, Tell, covering
from faults.test_kills import SIGNALS
from support.interrupted import at_start, slow
from support.processes import ROOT, awaited, environment
from support.repository import forking
from support.stages import Stages
from support.workspaces import write_judges

SLOW = slow(0.3)
WHOM = ("the whole group", "the stage alone")
WHOLE: dict[str, dict[str, str]] = {}


def dvc(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start dvc in a group of its own, for a test to kill: it and its stages are processes as users start them."""
    return subprocess.Popen(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment() | {"PYTHONPATH": str(folder)},
        start_new_session=True,
    )


def ended(folder: Path, stages: Stages, *arguments: str, tracked: bool = False) -> str:
    """Run dvc, which nobody kills, and its stages, as children of the parent of stages; return what it printed."""
    done = subprocess.run(
        ["dvc", *arguments],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        env=forking(stages, tracked=tracked),
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def outputs(folder: Path) -> dict[str, str]:
    """Return what dvc.lock says of the outputs: its text."""
    return {"dvc.lock": (folder / "dvc.lock").read_text()}


@pytest.fixture
def project(copy: Copy, trainable: Path, stages: Stages) -> Callable[[], Path]:
    """Copy the workspace, with this checkout's pipeline and code, as a project of DVC."""

    def made() -> Path:
        folder = copy(trainable)
        write_judges(folder)
        shutil.copy(ROOT / "dvc.yaml", folder)
        for name in ("stages", "stargan"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        assert stages.run(folder, "plan").status == 0
        ended(folder, stages, "init", "--no-scm", "-q")
        return folder

    return made


def processes(folder: Path, word: str) -> list[int]:
    """Return the process ids of Python in or below this folder, with this word in their command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").readlink().is_relative_to(folder)
        except OSError:
            continue
        if here and word.encode() in command and command[0].endswith((b"python", b"python3")):
            found.append(int(process.name))
    return found


def trainer(folder: Path) -> int:
    """Return the process id of the training in or below this folder, once its first checkpoint stands."""
    found: list[int] = []

    def stands() -> bool:
        found[:] = processes(folder, "stages.train") if list(folder.glob("data/checkpoints/*/*/0*.safetensors")) else []
        return bool(found)

    awaited(stands)
    return found[0]


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
def test_a_killed_repro(project: Callable[[], Path], stages: Stages, tell: Tell, run: str, whom: str, name: str) -> None:
    command = ("repro", "-s", f"train@{run}")
    if run not in WHOLE:
        folder = project()
        ended(folder, stages, *command)
        WHOLE[run] = outputs(folder)
    folder = project()
    at_start(folder, SLOW)
    said = struck(dvc(folder, *command), folder, whom, signal.Signals[name])
    assert not (folder / "dvc.lock").exists()
    assert list(folder.glob("data/checkpoints/*/*/0*.safetensors")), said
    assert "resumed after" in ended(folder, stages, *command)
    assert outputs(folder) == WHOLE[run]
    tell("kills through dvc", f"{name} of {whom}", f"dvc repro train@{run}", IDENTICAL)
