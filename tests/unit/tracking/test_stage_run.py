"""A stage's side of tracking: how its block is left, and what it says where nothing can be written or sent."""

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock, Timeout

from stargan import tracking
from stargan.core.files import workspace_root
from stargan.tracking import sender, stage_run
from support.journals import journal

if TYPE_CHECKING:
    pass


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
    ("leave", "status"), [(None, "FINISHED"), (ValueError, "FAILED"), (KeyboardInterrupt, "KILLED"), (SystemExit, "KILLED")]
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


def test_the_root_is_dvcs_only_if_it_is_a_pipeline(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = root / "main workspace"
    main.mkdir()
    monkeypatch.setenv("DVC_ROOT", str(main))
    assert workspace_root() == root
    (main / "dvc.yaml").touch()
    assert workspace_root() == main
