"""Trainings are killed again and again; memory, open files and the folders are watched. `make soak`: for half an hour."""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from faults.cells import IDENTICAL, Tell
from stargan.core.params import read_yaml
from stargan.tracking import JOURNALS
from support.processes import ROOT, awaited, environment, hashes

SAMPLE_SECONDS = 0.25
WARM = 0.25
"""The share of a life in which memory may still grow: libraries load, buffers are made."""
LENGTH, ITERATIONS_A_MINUTE = 200, 150
"""Of a training: several are killed to their end in a soak, and the first one lives long enough to be measured."""
GROWTH, SHORT_GROWTH, LONG_MINUTES = 0.01, 0.1, 10
"""Of memory, at most. A short life is warm for seconds alone, too few for a hundredth to be told from noise."""


@dataclass
class Life:
    """A process of a training, from its start to its end: its memory (MB) and open files, sampled."""

    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def watch(self, pid: int) -> None:
        """Add a sample; none of a process that has gone."""
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            self.files.append(len(os.listdir(f"/proc/{pid}/fd")))
            self.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        except OSError:
            return

    def growth(self) -> float:
        """Return what memory grew by after the warm part, by a straight line through the samples, as a share of its mean."""
        warm = self.memory[int(len(self.memory) * WARM) :]
        if len(warm) < 2:  # a line needs two points
            return 0.0
        slope = np.polynomial.Polynomial.fit(range(len(warm)), warm, 1).convert().coef[-1]
        return float(slope * len(warm) / statistics.mean(warm))


def live(folder: Path, end: float, chance: random.Random) -> tuple[Life, str]:
    """Train in `folder` until a signal after `end` seconds, or to its end; return the life and how it ended."""
    life, begun = Life(), time.monotonic()
    with (folder.parent / "soak.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "stages.train", "both"],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=environment() | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job inherits that it is ignored
        )
    while process.poll() is None:
        life.watch(process.pid)
        time.sleep(SAMPLE_SECONDS)
        if time.monotonic() - begun > end:
            number = chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
            os.killpg(process.pid, number)
            status = process.wait(60)
            # A signal that comes before Python has loaded the stage ends it as it ends any process.
            assert status in ((-9,) if number == signal.SIGKILL else (130, 0, -number)), (number, status)
            return life, "finished" if status == 0 else number.name
    assert process.returncode == 0, (folder.parent / "soak.log").read_text()[-2000:]
    return life, "finished"


def left_over(folder: Path) -> list[str]:
    """Return temporary files, parts and checkpoints that nobody needs any more."""
    kept = [path for path in folder.rglob("*") if path.name.startswith(".")]
    kept += folder.glob("data/checkpoints/both/*/*")
    return [str(path.relative_to(folder)) for path in kept if path.name != ".lock"]


def journals(folder: Path) -> list[Path]:
    """Return what a sender still has to send."""
    return [path for path in (folder / JOURNALS).iterdir() if path.is_dir()]


def test_soak(trainable: Path, copy: Callable[[Path], Path], tell: Tell, pytestconfig: pytest.Config) -> None:
    """Catches memory and files that a long training or many resumes lose, and results that depend on the kills."""
    minutes = float(pytestconfig.getoption("--minutes"))
    params = read_yaml(trainable / "params.yaml")
    length = round(LENGTH + ITERATIONS_A_MINUTE * minutes)
    params["runs"]["both"] |= {"length": length, "decay": length // 2}
    params["train"] |= {"keep_every": 0}
    params["bookkeeping"] |= {"sample_every": 100, "checkpoint_every": 10, "log_every": 5}
    folder = copy(trainable)
    (folder / "params.yaml").write_text(json.dumps(params))
    chance, begun = random.Random(1), time.monotonic()

    first, _ = live(folder, float("inf"), chance)
    assert len(first.memory) > 20
    expected, finished, lives = hashes(folder / "data/models"), 1, [first]
    ended: Counter[str] = Counter()
    killing = time.monotonic()
    while time.monotonic() - killing < 60 * minutes:
        life, how = live(folder, chance.uniform(4.0, 10.0 + minutes), chance)
        lives.append(life)
        ended[how] += 1
        if how == "finished":
            finished += 1
            assert hashes(folder / "data/models") == expected
            assert left_over(folder) == []
    _, how = live(folder, float("inf"), chance)  # what the last kill left
    assert how == "finished"
    assert hashes(folder / "data/models") == expected
    assert left_over(folder) == []
    awaited(lambda: not journals(folder), 180)

    whole = [life for life in lives if len(life.memory) > 8]
    # On a loaded machine libraries load for longer than the warm part: it ends no sooner than half of all samples have more.
    loaded = next(at for at, count in enumerate(first.files) if count >= statistics.median(first.files))
    opened = first.files[max(int(len(first.files) * WARM), loaded) : -4]  # but what is closed at the end
    figures = {
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "trainings": finished + 1,
        "iterations each": length,
        "kills": {name: n for name, n in sorted(ended.items()) if name != "finished"},
        "memory of the unkilled training, MB": round(statistics.mean(first.memory[int(len(first.memory) * WARM) :]), 1),
        "its growth, %": round(100 * first.growth(), 3),
        "growth of the lives' peaks, %": round(100 * Life([max(life.memory) for life in whole]).growth(), 3),
        "open files, most": max(max(life.files) for life in whole),
        "open files of the unkilled training, last less first warm": opened[-1] - opened[0],
        "left-over files": len(left_over(folder)),
        "unsent journals": len(journals(folder)),
    }
    print(json.dumps(figures, indent=2))
    assert first.growth() < (GROWTH if minutes >= LONG_MINUTES else SHORT_GROWTH)
    quarter = len(opened) // 4
    assert min(opened[-quarter:]) <= min(opened[:quarter])  # minima: a file may be open while it is written
    assert sum(ended.values()) > 1
    tell("soak", f"{minutes:g} minute(s) of random kills", "train both", IDENTICAL)
