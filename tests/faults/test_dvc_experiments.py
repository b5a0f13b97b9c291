"""Experiments: killed ones go on from their checkpoint, in the copies where DVC runs them; four at once lose nothing."""

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from faults.cells import IDENTICAL, Copy, Tell, covering
from faults.store import points, states
from faults.test_dvc_kills import SLOW, WHOM, dvc, ended, processes, struck, trainer
from faults.test_kills import SIGNALS
from support.interrupted import at_start
from support.processes import ROOT, awaited
from support.stages import Stages

RUN = "rafd"
UNTRACKED_FILES = (
    "__pycache__/",
    "/data/models/",
    "/data/checkpoints/",
    "/sitecustomize.py",
    "/mlflow.db*",
    "/mlartifacts/",
)
WORKERS = 4
GIT = ["git", "-c", "user.name=tester", "-c", "user.email=tester@localhost"]


class Repository:
    """A git repository whose one stage trains, on data that git itself tracks."""

    def __init__(self, folder: Path, stages: Stages) -> None:
        self.folder, self.stages = folder, stages
        (stage,) = [yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["train"]]
        del stage["do"]["deps"]
        (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"train": stage}}))
        (folder / ".gitignore").write_text("\n".join(UNTRACKED_FILES))
        for name in ("stages", "stargan"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.git("init", "-q", "-b", "main")
        self.dvc("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "start")

    def git(self, *arguments: str) -> str:
        """Run git; return what it printed."""
        return subprocess.run([*GIT, *arguments], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def dvc(self, *arguments: str) -> str:
        """Run dvc; return what it printed."""
        return ended(self.folder, self.stages, *arguments)

    def lock(self, experiment: str) -> str:
        """Return dvc.lock as an experiment left it."""
        (reference,) = self.git("for-each-ref", "refs/exps", "--format=%(refname)").split()
        assert reference.endswith(f"/{experiment}")
        return self.git("show", f"{reference}:dvc.lock")

    def queued(self) -> Counter[str]:
        """Return how many tasks of the queue are in which state."""
        try:
            said = self.dvc("queue", "status")
        except AssertionError as error:
            if "Expecting value" not in str(error):  # DVC reads what a worker is about to write
                raise
            return self.queued()
        return Counter(re.findall("Queued|Running|Failed|Success", said.split("Worker status")[0]))

    def start(self) -> None:
        """Let a worker take what is queued, in processes as users start them."""
        process = dvc(self.folder, "queue", "start")
        assert process.wait(60) == 0
        assert process.stdout is not None
        process.stdout.close()  # unread: the workers hold it open as long as they live

    def work_off(self, workers: int = 1, *, tracked: bool = False) -> None:
        """Let workers take what is queued, and wait until all of it has ended."""
        ended(self.folder, self.stages, "queue", "start", "-j", str(workers), tracked=tracked)
        awaited(lambda: not self.queued().keys() & {"Queued", "Running"}, 300, every=2)

    def stop(self) -> None:
        """End the workers of the queue."""
        self.dvc("queue", "stop", "--kill")


@pytest.fixture
def repository(copy: Copy, trainable: Path, stages: Stages) -> Iterator[Repository]:
    """A repository of this cell's own."""
    made = Repository(copy(trainable), stages)
    yield made
    made.stop()


EXPECTED: list[str] = []


@pytest.fixture
def expected(copy: Copy, trainable: Path, stages: Stages) -> str:
    """dvc.lock of an experiment that nobody interrupted, made once a worker."""
    if not EXPECTED:
        whole = Repository(copy(trainable), stages)
        whole.dvc("exp", "run", "--temp", "-n", "whole", f"train@{RUN}")
        EXPECTED.append(whole.lock("whole"))
    return EXPECTED[0]


@pytest.mark.parametrize(("command", "whom", "name"), covering(["exp run --temp"], WHOM, SIGNALS))
def test_a_killed_temporary_experiment(
    repository: Repository, expected: str, tell: Tell, command: str, whom: str, name: str
) -> None:
    """Catches checkpoints that lie in the copy, which DVC deletes."""
    words = (*command.split(), "-n", "again", f"train@{RUN}")
    at_start(repository.folder, SLOW)
    struck(dvc(repository.folder, *words), repository.folder, whom, signal.Signals[name])
    assert "resumed after" in repository.dvc(*words)
    assert repository.lock("again") == expected
    tell("kills through dvc", f"{name} of {whom}", f"dvc {command}", IDENTICAL)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_killed_queued_experiment(repository: Repository, expected: str, tell: Tell, number: signal.Signals) -> None:
    """Catches checkpoints that a queue's worker does not find again."""
    at_start(repository.folder, SLOW)
    repository.dvc("exp", "run", "--queue", "-n", "again", f"train@{RUN}")
    repository.start()
    os.kill(trainer(repository.folder), number)
    awaited(lambda: repository.queued()["Failed"], 240, every=2)
    # DVC loses what a worker takes that is about to leave, and starts no other beside it.
    repository.dvc("queue", "stop")
    awaited(lambda: not processes(repository.folder, "queue-worker"))
    repository.dvc("queue", "remove", "--all")
    repository.dvc("exp", "run", "--queue", "-n", "again", f"train@{RUN}")
    repository.work_off()
    assert "resumed after" in repository.dvc("queue", "logs", "again")
    assert repository.lock("again") == expected
    tell("kills through dvc", f"{number.name} of the stage alone", "dvc queue start", IDENTICAL)


def test_four_workers_make_the_tracker_together(repository: Repository, tell: Tell) -> None:
    """Catches an experiment without its run in MLflow, where the store is made by whoever comes first."""
    repository.dvc("exp", "run", "--queue", "-S", "seed=1,2,3,4", f"train@{RUN}")
    assert not (repository.folder / "mlflow.db").exists()
    repository.work_off(WORKERS, tracked=True)
    assert repository.queued() == {"Success": 4}
    database = repository.folder / "mlflow.db"
    assert states(database) == ["FINISHED"] * 2 * 4  # an invocation and its stage each
    # Four trainings of twelve iterations, a row every two; G's terms begin with its first step, the third.
    assert {(term.split("/")[1][0], count) for term, count in points(database).items()} == {("d", 4 * 6), ("g", 4 * 5)}
    tell("tracking", "four workers of a queue make the store together", "dvc queue start -j 4", IDENTICAL)
