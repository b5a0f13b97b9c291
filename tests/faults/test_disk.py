"""Disks and files that fail: full, read-only, missing, cut, changed. A stage refuses in one line and changes nothing."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from faults.cells import DEGRADED, IDENTICAL, REFUSED, Copy, Tell, Whole, flip
from stargan.training.checkpoints import Checkpoints
from support.faults import place
from support.processes import hashes
from support.stages import Ended, Stages, assert_clean

FAMILY = "disk and file"
Damage = Callable[[Path], object]

# Each command with the folder that it is to find read-only: the one in which its first output is made.
PLACES = {
    **dict.fromkeys(("prepare celeba", "prepare rafd"), "data/prepared"),
    "classifier rafd": "data/classifier",
    **dict.fromkeys(("train both", "train celeba", "train diat-rafd", "train icgan-rafd"), "data"),
    "translate both": "data/translations",
    "evaluate both": "data/judgements",
    "compare": "metrics",
    "synthesize rafd": "data/raw/rafd",
}
# What a command would replace: marked before, so that a half-made replacement shows.
OUTPUTS = {
    "prepare celeba": ("data/prepared/celeba/16",),
    "prepare rafd": ("data/prepared/rafd/16",),
    "classifier rafd": ("data/classifier/rafd/16", "metrics/classifier/rafd.json", "metrics/classifier/rafd.csv"),
    "translate both": ("data/translations/both", "metrics/grids/both"),
    "evaluate both": ("data/judgements/both", "metrics/evaluate/both.json", "metrics/evaluate/both.csv"),
    "compare": ("metrics/comparison.json", "metrics/comparison.csv", "metrics/comparison.md", "metrics/scores.csv"),
    "synthesize rafd": ("data/raw/rafd",),
}


def workspace_of(command: str, trainable: Path, pipeline: Path) -> Path:
    """Return the workspace of a command: trainings have one of their own."""
    return trainable if command.startswith("train ") else pipeline


def mark(folder: Path, command: str) -> None:
    """Make a command's outputs differ from what it would write."""
    for output in (folder / name for name in OUTPUTS.get(command, ())):
        if output.is_dir():
            (output / "of-before").write_text("kept")
        else:
            output.write_text("kept")


def refused(stages: Stages, folder: Path, command: str, said: str, *faults: dict[str, Any]) -> Ended:
    """Assert that a command is refused with `said` in its one line, and leaves every file as it was."""
    before = hashes(folder)
    ended = stages.run(folder, command, *faults)
    assert_clean(ended)
    assert ended.stderr.count("error: ") == 1, ended
    assert said in ended.stderr.splitlines()[-1], ended
    assert hashes(folder) == before
    return ended


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


# These import late what a user without a home may not read where Python itself stands in root's home.
LATE = ("prepare celeba", "prepare rafd", "evaluate both")


@pytest.mark.parametrize("command", LATE)
def test_a_denied_folder(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, command: str) -> None:
    """Catches a traceback, and outputs removed before it is known that new ones can be written."""
    folder = copy(pipeline)
    mark(folder, command)
    assert refused(
        stages, folder, command, "Permission denied", {"at": "stargan.core.files:_temporary_for", "errno": 13}
    ).injected
    tell(FAMILY, "folder denied", command, REFUSED)


@pytest.mark.parametrize("command", [command for command in PLACES if command not in LATE])
def test_a_read_only_folder(
    stages: Stages, trainable: Path, pipeline: Path, open_folder: Path, tell: Tell, command: str
) -> None:
    """Catches a traceback, and outputs removed before it is known that new ones can be written."""
    folder = Path(shutil.copytree(workspace_of(command, trainable, pipeline), open_folder / "w"))
    mark(folder, command)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    closed = folder / PLACES[command]
    closed.chmod(0o555)
    try:
        refused(stages, folder, command, "Permission denied", {"user": "nobody"})
    finally:
        closed.chmod(0o755)
    tell(FAMILY, "read-only folder", command, REFUSED)


FULL: dict[str, tuple[dict[str, Any], str]] = {
    "disk full at a flush": ({"at": "os:fsync", "errno": 28}, "No space left on device"),
    "disk full in the middle of a write": ({"share": 0.5, "errno": 28}, "No space left on device"),
    "input/output error at a flush": ({"at": "os:fsync", "errno": 5}, "Input/output error"),
    "disk full at the rename": ({"at": "os:replace", "errno": 28}, "No space left on device"),
    "no file longer than some hundred bytes": ({"file_bytes": 800}, "File too large"),  # more than a stage tells
}


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (command, fault)
        for command in PLACES
        for fault in FULL
        if not command.startswith("synthesize") or fault.startswith("no file")
    ],  # its archive: see the next cell
)
def test_a_full_disk(
    stages: Stages, trainable: Path, pipeline: Path, copy: Copy, tell: Tell, command: str, fault: str
) -> None:
    """Catches half-written files, temporary ones left behind, and errors of the system shown as tracebacks."""
    folder = copy(workspace_of(command, trainable, pipeline))
    mark(folder, command)
    injected, said = FULL[fault]
    if command == "compare" and "file_bytes" in injected:  # its files are short, and it tells little
        injected = {"file_bytes": 500}
    ended = refused(stages, folder, command, said, injected)
    assert ended.injected or "file_bytes" in injected
    tell(FAMILY, fault, command, REFUSED)


def test_a_full_disk_while_pictures_are_drawn(stages: Stages, pipeline: Path, copy: Copy, tell: Tell) -> None:
    """Catches a raw dataset that is replaced by a part of itself."""
    folder = copy(pipeline)
    mark(folder, "synthesize rafd")
    fault = {"at": "zipfile:ZipFile.writestr", "nth": 5, "errno": 28}
    assert refused(stages, folder, "synthesize rafd", "No space left", fault).injected
    tell(FAMILY, "disk full between two pictures", "synthesize rafd", REFUSED)


SET = ("images.npy", "labels.npy", "rows.csv", "manifest.json")
# What a command reads, and what the refusal names: the file or its folder.
INPUTS = {
    "prepare celeba": ("data/raw/celeba/img_align_celeba.zip", "data/raw/celeba/list_attr_celeba.csv"),
    "prepare rafd": ("data/raw/rafd/rafd.zip",),
    "classifier rafd": tuple(f"data/prepared/rafd/16/{name}" for name in SET),
    "train both": tuple(f"data/prepared/celeba/16/{name}" for name in SET),
    "train icgan-rafd": ("data/prepared/rafd/16/images.npy", "data/prepared/rafd/16/manifest.json"),
    "translate both": ("data/models/both/generator.safetensors", "data/prepared/rafd/16/images.npy"),
    "evaluate both": (
        *(f"data/translations/both/{n}" for n in ("images.npy", "index.csv", "translations.json")),
        *(f"data/classifier/celeba/16/{n}" for n in ("classifier.safetensors", "classifier.json")),
    ),
    "compare": ("data/judgements/celeba/judgements.csv", "data/judgements/rafd/judgements.json", "metrics/votes.json"),
}
READ = [(command, name) for command, names in INPUTS.items() for name in names]


def cut(path: Path, share: float) -> None:
    """Keep the first part of a file alone."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


DAMAGES: dict[str, Damage] = {
    "missing input": lambda path: path.unlink(),
    "empty input": lambda path: cut(path, 0),
    "input cut in half": lambda path: cut(path, 0.5),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(("command", "name"), READ)
def test_a_damaged_input(
    stages: Stages, trainable: Path, pipeline: Path, copy: Copy, tell: Tell, command: str, name: str, damage: str
) -> None:
    """Catches an input that is taken for a shorter one, and readers that fail by a traceback."""
    folder = copy(workspace_of(command, trainable, pipeline))
    mark(folder, command)
    DAMAGES[damage](folder / name)
    refused(stages, folder, command, str(Path(name).parent))
    tell(FAMILY, f"{damage}: {Path(name).name}", command, REFUSED)


FLIPS = [
    *(
        (command, f"data/prepared/rafd/16/{name}.npy", where)
        for command in ("classifier rafd", "train diat-rafd", "train both", "translate both", "evaluate both")
        for name in ("images", "labels")
        for where in (0.6, 1.0)
    ),
    *(("translate both", "data/models/both/generator.safetensors", where) for where in (0.7, 0.9, 1.0)),
    *(("evaluate both", "data/classifier/rafd/16/classifier.safetensors", where) for where in (0.3, 0.9, 1.0)),
]


@pytest.mark.parametrize(("command", "name", "where"), FLIPS)
def test_one_flipped_bit(
    stages: Stages, trainable: Path, pipeline: Path, copy: Copy, tell: Tell, command: str, name: str, where: float
) -> None:
    """Catches content that changed on the disk where neither length nor form tells it."""
    folder = copy(workspace_of(command, trainable, pipeline))
    mark(folder, command)
    flip(folder / name, where)
    refused(stages, folder, command, str(Path(name).parent))
    tell(FAMILY, f"one flipped bit: {Path(name).name}", command, REFUSED)


def stopped(stages: Stages, folder: Path, run: str) -> list[Path]:
    """Kill a training after its third checkpoint and return the two that are kept, newest first."""
    fault = {"at": place(Checkpoints, Checkpoints.save), "nth": 3, "after": True, "signal": "SIGKILL"}
    ended = stages.run(folder, f"train {run}", fault)
    assert ended.injected
    assert ended.status == -9, ended
    found = sorted(folder.glob(f"data/checkpoints/{run}/*/0*.safetensors"), reverse=True)
    assert [path.stem for path in found] == ["00000006", "00000004"]
    return found


CHECKPOINTS: dict[str, tuple[Damage, int]] = {
    "newest checkpoint cut": (lambda path: cut(path, 0.5), 1),
    "newest checkpoint empty": (lambda path: cut(path, 0), 1),
    "one flipped bit in the newest checkpoint": (lambda path: flip(path, 0.8), 1),
    "last bit of the newest checkpoint flipped": (lambda path: flip(path, 1), 1),
    "one flipped bit in every checkpoint": (lambda path: flip(path, 0.8), 2),
    "every checkpoint cut": (lambda path: cut(path, 0.9), 2),
}


@pytest.mark.parametrize("damage", CHECKPOINTS)
@pytest.mark.parametrize("run", ["both", "celeba", "diat-rafd", "icgan-rafd"])
def test_a_damaged_checkpoint(
    stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str, damage: str
) -> None:
    """Catches a resume from a state that never was: it goes on from an older one, to the very same end."""
    expected, folder = whole(f"train {run}"), copy(trainable)
    spoil, count = CHECKPOINTS[damage]
    for path in stopped(stages, folder, run)[:count]:
        spoil(path)
    again = stages.run(folder, f"train {run}")
    assert again.status == 0, again
    assert again.stderr.count("warning: passed over a checkpoint") == count
    assert hashes(folder) == expected
    tell(FAMILY, damage, f"train {run}", DEGRADED)


@pytest.mark.parametrize("run", ["both", "celeba", "diat-rafd", "icgan-rafd"])
def test_a_stale_lock(stages: Stages, trainable: Path, copy: Copy, whole: Whole, tell: Tell, run: str) -> None:
    """Catches a lock that outlives its owner and shuts out the repeated command."""
    expected, folder = whole(f"train {run}"), copy(trainable)
    stopped(stages, folder, run)
    assert list(folder.glob(f"data/checkpoints/{run}/*.lock"))
    again = stages.run(folder, f"train {run}")
    assert again.status == 0, again
    assert "resumed after 6 of 12" in again.stderr
    assert hashes(folder) == expected
    tell(FAMILY, "stale lock", f"train {run}", IDENTICAL)


@pytest.mark.parametrize("run", ["both", "celeba", "diat-rafd", "icgan-rafd"])
def test_a_second_writer(stages: Stages, trainable: Path, copy: Copy, tell: Tell, run: str) -> None:
    """Catches two trainings that write one run: the second is refused, and the first one's checkpoints stay."""
    folder = copy(trainable)
    kept = stopped(stages, folder, run)
    before = [path.read_bytes() for path in kept]
    (lock,) = folder.glob(f"data/checkpoints/{run}/*.lock")
    with FileLock(lock, timeout=0):
        refused(stages, folder, f"train {run}", "another process trains this run")
    assert [path.read_bytes() for path in kept] == before
    tell(FAMILY, "second writer", f"train {run}", REFUSED)


@pytest.mark.parametrize("command", [c for c in PLACES if c.startswith(("train", "classifier", "translate", "evaluate"))])
def test_no_memory(stages: Stages, trainable: Path, pipeline: Path, copy: Copy, tell: Tell, command: str) -> None:
    """Catches a want of memory shown as a traceback: torch has no error class for it."""
    folder = copy(workspace_of(command, trainable, pipeline))
    mark(folder, command)
    # Less than the process holds already: the next large piece is denied.
    refused(stages, folder, command, "memory", {"memory_bytes": 1 << 20})
    tell(FAMILY, "memory limit", command, REFUSED)
