"""Stages killed while they track, what they give to MLflow, and many that write to one store."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from faults.cells import IDENTICAL, Copy, Tell, Whole, covering
from faults.store import points, states, table
from faults.test_kills import CODES, SIGNALS
from faults.test_tracking_faults import good, good_store
from stargan import tracking
from stargan.models.assembly import load_model
from stargan.tracking import JOURNALS
from support.faults import place
from support.processes import awaited, hashes
from support.stages import Stages
from support.writer import POINTS

__all__ = ["good", "good_store"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy

CALLS: dict[str, dict[str, Any]] = {
    "while an event is written": {"at": place(tracking.Run, tracking.Run.write), "nth": 9},
    "while the rest is sent": {"at": place(tracking, tracking.flush), "finished": True},
}


@pytest.mark.parametrize(("run", "moment", "number"), covering(["both", "diat-rafd"], CALLS, SIGNALS))
def test_a_stage_is_killed_while_it_tracks(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, good: Path, run: str, moment: str, number: str
) -> None:
    """Catches a journal that a kill has broken, and a resumed run that is told as a second one."""
    expected, folder = whole(f"train {run}"), copy(trainable)
    store = f"sqlite:///{good}"
    ended = stages.run(folder, f"train {run}", CALLS[moment] | {"signal": number}, store=store)
    assert ended.injected
    finished = CALLS[moment].get("finished") and number != "SIGKILL"
    assert ended.status == (0 if finished else CODES[number]), ended
    again = stages.run(folder, f"train {run}", store=store)
    assert again.status == 0, again
    assert hashes(folder) == expected
    # What a killed stage had told is sent by the sender, which lives on.
    awaited(lambda: not [path for path in (folder / JOURNALS).iterdir() if path.is_dir()])
    runs = 1 if "resumed" in again.stderr else 2  # resumed: one run, told in two parts
    assert states(good) == ["FINISHED"] * (1 + runs)
    assert points(good) == {term: runs * count for term, count in table(folder, run).items()}
    tell("tracking", f"{number} {moment}", f"train {run}", IDENTICAL)


def test_what_mlflow_is_given_needs_no_pickle(stages: Stages, trainable: Path, copy: Copy, tell: Tell, good: Path) -> None:
    """Catches a model that runs code where it is loaded, and one that is not the model that was trained."""
    folder = copy(trainable)
    assert stages.run(folder, "train both", store=f"sqlite:///{good}").status == 0
    given = [path for path in (folder / "mlartifacts").rglob("*") if path.is_file()]
    assert {path.suffix for path in given} == {".png", ".safetensors", ".yaml"}
    (model,) = (path for path in given if path.suffix == ".safetensors")
    assert model.read_bytes() == (folder / "data/models/both/generator.safetensors").read_bytes()
    assert load_model(model, torch.device("cpu")).space.datasets == ("celeba", "rafd")
    tell("weights", "what MLflow is given", "train both", IDENTICAL)


WRITERS = 8


def test_eight_processes_write_to_one_database(stages: Stages, copy: Copy, trainable: Path, tell: Tell) -> None:
    """Catches a store made twice at once, and points that a busy database refused."""
    folder = copy(trainable)
    store = f"sqlite:///{folder / 'mlflow.db'}"
    with ThreadPoolExecutor(WRITERS) as pool:
        runs = [
            pool.submit(stages.run, folder, f"support.writer {n}", store=store, flush_seconds=100, label=f"-{n}")
            for n in range(WRITERS)
        ]
    for run in runs:
        assert run.result().status == 0, run.result()
        assert "not everything" not in run.result().stderr
    assert points(folder / "mlflow.db") == {f"loss/d{number}": POINTS for number in range(WRITERS)}
    assert states(folder / "mlflow.db") == ["FINISHED"] * (WRITERS + 1)
    tell("tracking", "eight processes write to one new database", "any stage", IDENTICAL)
