"""Commands as users run them: as processes, with an environment of their own; and waiting for what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
NO_OUTPUTS = {"checkpoints", "mlartifacts"}


def environment() -> dict[str, str]:
    """Return the environment of a stage: this environment's commands, nothing of an outer DVC or MLflow."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DVC_", "MLFLOW_", "GIT_", "PYTEST_"))}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"
    return kept | {"PATH": path, "DVC_NO_ANALYTICS": "1"}


def stage(module: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE` of this checkout in `cwd`."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment() | {"PYTHONPATH": f"{ROOT}:{cwd}"},
    )


def awaited(question: Callable[[], object], seconds: float = 60, every: float = 0.05) -> None:
    """Wait until something is so; ask now and then, seldom where the question costs something."""
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(every)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file that DVC would see, hidden leftovers included."""
    files = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not NO_OUTPUTS & {*path.parts} and not path.is_relative_to(folder / "data/cache")
    )
    return {str(path.relative_to(folder)): hash_of(path) for path in files}


def hash_of(path: Path) -> str:
    """Return the hash of a file; read once, for copies keep the time of their last change."""
    stat = path.stat()
    key = (path.parts[-3:], stat.st_size, stat.st_mtime_ns)
    if key not in HASHES:
        HASHES[key] = sha256(path.read_bytes()).hexdigest()
    return HASHES[key]


HASHES: dict[tuple[tuple[str, ...], int, int], str] = {}
"""By name below two folders, size and time of the last change in nanoseconds."""
