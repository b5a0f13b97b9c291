"""A parent that has imported the libraries and forks a child for each stage: it starts in milliseconds.

`python -m support.parent SOCKET PID` ends with the process PID, a session of tests. A job is one line of JSON and the
three standard files; the answer is the line of the exit status, negative for a signal. `support.stages` writes jobs for
tests, `support/bin/python` for DVC.
"""

import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from hashlib import sha256
from pathlib import Path
from typing import Any

from support.faults import inject, patch

STAGES = (
    "check",
    "synthesize",
    "prepare",
    "classifier",
    "plan",
    "train",
    "translate",
    "evaluate",
    "study",
    "tally",
    "compare",
    "figures",
    "report",
    "summary",
    "fetch",
    "translate_image",
)
# What stages import late, so that every child's code is the same however far it came.
LATE = (
    "stargan.evaluation.truth",
    "stargan.evaluation.frechet",
    "stargan.profiles",
    "torch.utils.flop_counter",
    "scipy.stats",
    "torchmetrics",
    "pyarrow",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "mlflow.tracking.client",
    "mlflow.store.tracking.sqlalchemy_store",
    "mlflow.system_metrics.system_metrics_monitor",
    "dvc.cli.parser",
    "dvc.repo.reproduce",
    "dvc.repo.experiments.run",
    "dvc.repo.experiments.queue.tempdir",
    "ranks.work",
    "support.writer",
)


class Sender:
    """The process that carries a journal to MLflow, forked where a stage would start Python; as a Popen to its user."""

    def __init__(self, folder: Path) -> None:
        from stargan.tracking import sender

        self.returncode: int | None = None
        stage = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            sys.argv = ["sender.py", str(folder), str(stage)]
            os._exit(ended_by(sender.main))

    def wait(self, seconds: float | None = None) -> int:
        """Return its exit status. Raises TimeoutExpired."""
        end = time.monotonic() + (seconds or 1e9)
        while self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise subprocess.TimeoutExpired("sender", seconds or 0)
            else:
                time.sleep(0.02)
        return self.returncode

    def kill(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGKILL)


def ended_by(function: Any) -> int:
    """Return the exit status that a program of this one function has."""
    status: object = 0
    try:
        status = function()
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
        status = 70
    sys.stdout.flush()
    sys.stderr.flush()
    return status if isinstance(status, int) else int(status is not None)


def lock_without_comments(parse: Any) -> Any:
    """Return a parser that looks for comments in all but dvc.lock, where it takes a second after each stage to find none.

    tests/pipeline/test_repro.py holds DVC's own parser to the same lock.
    """
    from dvc.utils.serialize import parse_yaml

    return lambda text, path: parse_yaml(text, path) if str(path).endswith("dvc.lock") else parse(text, path)


def counted_once(count: Any, folder: Path, *, keep: bool) -> Any:
    """Return `flops_of` that reads what was counted before for the same params and labels, in a file of `folder`.

    To count takes as long as a dozen iterations of the smallest networks. tests/engine hold what is counted.
    """

    def remembered(run: Any, params: Any, sets: Any, length: int) -> int:
        asked = repr((run, params, [(sets[name].kind, sets[name].digest) for name in run.datasets], length))
        file = folder / f"flops-{sha256(asked.encode()).hexdigest()}"
        if os.access(file, os.R_OK):
            return int(file.read_text())
        value = int(count(run, params, sets, length))
        if keep:
            part = file.with_name(f"{file.name}.{os.getpid()}")
            part.write_text(str(value))
            part.rename(file)
        return value

    return remembered


def stage(job: dict[str, Any], own: Path) -> int:
    """Run one module as `python -m` would, or DVC; return its exit status."""
    from stargan.errors import main

    os.setsid()
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.argv = [job["module"], *job["arguments"]]
    signal.alarm(job["seconds"])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and one under nohup this
    if job["module"] == "dvc.cli":
        patch("dvc.utils.serialize._yaml:parse_yaml_for_update", lock_without_comments)
        return ended_by(lambda: importlib.import_module("dvc.cli").main(job["arguments"]))
    if job["flush_seconds"]:
        patch("stargan.tracking:flush", lambda flush: lambda sender, _, *more: flush(sender, job["flush_seconds"], *more))
    if job["tracked"]:
        patch("stargan.tracking:start_sender", lambda _: Sender)
    else:
        find = importlib.util.find_spec
        patch("stargan.tracking:find_spec", lambda _: lambda name: None if name == "mlflow" else find(name))
    keep = not job["faults"]  # which may forbid a file, or end the stage within one
    patch("stargan.training.assembly.length:flops_of", lambda count: counted_once(count, own, keep=keep))
    module = importlib.import_module(job["module"])
    for fault in job["faults"]:
        inject(fault, Path(job["mark"]))
    if job["module"] == "stargan.tracking.sender":
        return ended_by(module.main)
    entry = module.run if job["module"] == "stages.synthesize" else module.command
    return ended_by(lambda: main(entry))


def answer(connection: socket.socket, own: Path) -> None:
    """Take one job, run it in a child, and tell how it ended."""
    content, files, *_ = socket.recv_fds(connection, 1 << 20, 3)
    while not content.endswith(b"\n"):
        content += connection.recv(1 << 20)
    pid = os.fork()
    if pid == 0:
        connection.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  # lives as long as the process
        sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
        os._exit(
            ended_by(lambda: stage(json.loads(content), own))
        )  # whatever it raises, the child never comes back to serve
    for file in files:
        os.close(file)
    _, status = os.waitpid(pid, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def serve(path: str, session: int) -> None:
    """Fork for each connection, which then forks its stage: several can be at work."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        door.settimeout(1)
        while Path(f"/proc/{session}").exists():
            try:
                connection, _ = door.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                door.close()
                connection.setblocking(True)
                answer(connection, Path(path).parent)
                os._exit(0)
            connection.close()


if __name__ == "__main__":
    from stargan.tracking.sender import SETTINGS

    os.environ.update(SETTINGS)  # some of them MLflow reads when it is imported
    for name in (*(f"stages.{stage}" for stage in STAGES), *LATE):
        importlib.import_module(name)
    gc.freeze()  # children share these pages for as long as nobody collects them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who forks a stage waits for it; nobody waits for those
    serve(sys.argv[1], int(sys.argv[2]))
    os._exit(0)  # what the libraries say when they are taken down is of no use
