"""The process that carries a journal to MLflow; `python -m stargan.tracking.sender FOLDER` sends a kept one.

Events are applied in order and at least once. Applying one again changes nothing (a run is found by its tag,
an equal point counts once), so what failed half way is sent again whole and no progress is saved.
Nothing of the project is imported here: a stage starts this file as a script.
"""

import hashlib
import itertools
import json
import logging
import os
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from mlflow import MlflowClient

Event = dict[str, Any]
CHUNK_BYTES = 1 << 20  # bounds the memory
POINTS, PARAMS = 1000, 100  # MLflow's limits of a batch
INTERVAL_SECONDS = 5.0  # between batches; doubled by each failure, to 80 at most
TICK_SECONDS = 0.2
STAGE_LOCK = "stage.lock"  # held by the stage for as long as it lives
LAST_ATTEMPTS, LAST_PAUSE_SECONDS = 3, 1.0  # once the stage has ended
SETTINGS = {  # a user's own values stand
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "OMP_NUM_THREADS": "1",
}


def send(folder: Path, writer: int = 0) -> bool:
    """Send the journal in `folder`, for as long as process `writer` (our parent) adds to it.

    Returns True once everything was sent (and the folder removed), False if the store fails to the end.
    """
    outlet = Outlet(folder, monitored=writer != 0)
    offset = failures = last_failures = last_time = 0

    def closing() -> bool:
        return os.getppid() != writer or (folder / "end.json").exists()

    while True:
        last = closing()  # asked before reading: what a stage that has ended left is then complete
        events, behind = read(folder / "events.jsonl", offset)
        finished = last and behind == offset
        try:
            outlet.deliver([_end(folder, last_time)] if finished else events)
        except Exception as fault:  # whatever a store may raise: the events are kept and tried again
            if failures == 0:
                _warn(outlet.uri, fault, folder)
            failures += 1
            last_failures += last
            if last_failures == LAST_ATTEMPTS:
                return False
        else:
            if finished:
                shutil.rmtree(folder)
                return True
            offset, failures = behind, 0
            last_time = events[-1]["time"] if events else last_time
        _pause(closing, failures)


def read(journal: Path, offset: int) -> tuple[list[Event], int]:
    """Return the whole events behind a byte offset, a megabyte of them at most, and the offset after them."""
    with journal.open("rb") as file:
        file.seek(offset)
        chunk = file.read(CHUNK_BYTES)
        if b"\n" not in chunk:  # a single event may be longer
            chunk += file.readline()
    whole = chunk[: chunk.rfind(b"\n") + 1]
    return [event for line in whole.splitlines() for event in _parsed(line)], offset + len(whole)


class Outlet:
    """Where a journal goes: $MLFLOW_TRACKING_URI or `mlflow.db`, seen from the root. Raises what the store raises."""

    def __init__(self, folder: Path, monitored: bool) -> None:
        """Connect at the first event, not yet; `monitored` adds the load of processor, memory and GPU."""
        self._folder = folder
        self._monitored = monitored
        self._root = folder.parents[3]
        self.uri = os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"  # `main` is in the root
        self._client: MlflowClient | None = None
        self._run_id = ""

    def deliver(self, events: list[Event]) -> None:
        """Apply events in order, metrics that follow one another in batches."""
        for kind, group in itertools.groupby(events, key=lambda event: str(event["kind"])):
            if kind == "start":
                self._connect(next(group))
            elif self._client is None:
                raise ValueError(f"{self._folder}/events.jsonl lost its first event")
            elif kind == "metrics":
                log_points(self._client, self._run_id, group)
            else:
                for event in group:
                    apply(self._client, self._run_id, event, self._folder)

    def _connect(self, start: Event) -> None:
        from mlflow import MlflowClient

        if re.match(r"https?://[^/?#]*[/?#].*@", self.uri):  # a password's part would pass for a host, and be told as one
            raise ValueError("MLFLOW_TRACKING_URI: write /, ? and # in a password as %2F, %3F and %23")
        # Two processes creating one store break it, and a parent is looked for before it is made.
        with FileLock(self._folder.parent / ".lock"):
            database = database_of(self.uri)
            if database and not database.exists():
                create_database(database)
            client = MlflowClient(self.uri)
            experiment = open_experiment(client, self.uri, None if self.uri.startswith("http") else self._root)
            self._run_id = open_run(client, experiment, start)
        self._client = client
        if self._monitored:
            monitor(self._run_id, self.uri)
            self._monitored = False


def database_of(uri: str) -> Path | None:
    """Return the file of a sqlite store; None where another store, or none, is meant."""
    from sqlalchemy import make_url

    url = make_url(uri) if uri.startswith("sqlite") else None
    known = url is not None and url.database != ":memory:" and "uri" not in url.query
    return Path(url.database) if url and known and url.database else None


def create_database(database: Path) -> None:
    """Make a database aside: a kill would leave its tables half made, which nothing repairs."""
    from mlflow import MlflowClient
    from sqlalchemy import URL

    part = database.with_name(f".{database.name}.stargan-part")
    part.unlink(missing_ok=True)
    MlflowClient(URL.create("sqlite", database=str(part)).render_as_string())
    part.replace(database)


def open_experiment(client: "MlflowClient", uri: str, local_root: Path | None) -> str:
    """Return the id of $MLFLOW_EXPERIMENT_NAME, by default `stargan`, made where it is missing.

    Raises ValueError where it was deleted: MLflow keeps its name.
    """
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "stargan")
    known = client.get_experiment_by_name(name)
    if known is None:
        # Without an explicit place a temporary workspace would fix it inside a folder that is deleted.
        return client.create_experiment(name, (local_root / "mlartifacts").as_uri() if local_root else None)
    if known.lifecycle_stage == "deleted":
        command = f"MLFLOW_TRACKING_URI={uri} mlflow experiments restore -x {known.experiment_id}"
        raise ValueError(f"experiment {name} was deleted; `{command}` restores it, MLFLOW_EXPERIMENT_NAME names another")
    return str(known.experiment_id)


def open_run(client: "MlflowClient", experiment: str, start: Event) -> str:
    """Return the id of the run of a start event: the one with its tag (a resumed stage), or a new child."""
    from mlflow.entities import Param

    pipeline = start["pipeline"].replace("'", "_")  # the query language has no escape
    parent = find_or_create(client, experiment, start, pipeline, {"stargan.pipeline": pipeline})
    tags = {"stargan.run": start["run"], "mlflow.parentRunId": parent, **start["tags"]}
    run_id = find_or_create(client, experiment, start, start["name"], tags)
    known = client.get_run(run_id).data.params  # a param that is there may not change
    new = [Param(_key(key), text[:6000]) for key, text in start["params"].items() if _key(key) not in known]
    for first in range(0, len(new), PARAMS):
        client.log_batch(run_id, params=new[first : first + PARAMS], synchronous=True)
    return run_id


def find_or_create(client: "MlflowClient", experiment: str, start: Event, name: str, tags: dict[str, str]) -> str:
    """Return the id of the run that has the first of these tags, made where it is missing; it is RUNNING."""
    key, value = next(iter(tags.items()))
    found = client.search_runs([experiment], f"tags.`{key}` = '{value}'", max_results=1)
    if not found:
        return str(client.create_run(experiment, start["time"], tags, name).info.run_id)
    info = found[0].info
    if start["time"] > (info.end_time or 0):
        client.update_run(info.run_id, status="RUNNING")
    return str(info.run_id)


def log_points(client: "MlflowClient", run_id: str, events: Iterator[Event]) -> None:
    """Log the values of metrics events."""
    from mlflow.entities import Metric

    points = [
        Metric(_key(key), value, event["time"], event["step"]) for event in events for key, value in event["values"].items()
    ]
    for first in range(0, len(points), POINTS):
        client.log_batch(run_id, metrics=points[first : first + POINTS], synchronous=True)


def apply(client: "MlflowClient", run_id: str, event: Event, folder: Path) -> None:
    """Apply an artifact, dataset, tag or end event to a run; `folder` holds the journal's files."""
    from mlflow.entities import Dataset, DatasetInput

    match event["kind"]:
        case "artifact":
            client.log_artifact(run_id, str(folder / event["file"]), event["folder"] or None)
        case "dataset":
            source, profile = json.dumps({"uri": event["source"]}), json.dumps({"num_rows": event["n"]})
            data = Dataset(event["name"], event["digest"][:36], "local", source, profile=profile)
            client.log_inputs(run_id, datasets=[DatasetInput(data)])
        case "tag":
            client.set_tag(run_id, _key(event["key"]), event["value"])
        case "end":
            end_run(client, run_id, event["status"], event["time"])
        case other:
            raise ValueError(f"unknown event {other!r}")


def end_run(client: "MlflowClient", run_id: str, status: str, end_time: int) -> None:
    """End a run, and its parent alike, unless a later execution has already ended it."""
    run = client.get_run(run_id)
    if (run.info.end_time or 0) <= end_time:
        client.set_terminated(run_id, status, end_time)
        client.set_terminated(run.data.tags["mlflow.parentRunId"], status, end_time)


def monitor(run_id: str, uri: str) -> None:
    """Log the load every ten seconds from a thread of this process, where psutil is installed."""
    try:
        from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor
    except ImportError:
        return
    SystemMetricsMonitor(run_id, resume_logging=True, tracking_uri=uri).start()  # type: ignore[no-untyped-call]


def _pause(closing: Callable[[], bool], failures: int) -> None:
    due = time.monotonic() + INTERVAL_SECONDS * 2 ** min(failures, 4)
    while not closing() and time.monotonic() < due:
        time.sleep(TICK_SECONDS)
    time.sleep(LAST_PAUSE_SECONDS if failures else 0)


def _end(folder: Path, last_time: int) -> Event:
    with suppress(FileNotFoundError):  # then the stage was killed
        return dict(json.loads((folder / "end.json").read_text()))
    return {"kind": "end", "status": "KILLED", "time": last_time}


def _parsed(line: bytes) -> Iterator[Event]:
    with suppress(ValueError):  # empty, or cut by a full disk
        yield json.loads(line)


def _key(name: str) -> str:
    """Return a name as MLflow takes it, at most 250 characters long: what it refuses is a code, what is cut off a digest.

    Names of the project hold a ':' in such codes alone, so no two of them become one.
    """
    plain = re.sub(r"[^\w\-. :/]", lambda found: f":{ord(found[0]):04X}:", name)
    return plain if len(plain) <= 250 else f"{plain[:230]}:{hashlib.sha256(name.encode()).hexdigest()[:16]}:"


def public(text: str) -> str:
    """Return a text without what may be secret: of each word what stands before an @, but for a scheme, or behind a ?."""
    for secret, shown in ((r"(?<=://)\S*@", ""), (r"\S*@", ""), (r"\?\S+", "?...")):
        text = re.sub(secret, shown, text)
    return text


def _warn(uri: str, fault: Exception, folder: Path) -> None:
    cause = f"MLflow at {uri}: {type(fault).__name__}: {fault}".replace(uri, re.sub(r"\s", "%20", uri))
    told = f"warning: tracking: {public(cause.splitlines()[0])[:400]}; the stage goes on, its events are kept in {folder}"
    print(told, file=sys.stderr)


def main() -> int:
    """Send one journal; exit status 0 if everything arrived."""
    logging.disable()  # one line of ours names what fails
    warnings.simplefilter("ignore")
    os.environ.update({**SETTINGS, **os.environ})
    folder = Path(sys.argv[1]).resolve()
    writer = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    fault = "no journal; name a folder below data/checkpoints/tracking"
    if (folder / "events.jsonl").is_file():
        os.chdir(folder.parents[3])  # the root: a store's relative place is meant from there, also in a temporary workspace
        try:
            with FileLock(folder / "lock", timeout=0), nullcontext() if writer else FileLock(folder / STAGE_LOCK, timeout=0):
                return 0 if send(folder, writer) else 1
        except Timeout:
            fault = "its stage is still at work, or another process is sending it; try again when its stage has ended"
    print(f"error: {folder}: {fault}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
