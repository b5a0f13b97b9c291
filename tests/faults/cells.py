"""What cells share: stages as children of one process, hashes of their outputs, the three outcomes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from conftest import ROOT, environment

HERE = Path(__file__).parent
IDENTICAL, DEGRADED, REFUSED = "identical result", "degraded with a warning", "clean failure"
NO_OUTPUTS = {"checkpoints", "mlartifacts"}
Tell = Callable[[str, str, str, str], None]
"""Tells family, fault, stage and outcome of a cell."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit status (negative: the signal), what it printed, whether its fault was injected."""

    status: int
    stdout: str
    stderr: str
    injected: bool


class Stages:
    """Stages run as children of one process that has imported the libraries."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, str(HERE / "zygote.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment() | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}, cwd=ROOT,
        )  # fmt: skip
        assert self._line() == "ready\n"

    def _line(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline()

    def run(
        self, folder: Path, command: str, *faults: dict[str, Any], store: str = "", experiment: str = "stargan",
        flush_seconds: float = 30,
    ) -> Ended:  # fmt: skip
        """Run `STAGE ARGUMENT...` in `folder` under faults, tracked in an experiment of MLflow where there is a store.

        A hang ends after two minutes by SIGALRM.
        """
        stage, *arguments = command.split()
        mark = folder.parent / f"{folder.name}.injected"
        mark.unlink(missing_ok=True)
        job = {
            "module": f"stages.{stage}", "arguments": arguments, "folder": str(folder), "faults": faults,
            "tracked": bool(store), "seconds": 120, "flush_seconds": flush_seconds,
            "environment": {"MLFLOW_TRACKING_URI": store, "MLFLOW_EXPERIMENT_NAME": experiment} if store else {},
        }  # fmt: skip
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(job) + "\n")
        self._parent.stdin.flush()
        status = int(self._line())
        out, err = ((folder.parent / f"{folder.name}.{name}").read_text() for name in ("stdout", "stderr"))
        return Ended(status, out, err, mark.exists())

    def close(self) -> None:
        """End the parent."""
        self._parent.communicate()


def awaited(question: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file that DVC would see, hidden leftovers included."""
    files = (
        path for path in sorted(folder.rglob("*"))
        if path.is_file() and not NO_OUTPUTS & {*path.parts} and not path.is_relative_to(folder / "data/cache")
    )  # fmt: skip
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def assert_clean(ended: Ended) -> None:
    """Assert exit status 1 and one line of reason and remedy."""
    assert ended.status == 1, ended
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("error: "), ended.stderr
    assert "Traceback" not in ended.stderr
    assert ";" in last, last  # reason; remedy
