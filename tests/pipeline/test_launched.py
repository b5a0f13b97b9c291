"""The train stage started by torchrun: one writes, a killed process ends all, and another number of them goes on."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pandas as pd
import pytest

from stargan.core.tensors import read_tensors
from support.interrupted import at_start, checkpoints, outputs, slow, start, wait_for_checkpoint
from support.workspaces import write_workspace


def launched(folder: Path, count: int) -> "subprocess.Popen[str]":
    return start(folder, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count))


def finished(process: "subprocess.Popen[str]") -> str:
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def children(process: "subprocess.Popen[str]") -> dict[str, int]:
    """Return the processes of each rank that a launcher started."""
    pids = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ranks = {}
    for pid in pids:
        told = dict(e.partition("=")[::2] for e in Path(f"/proc/{pid}/environ").read_text().split("\0"))
        ranks[told["RANK"]] = int(pid)
    return ranks


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which one process has trained; its losses are moved to alone.csv."""
    folder = tmp_path_factory.mktemp("alone") / "workspace"
    write_workspace(folder)
    finished(launched(folder, 1))
    (folder / "metrics/losses/both.csv").rename(folder / "alone.csv")
    return folder


@pytest.fixture
def alone(trained: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(trained, tmp_path / "workspace"))


def check_losses(workspace: Path) -> None:
    """Hold the losses to those of one process. Rounding grows: test_ranks.py compares weights, in float64."""
    ours, theirs = (pd.read_csv(workspace / name, index_col=0) for name in ("metrics/losses/both.csv", "alone.csv"))
    assert list(ours.index) == list(range(2, 25, 2))
    pd.testing.assert_frame_equal(ours[:6], theirs[:6], rtol=1e-3, atol=1e-4)
    pd.testing.assert_frame_equal(ours, theirs, rtol=0.25, atol=0.02)


def test_two_processes_make_what_one_makes_and_one_of_them_writes(alone: Path) -> None:
    finished(launched(alone, 2))
    check_losses(alone)
    pictures = {f for f in outputs(alone) if "samples" in f or "kept" in f}
    assert len(pictures) == 2 * 6 + 4
    assert not list(alone.glob("data/checkpoints/both/*/*"))


def killed(folder: Path, rank: str) -> None:
    """Kill one of two processes; assert that the other one ends, and that the last checkpoint is whole."""
    at_start(folder, slow())
    process = launched(folder, 2)
    wait_for_checkpoint(folder, process)
    pids = children(process)
    begun = time.monotonic()
    os.kill(pids[rank], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - begun < 60
    assert process.returncode != 0, said
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())
    _, header = read_tensors(checkpoints(folder)[-1])
    assert 0 < header["done"] < 24


def test_a_killed_process_ends_the_first(alone: Path) -> None:
    killed(alone, "1")


def test_the_first_one_killed_ends_the_other_and_another_number_goes_on(alone: Path) -> None:
    killed(alone, "0")
    at_start(alone)
    assert "resumed after" in finished(launched(alone, 1))
    check_losses(alone)


FAILING = """
import os, sys
if 'stages.train' in sys.orig_argv and 'RANK' in os.environ:
    import pathlib, time
    import torch
    import torch.distributed as dist
    rank, updates, step = os.environ['RANK'], [], torch.optim.Adam.step
    pathlib.Path(f'rank{rank}').write_text(str(os.getpid()))
    def struck(self, *given):
        updates.append(self)
        if len(updates) == 3 and rank == '1':
            time.sleep(600)
        if len(updates) == 3:
            raise OSError(28, 'No space left on device', 'a file')
        return step(self, *given)
    torch.optim.Adam.step = struck
    dist.destroy_process_group = lambda: time.sleep(600)  # as NCCL's does while another one waits in an exchange
"""


def test_one_that_fails_ends_another_that_hangs(alone: Path) -> None:
    """Catches a failed process that waits to leave the others in order, which wait for it: ten minutes, with NCCL."""
    at_start(alone, FAILING)
    process = launched(alone, 2)
    try:
        _, said = process.communicate(timeout=90)  # thirty seconds to start, a minute to end
    except subprocess.TimeoutExpired:
        for pid in (process.pid, *map(int, started(alone))):
            os.kill(pid, signal.SIGKILL)
        raise
    assert process.returncode != 0
    assert "error: a file: No space left on device; free space" in said
    assert len(started(alone)) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in started(alone))


def started(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.glob("rank?")]


def test_asked_to_stop_all_stop_at_one_iteration_and_four_go_on(alone: Path) -> None:
    at_start(alone, slow())
    process = launched(alone, 2)
    wait_for_checkpoint(alone, process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert "saved after" in said
    assert "lost another one" not in said
    at_start(alone)
    assert "resumed after" in finished(launched(alone, 4))
    check_losses(alone)
