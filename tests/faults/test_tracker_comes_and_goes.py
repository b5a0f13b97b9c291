"""A tracker that fails in the middle of a run or at its end, for good or for a while; a stage killed while it tracks."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from faults.cells import DEGRADED, IDENTICAL, Copy, Tell, Whole
from faults.proxy import WORKS, Proxy, free_port, proxy_before
from faults.store import arrived, assert_complete
from faults.test_kills import ITERATE
from faults.test_tracking_faults import IMPATIENT, INTERVAL_SECONDS, OFTEN, good, good_store
from stargan.tracking import JOURNALS
from stargan.training.recorder import Recorder
from support.faults import place
from support.processes import awaited, environment, hashes
from support.stages import Ended, Stages

__all__ = ["good", "good_store"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy
FINISH = place(Recorder, Recorder.finish)
FLUSH_SECONDS = 5.0  # longer than a hanging request is waited for
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
MOMENTS: dict[str, dict[str, Any]] = {"in the middle": {"at": ITERATE, "nth": 7}, "at the end": {"at": FINISH}}


class Staged:
    """A tracked training on two datasets that waits in the middle and at the end until it is told to go on."""

    run = "both"

    def __init__(self, stages: Stages, folder: Path, experiment: str) -> None:
        self.stages, self.folder, self.experiment = stages, folder, experiment
        self.store = ""
        self._gates = {moment: folder.with_name(f"gate {moment}") for moment in MOMENTS}
        self._pool = ThreadPoolExecutor(1)

    def start(self, store: str) -> None:
        """Start it."""
        self.store = store
        waits = [fault | {"wait": str(self._gates[moment])} for moment, fault in MOMENTS.items()]
        self._ended = self._pool.submit(
            self.stages.run,
            self.folder,
            f"train {self.run}",
            OFTEN,
            *waits,
            store=store,
            experiment=self.experiment,
            flush_seconds=FLUSH_SECONDS,
            environment=IMPATIENT,
        )

    def reaches(self, moment: str) -> None:
        """Wait until it waits at a moment."""
        awaited(Path(f"{self._gates[moment]}.reached").exists)

    def goes_on(self, moment: str) -> None:
        """Let it pass a moment."""
        self._gates[moment].touch()

    def said(self) -> str:
        """Return what stands on its stderr by now."""
        return self.folder.with_name(f"{self.folder.name}.stderr").read_text()

    def end(self) -> Ended:
        """Let it pass what is left; return how it ended."""
        for moment in MOMENTS:
            self.goes_on(moment)
        with self._pool:
            return self._ended.result()


@pytest.fixture(scope="session")
def database(good_store: Path) -> Path:
    """The store behind the server."""
    path = good_store.with_name("served.db")
    path.write_bytes(good_store.read_bytes())
    return path


@pytest.fixture(scope="session")
def server(database: Path) -> Iterator[int]:
    """The port of an MLflow server on the loopback."""
    port = free_port()
    log = database.with_suffix(".log")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "mlflow",
                "server",
                "--backend-store-uri",
                f"sqlite:///{database}",
                "--host",
                "127.0.0.1",
                "--artifacts-destination",
                str(database.parent / "artifacts"),
                "--port",
                str(port),
                "--workers",
                "1",
            ],
            stdout=file,
            stderr=file,
            env=environment() | QUIET,
            start_new_session=True,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        awaited(answers, 120)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def check(staged: Staged, ended: Ended, expected: dict[str, str], database: Path, stays: bool) -> None:
    """Assert an untracked run's outputs, and that all arrived or is kept and can be sent."""
    assert ended.status == 0, ended
    assert ended.injected
    assert "Traceback" not in ended.stderr, ended
    assert hashes(staged.folder) == expected
    kept = [path for path in (staged.folder / JOURNALS).iterdir() if path.is_dir()]
    assert len(kept) == stays, ended.stderr
    if stays:
        assert "warning: tracking: not everything reached MLflow" in ended.stderr
        command = re.search(r"`python -m (stargan.tracking.sender .*)` sends it", ended.stderr)
        assert command
        again = staged.stages.run(staged.folder, command[1], store=staged.store, experiment=staged.experiment)
        assert again.status == 0, again
        assert not kept[0].exists()
    else:
        assert "not everything" not in ended.stderr
    assert_complete(database, staged.folder, staged.run, staged.experiment)


@pytest.fixture
def staged(stages: Stages, trainable: Path, copy: Copy, request: pytest.FixtureRequest) -> Iterator[Staged]:
    """A training in an experiment of this cell's own."""
    made = Staged(stages, copy(trainable), request.node.name)
    yield made
    made.end()


@pytest.fixture
def door(server: int) -> Iterator[Proxy]:
    """A proxy of this cell's own before the server."""
    with proxy_before(server) as proxy:
        yield proxy


def train_under(
    staged: Staged, store: str, database: Path, moment: str, fail: Callable[[], object], mend: Callable[[], object] | None
) -> Ended:
    """Train; fail at a moment, once the first points have arrived; mend while there is time."""
    staged.start(store)
    staged.reaches("in the middle")
    awaited(arrived(database, staged.experiment))
    if moment == "at the end":
        staged.goes_on("in the middle")
        staged.reaches("at the end")
    fail()
    staged.goes_on(moment)
    if mend:
        mend()
    return staged.end()


@pytest.mark.parametrize("stays", [True, False], ids=["stays away", "comes back"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", ["hangs", "answers 500", "answers 401", "closes the connection"])
def test_a_server_fails_on_the_way(
    staged: Staged, whole: Whole, tell: Tell, door: Proxy, database: Path, kind: str, moment: str, stays: bool
) -> None:
    """Catches points that are lost with the connection, and a training that waits for it."""

    def mend() -> None:
        assert door.failed.wait(30)
        door.behave(WORKS)

    expected = whole(f"train {staged.run}")
    ended = train_under(staged, door.uri, database, moment, lambda: door.behave(kind), None if stays else mend)
    assert door.failed.is_set()
    door.behave(WORKS)
    check(staged, ended, expected, database, stays)
    tell(
        "tracking",
        f"server {kind} {moment}{'' if stays else ', comes back'}",
        f"train {staged.run}",
        DEGRADED if stays else IDENTICAL,
    )


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_server_is_slow(staged: Staged, whole: Whole, tell: Tell, door: Proxy, database: Path, moment: str) -> None:
    """Catches a training that waits for each answer: all arrives, or what did not in time is kept."""
    expected = whole(f"train {staged.run}")
    ended = train_under(staged, door.uri, database, moment, lambda: door.behave("is slow"), None)
    door.behave(WORKS)
    stays = "not everything reached MLflow" in ended.stderr
    check(staged, ended, expected, database, stays)
    tell("tracking", f"server is slow {moment}", f"train {staged.run}", DEGRADED if stays else IDENTICAL)


FULL = "CREATE TRIGGER full BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
BREAKS = {
    "locked": (["BEGIN EXCLUSIVE"], ["ROLLBACK"]),
    "full": (
        [FULL.format("metrics"), FULL.format("tags").replace("full ", "full_tags ", 1)],
        ["DROP TRIGGER full", "DROP TRIGGER full_tags"],
    ),
}
BROKEN_SECONDS = INTERVAL_SECONDS + 1  # one batch at least falls into it


@pytest.mark.parametrize("stays", [True, False], ids=["stays away", "comes back"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", BREAKS)
def test_a_database_fails_on_the_way(
    staged: Staged, whole: Whole, tell: Tell, good: Path, kind: str, moment: str, stays: bool
) -> None:
    """Catches points that a busy or full database has refused, and nobody told again."""
    expected = whole(f"train {staged.run}")
    breaks, mends = BREAKS[kind]
    with closing(sqlite3.connect(good, isolation_level=None, timeout=30)) as connection:

        def mend() -> None:
            if kind == "full":
                awaited(lambda: "warning: tracking: MLflow at" in staged.said())
            else:
                time.sleep(BROKEN_SECONDS if moment == "in the middle" else 1)
            for order in mends:
                connection.execute(order)

        ended = train_under(
            staged,
            f"sqlite:///{good}",
            good,
            moment,
            lambda: [connection.execute(order) for order in breaks],
            None if stays else mend,
        )
        if stays:
            for order in mends:
                connection.execute(order)
    check(staged, ended, expected, good, stays)
    tell(
        "tracking",
        f"database {kind} {moment}{'' if stays else ', comes back'}",
        f"train {staged.run}",
        DEGRADED if stays else IDENTICAL,
    )


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("run", ["both", "icgan-rafd"])
def test_the_sender_is_killed(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, good: Path, run: str, moment: str
) -> None:
    """Catches a training that ends with its sender, and events that only it knew."""
    expected = whole(f"train {run}")
    staged = Staged(stages, copy(trainable), "stargan")
    staged.run, staged.store = run, f"sqlite:///{good}"
    ended = stages.run(staged.folder, f"train {run}", MOMENTS[moment] | {"children": "SIGKILL"}, store=staged.store)
    check(staged, ended, expected, good, True)
    tell("tracking", f"sender killed {moment}", f"train {run}", DEGRADED)
