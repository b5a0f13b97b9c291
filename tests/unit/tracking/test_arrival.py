"""The journal, and what of it arrives in a real MLflow store: everything once, whatever fails on the way."""

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stargan import tracking
from stargan.tracking import sender, stage_run
from support.journals import history, journal, runs, spied_batches
from support.processes import ROOT

if TYPE_CHECKING:
    from mlflow import MlflowClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's, in its use of SQLAlchemy


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
    assert math.isnan(child.data.metrics["error/Don:0027:t know"])
    assert child.data.metrics["fid"] == 2.5
    assert child.inputs is not None
    (data,) = child.inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.profile) == ("celeba", '{"num_rows": 300}')
    assert Path(client.download_artifacts(run_id, "samples/grid.png")).read_bytes() == b"at step 1"
    assert Path(client.download_artifacts(run_id, "params.yaml")).read_text() == "lr: 1e-4\n"
    parent = client.get_run(child.data.tags["mlflow.parentRunId"])
    assert (parent.info.run_name, parent.info.status) == ("o_lamb@0123456", "FINISHED")


def test_a_resumed_run_continues_and_late_news_of_its_killed_part_does_not_undo_it(client: "MlflowClient") -> None:
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
    command, environment = [sys.executable, "-c", STAGE], {**os.environ, "PYTHONPATH": str(ROOT)}
    stages = [subprocess.Popen([*command, name], env=environment, start_new_session=True) for name in names]
    (root / ".mlflow.db.stargan-part").write_text("half made, by a process that was killed")
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
    subprocess.run([sys.executable, "-m", "stargan.tracking.sender", str(run.folder)], cwd=ROOT, check=True)
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


@pytest.mark.parametrize(
    ("uri", "database"),
    [("", "mlflow.db"), ("sqlite:///own.db?timeout=5", "own.db"), ("sqlite+pysqlite:///sub/own.db", "sub/own.db")],
)
def test_a_relative_store_lies_in_the_root_whatever_its_name_and_wherever_the_stage_runs(
    tmp_path: Path, store: str, client: "MlflowClient", monkeypatch: pytest.MonkeyPatch, uri: str, database: str
) -> None:
    """As in `dvc exp run --temp`, whose workspace goes away. A root may be named as if it were a part of a URI."""
    root, temporary = tmp_path / "my%20repo a#b?c=é", tmp_path / "temporary"
    (root / database).parent.mkdir(parents=True)
    temporary.mkdir()
    (root / "dvc.yaml").touch()
    if uri:  # to make one takes seconds
        shutil.copy(store.removeprefix("sqlite:///"), root / database)
    monkeypatch.setenv("DVC_ROOT", str(root))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    run, folder = journal("relative")
    run.start("train", {})
    run.end("FINISHED")
    script = str(Path(sender.__file__))
    subprocess.run([sys.executable, "-P", script, os.path.relpath(folder, temporary)], cwd=temporary, check=True)
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [root.name, "temporary"]
    from mlflow import MlflowClient

    shutil.copy(root / database, tmp_path / "copy.db")
    (child,) = runs(MlflowClient(f"sqlite:///{tmp_path}/copy.db"), "stargan.run", "relative")
    assert child.info.status == "FINISHED"
    if not uri:
        assert child.info.artifact_uri.startswith((root / "mlartifacts").as_uri())
        assert sorted(path.name for path in root.iterdir()) == ["data", "dvc.yaml", "mlflow.db"]


def test_a_deleted_experiment_is_told_and_its_events_wait_for_it(
    client: "MlflowClient", monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "gone")
    experiment = client.create_experiment("gone")
    client.delete_experiment(experiment)
    run, folder = journal("kept")
    run.start("train", {})
    run.end("FINISHED")
    assert not sender.send(folder)
    (line,) = capfd.readouterr().err.splitlines()
    assert "experiment gone was deleted" in line
    assert f"mlflow experiments restore -x {experiment}` restores it, MLFLOW_EXPERIMENT_NAME names another" in line
    assert line.endswith(f"its events are kept in {folder}")
    client.restore_experiment(experiment)
    assert sender.send(folder)
    (found,) = client.search_runs([experiment], "tags.`stargan.run` = 'kept'")
    assert found.info.status == "FINISHED"
