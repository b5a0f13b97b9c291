"""Writing files and folders: whole or not at all; and what their names may be."""

import errno
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ATTRIBUTE = "attribute"
"""What a label is called that is no class."""
SUFFIX = ".stargan-part"
"""How temporary names end: what a user names so is removed."""


def checked_name(name: Any) -> str:
    """Return the name of a run, a dataset or a title. Raises ValueError on one that could be more than a name.

    Such names become parts of paths, of metric keys and of the commands in dvc.yaml.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][A-Za-z0-9_-]{0,39}", name):
        raise ValueError(f"{name!r} is no name; begin with a lower-case letter, use letters, digits, - and _, at most 40")
    return name


def checked_title(name: Any) -> str:
    """Return what a class is called. Raises ValueError on what is no name, and on 'attribute', which others are called."""
    title = checked_name(name)
    if title == ATTRIBUTE:
        raise ValueError(f"{title!r} is what labels are called that are no classes; give another title")
    return title


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. Raises OSError that names `path`."""
    with (
        whole_file(path) as temporary,
        os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file,
    ):
        file.write(content)


def write_json(path: Path, values: Any) -> None:
    """Write JSON with sorted keys, two blanks of indent and a final newline: equal values, equal bytes."""
    write_bytes(path, (json.dumps(values, indent=2, sort_keys=True, allow_nan=False) + "\n").encode())


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write a file to; it is flushed to the disk and becomes `path` when the block ends well.

    Otherwise it vanishes. What an earlier process left there when it was killed is removed first: no two write one file at
    a time. Raises OSError that names `path`, not the temporary file.
    """
    with _temporary_for(path) as temporary:
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `path` when the block ends well, and vanishes otherwise.

    What an earlier process left there when it was killed is removed first. Raises OSError that names `path`, not the
    temporary folder or a file in it.
    """
    with _temporary_for(path) as temporary:
        temporary.mkdir()
        try:
            yield temporary
            if path.exists():
                shutil.rmtree(path)
            os.replace(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _temporary_for(path: Path) -> Iterator[Path]:
    """Yield a name beside `path`, that only this gives, for what is to become it; errors of the system then name `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_left(path)
    temporary = path.with_name(f"{_prefix(path)}{secrets.token_hex(4)}{SUFFIX}")
    try:
        yield temporary
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(str(temporary)):  # a failed write has no name
            raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(path)) from error
        raise


def _prefix(path: Path) -> str:
    """Return how temporary names for `path` begin. They are longer than its own, which may be as long as a name can be."""
    name = path.name if len(os.fsencode(path.name)) <= 200 else hashlib.sha256(os.fsencode(path.name)).hexdigest()
    return f".{name}."


def _remove_left(path: Path) -> None:
    """Remove the temporary files and folders for `path` of processes that were killed."""
    for left in path.parent.glob(f"{glob.escape(_prefix(path))}????????{SUFFIX}"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sha256(array: np.ndarray) -> str:
    """Return the SHA-256 of an array's values in C order, in hexadecimal."""
    digest = hashlib.sha256()
    for start in range(0, len(array), 1024):  # blocks, so that a memory-mapped array is never read whole
        digest.update(np.ascontiguousarray(array[start : start + 1024]).data)
    return digest.hexdigest()


def mapped(path: Path) -> np.ndarray:
    """Return the array of a .npy file, mapped into memory; what is changed there never reaches the file.

    Raises OSError or ValueError, whatever its header holds.
    """
    try:
        found: np.ndarray = np.load(path, mmap_mode="c")  # not "r": torch takes no read-only array
    except (EOFError, SyntaxError, tokenize.TokenError, RecursionError, OverflowError, TypeError) as error:
        raise ValueError(f"{path.name}: {' '.join(str(error).split())}") from error
    return found


def md5(path: Path) -> str:
    """Return a file's MD5 in hexadecimal: the name under which DVC knows its content."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def workspace_root() -> Path:
    """Return the main workspace, where checkpoints and the tracking store live, also within `dvc exp run --temp`.

    That is DVC_ROOT where it is set and holds a dvc.yaml (plain `dvc repro` leaves a stale one alone), else here.
    """
    root = Path(os.environ.get("DVC_ROOT", "."))
    return root.resolve() if (root / "dvc.yaml").exists() else Path.cwd()
