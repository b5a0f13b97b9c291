"""A tracker that fails costs nothing: the weights are those of an untracked run, and all it missed can be sent later."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from faults.cells import DEGRADED, Stages, Tell, hashes
from faults.proxy import ANSWERS, Proxy, free_port, proxy_before
from faults.store import assert_complete
from stargan.tracking import JOURNALS, sender

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy
RUNS = ("celeba", "both", "diat-rafd", "icgan-rafd")
FLUSH_SECONDS = 8.0  # long enough for the sender to load MLflow and to fail
UNTRACKED: dict[tuple[Path, str], dict[str, str]] = {}


@pytest.fixture(scope="session")
def good_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sqlite store: to make one takes seconds, to copy it none."""
    database = tmp_path_factory.mktemp("store") / "mlflow.db"
    sender.create_database(database)
    return database


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
    "server refuses the connection": refused, "database locked": locked, "database corrupt": corrupt,
    "database full": full, "database's folder is a file": missing,
}  # fmt: skip


def untracked(stages: Stages, folder: Path, run: str, copied: Path) -> dict[str, str]:
    """Return the hashes of a run without a tracker, made once a worker."""
    if (folder, run) not in UNTRACKED:
        assert stages.run(copied, f"train {run}").status == 0
        UNTRACKED[folder, run] = hashes(copied)
    return UNTRACKED[folder, run]


def check_degraded(
    stages: Stages,
    trainable: Path,
    copy: Callable[[Path], Path],
    run: str,
    store: str,
    good: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Train under a store that fails; compare with an untracked run; then send what was kept to a store that works."""
    expected = untracked(stages, trainable, run, copy(trainable))
    folder = copy(trainable)
    ended = stages.run(folder, f"train {run}", store=store, flush_seconds=FLUSH_SECONDS)
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


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("kind", ["hangs", *ANSWERS])
def test_a_server_that_fails(
    stages: Stages, trainable: Path, copy: Callable[[Path], Path], good: Path, tell: Tell,
    monkeypatch: pytest.MonkeyPatch, kind: str, run: str,
) -> None:  # fmt: skip
    with failing(kind) as proxy:
        check_degraded(stages, trainable, copy, run, proxy.uri, good, monkeypatch)
        assert proxy.failed.is_set(), "the server was never asked"
    tell("tracking", f"server {kind}", f"train {run}", DEGRADED)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("kind", STORES)
def test_a_store_that_fails(
    stages: Stages, trainable: Path, copy: Callable[[Path], Path], good_store: Path, good: Path, tmp_path: Path, tell: Tell,
    monkeypatch: pytest.MonkeyPatch, kind: str, run: str,
) -> None:  # fmt: skip
    broken = tmp_path / "broken" / "mlflow.db"
    broken.parent.mkdir()
    broken.write_bytes(good_store.read_bytes())
    with STORES[kind](broken) as uri:
        check_degraded(stages, trainable, copy, run, uri, good, monkeypatch)
    tell("tracking", kind, f"train {run}", DEGRADED)
