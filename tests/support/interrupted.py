"""Trainings as processes of their own, slow enough to be interrupted; what begins each Python in their folder."""

import subprocess
import sys
from pathlib import Path

from support.processes import ROOT, awaited, environment

UNTRACKED = "import sys\nsys.modules['mlflow'] = None\n"
"""Saves seconds: tracking has tests of its own."""


def at_start(folder: Path, code: str = "") -> None:
    """Let every Python in this folder begin with some code, and without MLflow."""
    (folder / "sitecustomize.py").write_text(UNTRACKED + code)


def slow(seconds: float = 0.05) -> str:
    """Return code that makes each update take longer, without touching code or params."""
    return (
        "if 'stages.train' in sys.orig_argv:\n"
        "    import torch, time\n"
        "    apply = torch.optim.Adam.step\n"
        f"    torch.optim.Adam.step = lambda self, *a, **k: (time.sleep({seconds}), apply(self, *a, **k))[1]\n"
    )


def start(folder: Path, *launcher: str) -> "subprocess.Popen[str]":
    """Start a training of the run `both`, by Python or by a launcher that Python runs."""
    return subprocess.Popen(
        [sys.executable, *launcher, "-m", "stages.train", "both"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONPATH": f"{ROOT}:{folder}", "OMP_NUM_THREADS": "1"},
    )


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of the run `both`, oldest first."""
    return sorted(folder.glob("data/checkpoints/both/*/0*.safetensors"))


def wait_for_checkpoint(folder: Path, process: "subprocess.Popen[str]") -> None:
    """Wait until the first checkpoint stands."""
    awaited(lambda: checkpoints(folder) or process.poll() is not None)


def outputs(folder: Path) -> dict[str, bytes]:
    """Return the content of each output of the run `both`."""
    files = [*(folder / "data/models/both").rglob("*"), folder / "metrics/losses/both.csv"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}
