"""Stages as children of a parent that has imported the libraries, as users run them otherwise."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import processes
from support.processes import ROOT, awaited


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit status (negative: the signal), what it printed, whether its fault was injected."""

    status: int
    stdout: str
    stderr: str
    injected: bool


STARTED: list["subprocess.Popen[bytes]"] = []
"""Kept, for it outlives who started it: a Popen that goes while its process lives is a warning."""


def start(folder: Path) -> None:
    """Start the parent, whose door is in `folder`; it ends with this session of tests, be it of one process or several."""
    session = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "log").open("wb") as log:
        parent = subprocess.Popen(
            [sys.executable, "-m", "support.parent", str(folder / "door"), str(session)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=processes.environment() | {"PYTHONPATH": f"{ROOT}:{ROOT}/tests", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    STARTED.append(parent)
    awaited(lambda: (folder / "door").exists() or parent.poll() is not None, 180)
    assert parent.poll() is None, (folder / "log").read_text()


class Stages:
    """The way to the parent, by its door."""

    def __init__(self, door: Path) -> None:
        self.door = str(door)

    def run(
        self,
        folder: Path,
        command: str | list[str],
        *faults: dict[str, Any],
        store: str = "",
        experiment: str = "stargan",
        flush_seconds: float = 30,
        label: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run `STAGE ARGUMENT...` in `folder` under faults, tracked in an experiment of MLflow where there is a store.

        Several at once in a folder have a label each. A hang ends after two minutes by SIGALRM.
        """
        stage, *arguments = command.split() if isinstance(command, str) else command
        told = folder.parent / f"{folder.name}{label}"
        mark = told.with_name(f"{told.name}.injected")
        mark.unlink(missing_ok=True)
        tracked = {"MLFLOW_TRACKING_URI": store, "MLFLOW_EXPERIMENT_NAME": experiment} if store else {}
        job = {
            "module": stage if "." in stage else f"stages.{stage}",
            "arguments": arguments,
            "folder": str(folder),
            "faults": faults,
            "mark": str(mark),
            "tracked": bool(store),
            "seconds": 120,
            "flush_seconds": flush_seconds,
            "environment": own_environment() | tracked | dict(environment or {}),
        }
        paths = [told.with_name(f"{told.name}.{name}") for name in ("stdout", "stderr")]
        with paths[0].open("wb") as out, paths[1].open("wb") as err, socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.door)
            with Path("/dev/null").open("rb") as null:
                socket.send_fds(connection, [json.dumps(job).encode() + b"\n"], [f.fileno() for f in (null, out, err)])
            status = int(connection.makefile().readline())
        stdout, stderr = (path.read_text() for path in paths)
        return Ended(status, stdout, stderr, mark.exists())


def own_environment() -> dict[str, str]:
    """Return the environment of a stage that the parent forks."""
    return processes.environment() | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def assert_clean(ended: Ended) -> None:
    """Assert exit status 1 and one line of reason and remedy."""
    assert ended.status == 1, ended
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("error: "), ended.stderr
    assert "Traceback" not in ended.stderr
    assert ";" in last, last  # reason; remedy
