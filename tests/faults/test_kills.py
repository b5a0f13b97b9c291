"""Kill a stage anywhere: the repeated command ends with the bytes of an uninterrupted run."""

import os
import random
import re
import time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch

from faults.cells import IDENTICAL, Copy, Tell, Whole, covering
from stages import classifier, evaluate, translate
from stargan.data import grids, prepared
from stargan.raw import packing
from stargan.training import stopping
from stargan.training.checkpoints import Checkpoints
from stargan.training.engine import Training
from stargan.training.recorder import Recorder
from support.faults import place
from support.processes import hashes
from support.stages import Stages

SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT")
CODES = {"SIGKILL": -9, "SIGTERM": 130, "SIGINT": 130}
TRAININGS = ("celeba", "rafd", "both", "diat-rafd", "cyclegan-rafd", "icgan-rafd")

ITERATE, APPLY, SAVE = (
    place(Training, Training.iterate),
    place(Training, Training.apply),
    place(Checkpoints, Checkpoints.save),
)
# Twelve iterations, a checkpoint every two, G every third, decay from the sixth, 12 training images in batches of four.
MOMENTS: dict[str, dict[str, Any]] = {
    "before the first iteration": {"at": ITERATE, "nth": 1},
    "inside an epoch": {"at": ITERATE, "nth": 2, "after": True},
    "at the edge of an epoch": {"at": ITERATE, "nth": 4},
    "inside the n_critic cycle": {"at": APPLY, "nth": 5},
    "at the edge of the n_critic cycle": {"at": ITERATE, "nth": 6, "after": True},
    "at the edge of the decay": {"at": ITERATE, "nth": 7},
    "inside the decay": {"at": ITERATE, "nth": 10},
    "before a checkpoint": {"at": SAVE, "nth": 2},
    "after a checkpoint": {"at": SAVE, "nth": 2, "after": True},
    # Nothing is left to be saved here: asked to stop, the training ends well.
    "at the end, before the outputs": {"at": place(Recorder, Recorder.finish), "nth": 1, "finished": True},
    "between outputs and removal of checkpoints": {"at": place(Checkpoints, Checkpoints.remove), "nth": 1, "finished": True},
}


def killed(stages: Stages, damaged: Path, command: str, fault: dict[str, Any], expected: dict[str, str]) -> None:
    """Kill a command by a fault, repeat it, and compare with an uninterrupted run."""
    ended = stages.run(damaged, command, fault)
    assert ended.injected, f"the fault did not happen: {ended}"
    finished = fault.get("finished") and fault["signal"] != "SIGKILL"
    assert ended.status == (0 if finished else CODES[fault["signal"]]), ended
    assert "Traceback" not in ended.stderr, ended
    assert fault.get("said", "") in ended.stderr
    again = stages.run(damaged, command)
    assert again.status == 0, again
    assert hashes(damaged) == expected
    assert not list(damaged.glob("data/checkpoints/*/*/*"))


@pytest.mark.parametrize(("run", "moment", "number"), covering(TRAININGS, MOMENTS, SIGNALS))
def test_a_training(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str, moment: str, number: str
) -> None:
    fault = MOMENTS[moment] | {"signal": number, "group": hash_of(run, moment) % 2 == 0}
    killed(stages, copy(trainable), f"train {run}", fault, whole(f"train {run}"))
    tell("kills", f"{number} {moment}", f"train {run}", IDENTICAL)


def hash_of(*parts: str) -> int:
    """Return a number that follows from the names alone."""
    return sum(map(ord, "".join(parts)))


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("run", TRAININGS)
def test_a_long_iteration_is_given_up(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str, number: str
) -> None:
    # In an iteration of a phase that was there before: how long the first one takes is not known. Joint trainings have two.
    fault = {"at": APPLY, "nth": 18 if run == "both" else 10, "after": True, "signal": number}
    ended = stages.run(copy(trainable), f"train {run}", fault)
    saved = re.search(r"saved after (\d+) iterations", ended.stderr)
    assert saved, ended
    # Every iteration passes for a long one: the same signal saves the start of the same iteration, not its end.
    long = fault | {"set": {place(stopping, "LONG_SECONDS"): -1.0}, "said": f"saved after {int(saved[1]) - 1} iterations"}
    killed(stages, copy(trainable), f"train {run}", long, whole(f"train {run}"))
    tell("kills", f"{number} inside a long iteration", f"train {run}", IDENTICAL)


@pytest.mark.parametrize("run", TRAININGS)
def test_a_call_that_does_not_return_is_given_up(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str
) -> None:
    """Catch a signal that waits for torch: at the paper's sizes one backward pass may take a minute."""
    fault = {
        "at": ITERATE,
        "nth": 8,
        "stuck": 60,
        "signal": "SIGTERM",
        "said": "saved after 7 iterations",
        "set": {place(stopping, "LONG_SECONDS"): -1.0, place(stopping, "PATIENCE_SECONDS"): 0.5},
    }
    begun = time.monotonic()
    killed(stages, copy(trainable), f"train {run}", fault, whole(f"train {run}"))
    assert time.monotonic() - begun < 50
    tell("kills", "SIGTERM inside a call that does not return", f"train {run}", IDENTICAL)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("run", TRAININGS)
def test_a_checkpoint_write(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str, share: float
) -> None:
    nth = random.Random(hash_of(run, str(share))).choice([1, 2, 4])
    fault = {"share": share, "nth": nth, "signal": "SIGKILL"}
    killed(stages, copy(trainable), f"train {run}", fault, whole(f"train {run}"))
    tell("kills", f"SIGKILL after {share:.0%} of a checkpoint's bytes", f"train {run}", IDENTICAL)


STAGES: dict[str, dict[str, dict[str, Any]]] = {
    "synthesize celeba": {
        "while pictures are drawn": {"at": place(ZipFile, ZipFile.writestr), "nth": 20},
        "before the folder is in place": {"at": place(os, os.replace), "nth": 1},
    },
    "synthesize rafd": {
        "while pictures are drawn": {"at": place(ZipFile, ZipFile.writestr), "nth": 20},
        "before the folder is in place": {"at": place(os, os.replace), "nth": 1},
    },
    "prepare celeba": {
        "between two pictures": {"at": place(packing, "square"), "nth": 30},
        "before the manifest": {"at": place(prepared, "write_about"), "nth": 1},
        "before the folder is in place": {"at": place(os, os.replace), "nth": 2},
    },
    "prepare rafd": {
        "between two pictures": {"at": place(packing, "square"), "nth": 30},
        "before the manifest": {"at": place(prepared, "write_about"), "nth": 1},
        "before the folder is in place": {"at": place(os, os.replace), "nth": 2},
    },
    "classifier celeba": {
        "between two steps": {"at": place(torch.optim, "Adam") + ".step", "nth": 2},
        "between weights and metrics": {"at": place(classifier, "write_json"), "nth": 1},
    },
    "classifier rafd": {
        "between two steps": {"at": place(torch.optim, "Adam") + ".step", "nth": 2},
        "between weights and metrics": {"at": place(classifier, "write_json"), "nth": 1},
    },
    "translate both": {
        "between two requests": {"at": place(translate, "translated"), "nth": 3},
        "between two pictures": {"at": place(grids, "write_bytes"), "nth": 3},
    },
    "evaluate both": {
        "before the metrics": {"at": place(evaluate, evaluate.evaluated), "nth": 1, "after": True},
        "between judgements and metrics": {"at": place(evaluate, "write_json"), "nth": 1},
    },
    "compare": {
        "before anything is written": {"at": place(os, os.replace), "nth": 1},
        "between two files": {"at": place(os, os.replace), "nth": 2},
    },
}
POINTS = [cell for command, moments in STAGES.items() for cell in covering([command], moments, SIGNALS)]


@pytest.mark.parametrize(("command", "moment", "number"), POINTS)
def test_a_stage(
    stages: Stages, pipeline: Path, copy: Copy, whole: Whole, tell: Tell, command: str, moment: str, number: str
) -> None:
    fault = STAGES[command][moment] | {"signal": number, "group": hash_of(command, moment) % 2 == 0}
    killed(stages, copy(pipeline), command, fault, whole(command))
    tell("kills", f"{number} {moment}", command, IDENTICAL)
