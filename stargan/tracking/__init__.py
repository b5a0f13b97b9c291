"""What a stage tells MLflow.

A stage only appends events to a journal, a folder under the project's root; a second process (`sender.py`)
carries them to the store. So training never waits for a network or a database and never imports mlflow, and
what did not arrive is still in the journal, also after a kill of either process.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from filelock import FileLock

from stargan.core.files import workspace_root, write_bytes

STAGE_LOCK = "stage.lock"
JOURNALS = Path("data/checkpoints/tracking")
"""Where journals wait, below the root: `<run id>-<nanoseconds>/`, gone once everything in them was sent."""


class Run:
    """One execution of a stage. A disk or store that fails raises nothing: it is one line on stderr.

    `id` is the tag `stargan.run` of the MLflow run. It is random: keep it in the checkpoint, to be given back
    as `resume_id`, never in an output. `folder` is the journal; None where nothing is tracked.
    """

    def __init__(self, run_id: str, folder: Path | None, lock: FileLock | None = None) -> None:
        """Write to the journal `folder`, which exists; `lock`, if any, is held until the end."""
        self.id = run_id
        self.folder = folder
        self._artifacts = 0
        self._warned = False
        self._lock = lock

    def log_losses(self, step: int, terms: Mapping[str, float]) -> None:
        """Log each loss term as metric `loss/<term>` of this step."""
        self.log_metrics({f"loss/{term}": value for term, value in terms.items()}, step)

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers under their own keys; without a step they are the run's results."""
        self.write("metrics", step=step or 0, values={key: float(value) for key, value in values.items()})

    def log_results(self, headline: Mapping[str, float], detail: Mapping[str, float]) -> None:
        """Log results: `headline/<key>` for what runs are compared by, `detail/<key>` for all."""
        self.log_metrics({f"headline/{key}": value for key, value in headline.items()})
        self.log_metrics({f"detail/{key}": value for key, value in detail.items()})

    def log_artifact(self, path: Path, folder: str = "") -> None:
        """File a copy of `path`, as it is now, under `folder` of the run's artifacts."""
        if self.folder is None:
            return
        self._artifacts += 1
        copy = Path("files", str(self._artifacts), path.name)
        try:
            (self.folder / copy).parent.mkdir(parents=True)
            shutil.copyfile(path, self.folder / copy)
        except OSError as fault:
            self._warn(fault)
        else:
            self.write("artifact", file=str(copy), folder=folder)

    def log_dataset(self, name: str, digest: str, source: str, n: int) -> None:
        """Log data as an MLflow input: `digest` of its bytes, `source` its path or origin, `n` images."""
        self.write("dataset", name=name, digest=digest, source=source, n=n)

    def tag(self, key: str, value: str) -> None:
        """Set a tag, such as `model.md5`, by which runs are found and linked."""
        self.write("tag", key=key, value=value)

    def start(self, stage: str, params: Mapping[str, Any]) -> None:
        """Log who this run is (stage, experiment, commit, params) and the files that say what DVC runs."""
        experiment, commit = os.environ.get("DVC_EXP_NAME", ""), _commit()
        baseline = os.environ.get("DVC_EXP_BASELINE_REV") or commit
        pipeline = "@".join(filter(None, (experiment or "repro", baseline[:7])))
        tags = {"dvc.stage": stage, "dvc.exp_name": experiment, "git.commit": commit}
        self.write("start", run=self.id, name=stage, pipeline=pipeline, tags=tags, params=flatten(params))
        for path in (Path("params.yaml"), Path("dvc.lock")):
            if path.is_file():
                self.log_artifact(path)

    def end(self, status: str) -> None:
        """Close the journal with the run's status: FINISHED, FAILED or KILLED."""
        if self.folder is None:
            return
        try:
            write_bytes(self.folder / "end.json", _event("end", status=status).encode())
        except OSError as fault:
            self._warn(fault)
        if self._lock:
            self._lock.release()

    def write(self, kind: str, **fields: Any) -> None:
        """Append an event to the journal."""
        if self.folder is None:
            return
        # The leading line feed ends a line that a full disk has cut; the sender skips what is not whole.
        line = f"\n{_event(kind, **fields)}\n".encode()
        try:
            with (self.folder / "events.jsonl").open("ab", buffering=0) as journal:
                if journal.write(line) < len(line):
                    raise OSError("the disk is full")
        except OSError as fault:
            self._warn(fault)

    def _warn(self, fault: OSError) -> None:
        if not self._warned:
            self._warned = True
            print(f"warning: tracking: {fault}; MLflow will miss it, the stage goes on", file=sys.stderr)


@contextmanager
def stage_run(
    name: str, params: Mapping[str, Any], resume_id: str | None = None, flush_seconds: float = 30.0
) -> Iterator[Run]:
    """Track one execution of a stage; the run is FINISHED, FAILED (an error) or KILLED (interrupt, exit).

    `name` is used where DVC names no stage, `params` may be nested, `resume_id` continues the run of an
    execution that was killed. Enter it early: the sender loads while the stage loads. Leaving waits at most
    `flush_seconds` for the sender, then says where the rest is kept. An interrupted stage waits for a tenth of that, and
    leaves the sender at work, which ends by itself.
    """
    run, sender = _open(os.environ.get("DVC_STAGE") or name, params, resume_id or uuid.uuid4().hex)
    status = "FAILED"
    try:
        yield run
        status = "FINISHED"
    except (KeyboardInterrupt, SystemExit):
        status = "KILLED"
        raise
    finally:
        run.end(status)
        if sender is not None:
            flush(sender, flush_seconds, run.folder, status == "KILLED")


def flatten(params: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested params as one level of dotted keys with text values."""
    flat: dict[str, str] = {}
    for key, value in params.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: str(value)}
    return flat


def _open(stage: str, params: Mapping[str, Any], run_id: str) -> "tuple[Run, subprocess.Popen[bytes] | None]":
    if find_spec("mlflow") is None:
        print("tracking: mlflow is not installed, nothing is logged", file=sys.stderr)
        return Run(run_id, None), None
    folder = workspace_root() / JOURNALS / f"{run_id}-{time.time_ns()}"
    try:
        folder.mkdir(parents=True)
        lock = FileLock(folder / STAGE_LOCK, timeout=0)
        lock.acquire()  # a journal that still grows is not to be sent, and removed, by hand
        run = Run(run_id, folder, lock)
        run.start(stage, params)
        return run, start_sender(folder)
    except OSError as fault:
        print(f"warning: tracking: {fault}; nothing is logged, the stage goes on", file=sys.stderr)
        return Run(run_id, None), None


def start_sender(folder: Path) -> "subprocess.Popen[bytes]":
    """Start the process that carries a journal to the store."""
    script = Path(__file__).with_name("sender.py")
    # -P: modules beside the script stay out of its imports. An own session: Ctrl-C is for the stage alone.
    command = [sys.executable, "-P", str(script), str(folder), str(os.getpid())]
    null = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=null, stdout=null, start_new_session=True)


def flush(sender: "subprocess.Popen[bytes]", seconds: float, folder: Path | None, interrupted: bool) -> None:
    """Wait for the sender, and say what is left where it did not end well in so many seconds."""
    command = f"python -m stargan.tracking.sender {folder}"
    try:
        sender.wait(seconds / 10 if interrupted else seconds)
    except subprocess.TimeoutExpired:
        if interrupted:
            print(f"tracking: the rest is still being sent; if {folder} stays, `{command}` sends it", file=sys.stderr)
            return
        sender.kill()  # harmless: an event that is sent twice counts once
        sender.wait()
    if sender.returncode != 0:
        print(f"warning: tracking: not everything reached MLflow; `{command}` sends it", file=sys.stderr)


def _event(kind: str, **fields: Any) -> str:
    return json.dumps({"kind": kind, "time": time.time_ns() // 1_000_000, **fields})


def _commit() -> str:
    try:
        git = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return git.stdout.strip() if git.returncode == 0 else ""
