"""The journal, and what of it arrives in a real MLflow store: everything once, whatever fails on the way."""

import contextlib
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock, Timeout

from stargan import tracking
from stargan.core.files import workspace_root
from stargan.tracking import Run, sender, stage_run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy
REPOSITORY = Path(__file__).parents[2]
DVC = ("DVC_ROOT", "DVC_STAGE", "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV")


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's root that is the current folder, outside DVC and git."""
    for name in (*DVC, "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in sender.SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One sqlite store for all tests here: to make one takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db"


@pytest.fixture
def client(store: str, monkeypatch: pytest.MonkeyPatch) -> "MlflowClient":
    """The store as $MLFLOW_TRACKING_URI."""
    from mlflow import MlflowClient

    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    return MlflowClient(store)


def journal(run_id: str, execution: int = 1) -> tuple[Run, Path]:
    """Return a run that writes to a new journal, which nobody sends yet."""
    folder = workspace_root() / tracking.JOURNALS / f"{run_id}-{execution}"
    folder.mkdir(parents=True)
    return Run(run_id, folder), folder


def runs(client: "MlflowClient", tag: str, value: str) -> "list[MlflowRun]":
    """Return the store's runs with a tag."""
    experiment = client.get_experiment_by_name("stargan")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id], f"tags.`{tag}` = '{value}'"))


def history(client: "MlflowClient", run_id: str, key: str) -> list[tuple[int, float]]:
    """Return all points of a metric, by step."""
    return sorted((point.step, point.value) for point in client.get_metric_history(run_id, key))


def spied_batches(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """Return lists that fill with the number of metrics and of params of each batch sent."""
    from mlflow import MlflowClient

    metrics: list[int] = []
    params: list[int] = []
    log_batch = MlflowClient.log_batch

    def spy(client: MlflowClient, run_id: str, **batch: Any) -> Any:
        metrics.append(len(batch.get("metrics", ())))
        params.append(len(batch.get("params", ())))
        return log_batch(client, run_id, **batch)

    monkeypatch.setattr(MlflowClient, "log_batch", spy)
    return metrics, params


def test_all_kinds_of_events_arrive_once_even_if_sent_twice(
    root: Path, client: "MlflowClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_EXP_NAME", "o'lamb")
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0123456789abcdef")
    (root / "params.yaml").write_text("lr: 1e-4\n")
    grid = root / "grid.png"
    grid.write_bytes(b"at step 1")
    run, folder = journal("everything")
    run.start("train@celeba", {"train": {"lr": 1e-4, "betas": [0.5, 0.999]}, "many": {i: i for i in range(130)}})
    for step in range(600):  # two terms: more points than one batch takes
        run.log_losses(step, {"d_real": step / 2, "g_cls": -step})
    run.log_metrics({"error/Don't know": math.nan, "fid": 2.5})
    run.log_artifact(grid, "samples")
    grid.write_bytes(b"overwritten")
    run.log_dataset("celeba", "f" * 64, "data/prepared/celeba/32", 300)
    run.tag("model.md5", "d41d8")
    run.end("FINISHED")
    again = folder.with_name("everything-2")
    shutil.copytree(folder, again)

    metrics, params = spied_batches(monkeypatch)
    assert sender.send(folder)
    assert sender.send(again)

    assert not folder.exists()
    assert (max(metrics), max(params)) == (1000, 100)  # MLflow's limits, of which only its server reminds
    (child,) = runs(client, "stargan.run", "everything")
    assert child.info.status == "FINISHED"
    assert child.info.run_name == child.data.tags["dvc.stage"] == "train@celeba"
    assert child.data.tags["model.md5"] == "d41d8"
    assert len(child.data.params) == 132
    assert child.data.params["train.lr"] == "0.0001"
    assert child.data.params["train.betas"] == "[0.5, 0.999]"
    run_id = child.info.run_id
    assert history(client, run_id, "loss/d_real") == [(step, step / 2) for step in range(600)]
    assert history(client, run_id, "loss/g_cls") == [(step, -step) for step in range(600)]
    assert math.isnan(child.data.metrics["error/Don_t know"])
    assert child.data.metrics["fid"] == 2.5
    assert child.inputs is not None
    (data,) = child.inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.profile) == ("celeba", '{"num_rows": 300}')
    assert Path(client.download_artifacts(run_id, "samples/grid.png")).read_bytes() == b"at step 1"
    assert Path(client.download_artifacts(run_id, "params.yaml")).read_text() == "lr: 1e-4\n"
    parent = client.get_run(child.data.tags["mlflow.parentRunId"])
    assert (parent.info.run_name, parent.info.status) == ("o_lamb@0123456", "FINISHED")


def test_a_resumed_run_continues_and_late_news_of_its_killed_part_does_not_undo_it(
    client: "MlflowClient",
) -> None:
    killed, first = journal("resumed", 1)
    killed.start("train", {"lr": 1})
    killed.log_losses(1, {"d": 1.0})
    with (first / "events.jsonl").open("a") as file:
        file.write('\n{"kind": "metrics", "ti')  # killed within a write: and no end
    late = first.with_name("resumed-late")
    shutil.copytree(first, late)
    assert sender.send(first)
    (child,) = runs(client, "stargan.run", "resumed")
    assert child.info.status == "KILLED"

    time.sleep(0.002)  # the clock of events counts milliseconds
    resumed, second = journal("resumed", 2)
    resumed.start("train", {"lr": 2})  # MLflow refuses to change a param: the first value stays
    resumed.log_losses(2, {"d": 2.0})
    resumed.end("FINISHED")
    assert sender.send(second)
    assert sender.send(late)

    (child,) = runs(client, "stargan.run", "resumed")
    assert history(client, child.info.run_id, "loss/d") == [(1, 1.0), (2, 2.0)]
    assert child.data.params == {"lr": "1"}
    assert child.info.status == "FINISHED"


def test_a_resumed_run_is_running_again(client: "MlflowClient") -> None:
    killed, first = journal("again", 1)
    killed.start("train", {})
    assert sender.send(first)
    time.sleep(0.002)
    resumed, second = journal("again", 2)
    resumed.start("train", {})
    sender.Outlet(second, monitored=False).deliver(sender.read(second / "events.jsonl", 0)[0])
    (child,) = runs(client, "stargan.run", "again")
    assert child.info.status == "RUNNING"
    assert client.get_run(child.data.tags["mlflow.parentRunId"]).info.status == "RUNNING"


def test_the_load_of_the_machine_is_logged(client: "MlflowClient", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.05")
    run, folder = journal("load")
    run.start("train", {})
    sender.Outlet(folder, monitored=True).deliver(sender.read(folder / "events.jsonl", 0)[0])
    for _ in range(600):
        (child,) = runs(client, "stargan.run", "load")
        if "system/cpu_utilization_percentage" in child.data.metrics:
            break
        time.sleep(0.1)
    run.end("FINISHED")  # which ends the thread that samples
    assert sender.send(folder)
    assert child.data.metrics["system/cpu_utilization_percentage"] >= 0


STAGE = """
import os, signal, sys, time
from stargan.tracking import stage_run
while not os.path.exists("go"):
    time.sleep(0.001)
with stage_run("stage", {}, sys.argv[1], flush_seconds=300) as run:
    for step in range(700):
        run.log_losses(step, {"d": step})
    if sys.argv[1] == "killed":
        os.killpg(0, signal.SIGKILL)
assert "mlflow" not in sys.modules
"""


def test_stages_that_create_the_store_together_lose_nothing_nor_does_one_that_is_killed(root: Path) -> None:
    from mlflow import MlflowClient

    names = ("whole", "other", "killed")
    command, environment = [sys.executable, "-c", STAGE], {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    stages = [subprocess.Popen([*command, name], env=environment, start_new_session=True) for name in names]
    (root / "mlflow.db.part").write_text("half made, by a process that was killed")
    (root / "go").touch()
    assert [stage.wait(300) for stage in stages] == [0, 0, -signal.SIGKILL]
    for _ in range(1200):  # the sender of a killed stage lives on until all is sent
        if not list((root / tracking.JOURNALS).glob("killed-*")):
            break
        time.sleep(0.1)
    client = MlflowClient(f"sqlite:///{root}/mlflow.db")
    (parent,) = runs(client, "stargan.pipeline", "repro")
    for name in names:
        (child,) = runs(client, "stargan.run", name)
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert child.info.status == ("KILLED" if name == "killed" else "FINISHED")
        assert child.info.artifact_uri.startswith((root / "mlartifacts").as_uri())
        assert history(client, child.info.run_id, "loss/d") == [(step, step) for step in range(700)]


def test_a_refused_server_is_two_lines_and_what_is_kept_can_be_sent(
    client: "MlflowClient", store: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{closed.getsockname()[1]}")
        with stage_run("refused", {}, "refused", flush_seconds=300) as run:  # it does not wait for all of that
            run.log_losses(7, {"d": 7.0})
    failed, kept = capfd.readouterr().err.splitlines()
    assert "MLflow at http://127.0.0.1" in failed
    assert "secret" not in failed
    assert f"python -m stargan.tracking.sender {run.folder}" in kept

    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    subprocess.run([sys.executable, "-m", "stargan.tracking.sender", str(run.folder)], cwd=REPOSITORY, check=True)
    (child,) = runs(client, "stargan.run", "refused")
    assert history(client, child.info.run_id, "loss/d") == [(7, 7.0)]
    assert child.info.status == "FINISHED"


def test_a_hanging_server_holds_a_stage_no_longer_than_its_bound(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1000")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with stage_run("hanging", {}, flush_seconds=0.5) as run:
            pass
    assert "not everything reached MLflow" in capfd.readouterr().err
    assert run.folder is not None
    assert sender.read(run.folder / "events.jsonl", 0)[0][0]["kind"] == "start"


class BusySender:
    """A sender process that has not sent everything yet."""

    def __init__(self) -> None:
        self.killed = False
        self.returncode = 0

    def wait(self, seconds: float | None = None) -> None:
        if seconds is not None:
            raise subprocess.TimeoutExpired("sender", seconds)

    def kill(self) -> None:
        self.killed, self.returncode = True, -signal.SIGKILL


@pytest.mark.parametrize("leave", [SystemExit, None])
def test_an_interrupted_stage_leaves_its_sender_at_work(
    leave: type[SystemExit] | None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    process = BusySender()
    monkeypatch.setattr(tracking, "start_sender", lambda _folder: process)
    with contextlib.suppress(SystemExit), stage_run("stage", {}) as run:
        if leave:
            raise leave
    assert process.killed is not bool(leave)
    assert f"stargan.tracking.sender {run.folder}` sends it" in capfd.readouterr().err


class PatientSender:
    """A sender process that has sent everything at once."""

    returncode = 0

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.mark.parametrize(
    ("leave", "status"),
    [(None, "FINISHED"), (ValueError, "FAILED"), (KeyboardInterrupt, "KILLED"), (SystemExit, "KILLED")],
)
def test_how_the_block_is_left_is_the_status(
    leave: type[BaseException] | None, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = PatientSender()
    monkeypatch.setattr(tracking, "start_sender", lambda _folder: process)
    left = None
    try:
        with stage_run("stage", {}, flush_seconds=30.0) as run:
            assert run.folder is not None
            with pytest.raises(Timeout):  # a journal that still grows is not sent by hand
                FileLock(run.folder / tracking.STAGE_LOCK, timeout=0).acquire()
            if leave is not None:
                raise leave
    except BaseException as raised:
        left = type(raised)
    assert left is leave
    assert run.folder is not None
    assert json.loads((run.folder / "end.json").read_text())["status"] == status
    assert process.waited == [3.0 if status == "KILLED" else 30.0]  # an interrupted stage has 30 s for all


def test_without_mlflow_one_line_says_so_and_no_file_is_made(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with stage_run("stage", {"a": 1}, "known") as run:
        run.log_losses(1, {"d": 1.0})
        run.log_artifact(root / "missing.png")
    assert run.id == "known"
    assert capfd.readouterr().err == "tracking: mlflow is not installed, nothing is logged\n"
    assert list(root.iterdir()) == []


def test_a_root_that_cannot_be_written_is_one_line(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "data").write_text("a file where a folder should be")
    with stage_run("stage", {}) as run:
        run.log_metrics({"fid": 1.0})
    (line,) = capfd.readouterr().err.splitlines()
    assert "Not a directory" in line


def test_a_full_disk_is_one_line_however_often_it_is_written_to(capfd: pytest.CaptureFixture[str]) -> None:
    run, folder = journal("full")
    (folder / "events.jsonl").symlink_to("/dev/full")
    run.log_metrics({"fid": 1.0})
    run.log_metrics({"fid": 2.0})
    run.log_artifact(folder / "missing.png")
    (line,) = capfd.readouterr().err.splitlines()
    assert "No space left" in line


def test_a_line_that_was_cut_costs_no_other() -> None:
    run, folder = journal("cut")
    run.tag("a", "1")
    with (folder / "events.jsonl").open("a") as file:
        file.write('\n{"kind": "tag", "key": "b"')  # the disk was full for a moment
    run.tag("c", "3")
    events, _ = sender.read(folder / "events.jsonl", 0)
    assert [event["key"] for event in events] == ["a", "c"]


def test_a_journal_is_read_in_pieces_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run, folder = journal("pieces")
    for step in range(50):
        run.log_metrics({"x": step}, step)
    monkeypatch.setattr(sender, "CHUNK_BYTES", 200)
    steps, offset = [], 0
    while offset < (folder / "events.jsonl").stat().st_size:
        events, offset = sender.read(folder / "events.jsonl", offset)
        assert len(events) <= 2
        steps += [event["step"] for event in events]
    assert steps == list(range(50))


@pytest.mark.parametrize("faults", [2, 3])
def test_a_store_that_fails_is_tried_again_from_where_it_failed(
    faults: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    delivered: list[list[str]] = []
    left = iter([OSError("busy\nsecond line")] * faults)

    def deliver(_outlet: sender.Outlet, events: list[dict[str, Any]]) -> None:
        for fault in left:
            raise fault
        delivered.append([event["kind"] for event in events])

    monkeypatch.setattr(sender.Outlet, "deliver", deliver)
    run, folder = journal("busy")
    run.tag("a", "1")
    run.end("FAILED")
    recovered = faults < sender.LAST_ATTEMPTS
    assert sender.send(folder) is recovered
    assert folder.exists() is not recovered
    assert delivered == ([["tag"], ["end"]] if recovered else [])
    (line,) = capfd.readouterr().err.splitlines()
    assert "busy" in line


def test_a_journal_is_sent_by_one_process_at_a_time(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run, folder = journal("locked")
    monkeypatch.setattr(sys, "argv", ["sender", str(folder)])
    monkeypatch.setattr("logging.disable", lambda: None)
    assert sender.main() == 1
    assert "no journal" in capfd.readouterr().err
    (folder / "events.jsonl").touch()
    with FileLock(folder / "lock"):
        assert sender.main() == 1
    assert "another process" in capfd.readouterr().err
    run.hold()  # its stage lives, though its sender may have been killed
    assert sender.main() == 1
    assert "still at work" in capfd.readouterr().err
    assert folder.exists()
    run.let_go()


def test_an_event_may_be_longer_than_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "CHUNK_BYTES", 16)
    run, folder = journal("long")
    run.tag("note", "x" * 100)
    run.tag("short", "y")
    events, offset = sender.read(folder / "events.jsonl", 1)  # behind the first event's own line feed
    assert [event["value"] for event in events] == ["x" * 100]
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b"cut off\n" * 5)
    seen = []
    while (found := sender.read(folder / "events.jsonl", offset))[1] != offset:
        seen += [event["value"] for event in found[0]]
        offset = found[1]
    assert seen == ["y"]


def test_the_root_is_dvcs_only_if_it_is_a_pipeline(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = root / "main workspace"
    main.mkdir()
    monkeypatch.setenv("DVC_ROOT", str(main))
    assert workspace_root() == root
    (main / "dvc.yaml").touch()
    assert workspace_root() == main
