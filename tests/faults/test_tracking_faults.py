"""A tracker that fails costs nothing: the weights are those of an untracked run, and all it missed can be sent later."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from faults.cells import DEGRADED, Copy, Tell, Whole
from faults.proxy import ANSWERS, Proxy, free_port, proxy_before
from faults.store import assert_complete
from stargan.tracking import JOURNALS, sender
from support.faults import place
from support.processes import hashes
from support.stages import Stages

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy
RUNS = ("celeba", "both", "diat-rafd", "icgan-rafd")
FLUSH_SECONDS = 3.0  # long enough for the sender to fail: it need not load MLflow
INTERVAL_SECONDS = 1.0
OFTEN = {"set": {place(sender, "INTERVAL_SECONDS"): INTERVAL_SECONDS}}
IMPATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "2"}
"""Waits shorter than MLflow's and the sender's own, which outlast a training of a dozen iterations many times."""


@pytest.fixture(scope="session")
def good_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sqlite store: to make one takes seconds, to copy it none."""
    database = tmp_path_factory.mktemp("store") / "mlflow.db"
    sender.create_database(database)
    return database


def by_turns(kinds: Iterable[str]) -> list[Any]:
    """Return each kind with each run; all but two runs a kind, in turn, are marked `full`."""
    return [
        pytest.param(kind, run, marks=[] if (i - j) % len(RUNS) < 2 else [pytest.mark.full])
        for i, kind in enumerate(kinds)
        for j, run in enumerate(RUNS)
    ]


@contextmanager
def failing(kind: str) -> Iterator[Proxy]:
    """A server that never does anything else."""
    with proxy_before(free_port()) as proxy:
        proxy.behave(kind)
        yield proxy


@contextmanager
def refused(_: Path) -> Iterator[str]:
    """A port where nobody listens."""
    yield f"http://127.0.0.1:{free_port()}"


@contextmanager
def locked(database: Path) -> Iterator[str]:
    """Another process writes, and does not end."""
    with sqlite3.connect(database, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield f"sqlite:///{database}"
        connection.execute("ROLLBACK")
    connection.close()


@contextmanager
def corrupt(database: Path) -> Iterator[str]:
    """The file is no database any more."""
    whole = database.read_bytes()
    database.write_bytes(b"\0" * 4096 + whole[:4096])
    yield f"sqlite:///{database}"
    database.write_bytes(whole)


@contextmanager
def full(database: Path) -> Iterator[str]:
    """The database may not grow: it is at the size that it is allowed, as on a full disk."""
    with sqlite3.connect(database) as connection:  # a trigger, since a pragma holds for one connection alone
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    connection.close()
    yield f"sqlite:///{database}"
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()


@contextmanager
def missing(database: Path) -> Iterator[str]:
    """The folder of the database is a file."""
    (database.parent / "file").write_text("")
    yield f"sqlite:///{database.parent}/file/mlflow.db"


STORES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "server refuses the connection": refused,
    "database locked": locked,
    "database corrupt": corrupt,
    "database full": full,
    "database's folder is a file": missing,
}


def check_degraded(
    stages: Stages,
    trainable: Path,
    copy: Copy,
    expected: dict[str, str],
    run: str,
    store: str,
    good: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Train under a store that fails; compare with an untracked run; then send what was kept to a store that works."""
    folder = copy(trainable)
    ended = stages.run(folder, f"train {run}", OFTEN, store=store, flush_seconds=FLUSH_SECONDS, environment=IMPATIENT)
    assert ended.status == 0, ended
    assert "warning: tracking: " in ended.stderr
    assert "sends it" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert hashes(folder) == expected
    (journal,) = (path for path in (folder / JOURNALS).iterdir() if path.is_dir())
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{good}")
    assert sender.send(journal)
    assert_complete(good, folder, run)


@pytest.fixture
def good(good_store: Path, tmp_path: Path) -> Path:
    """A store of this cell's own, in which everything has its place."""
    path = tmp_path / "good" / "mlflow.db"
    path.parent.mkdir()
    path.write_bytes(good_store.read_bytes())
    return path


@pytest.mark.parametrize(("kind", "run"), by_turns(["hangs", *ANSWERS]))
def test_a_server_that_fails(
    stages: Stages,
    trainable: Path,
    copy: Copy,
    whole: Whole,
    good: Path,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    run: str,
) -> None:
    with failing(kind) as proxy:
        check_degraded(stages, trainable, copy, whole(f"train {run}"), run, proxy.uri, good, monkeypatch)
        assert proxy.failed.is_set(), "the server was never asked"
    tell("tracking", f"server {kind}", f"train {run}", DEGRADED)


@pytest.mark.parametrize(("kind", "run"), by_turns(STORES))
def test_a_store_that_fails(
    stages: Stages,
    trainable: Path,
    copy: Copy,
    whole: Whole,
    good_store: Path,
    good: Path,
    tmp_path: Path,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    run: str,
) -> None:
    broken = tmp_path / "broken" / "mlflow.db"
    broken.parent.mkdir()
    broken.write_bytes(good_store.read_bytes())
    with STORES[kind](broken) as uri:
        check_degraded(stages, trainable, copy, whole(f"train {run}"), run, uri, good, monkeypatch)
    tell("tracking", kind, f"train {run}", DEGRADED)
