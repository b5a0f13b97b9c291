"""Many raw pictures to one array file: decoded on all cores, in order, in bounded memory."""

import multiprocessing
import os
import signal
import sys
import threading
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import BinaryIO

import numpy as np

from stargan.data.pictures import BadPicture, Crop, decode, square
from stargan.data.source import Source
from stargan.errors import Fault
from stargan.progress import progress

CHUNK = 32  # pictures that travel to a process at once
SMALL = 256  # sets up to here are not worth a pool

Square = np.ndarray | str
"""A decoded picture, or the reason why there is none."""


def pack(path: Path, source: Source, names: Sequence[str], crop: Crop, size: int, label: str) -> dict[str, str]:
    """Write the named pictures to `path` as one uint8 array (N, size, size, 3) in numpy's .npy form.

    Returns {name: reason} of those that can't be used; they are left out and N is the rest. The bytes do not
    depend on the number of cores.
    """
    bad: dict[str, str] = {}
    with path.open("wb") as file:
        _write_header(file, len(names), size)
        squares = progress(_squares(source, names, crop, size), len(names), " images", label)
        for name, found in zip(names, squares, strict=True):
            if isinstance(found, str):
                bad[name] = found
            else:
                file.write(found.tobytes())
        # numpy pads a header so that the first axis may change in place.
        file.seek(0)
        _write_header(file, len(names) - len(bad), size)
        file.flush()
        os.fsync(file.fileno())
    return bad


def _write_header(file: BinaryIO, count: int, size: int) -> None:
    shape = (count, size, size, 3)
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _squares(source: Source, names: Sequence[str], crop: Crop, size: int) -> Iterator[Square]:
    """Yield each picture's square or its fault, in order."""
    chunks = (
        [(name, _content(source, name)) for name in names[start : start + CHUNK]] for start in range(0, len(names), CHUNK)
    )
    processes = cores()
    if len(names) <= SMALL or processes == 1:
        for chunk in chunks:
            yield from _decode(chunk, crop, size)
        return
    # Only the parent reads files: forked readers would share one file offset.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin) as pool:
        waiting: deque[Future[list[Square]]] = deque()
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_decode, chunk, crop, size))
                if len(waiting) > 2 * processes:  # bounds the memory
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Fault(f"{source.path}: a decoding process was killed, perhaps for memory; free some and "
                        "run it again") from error  # fmt: skip


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _content(source: Source, name: str) -> bytes | str:
    try:
        return source.read(name)
    except (OSError, zipfile.BadZipFile) as error:
        return f"can't be read ({error})"


def _decode(chunk: list[tuple[str, bytes | str]], crop: Crop, size: int) -> list[Square]:
    """Return the square of each (name, content), or its fault; a content that is a str is a fault already."""
    squares: list[Square] = []
    for name, content in chunk:
        try:
            squares.append(content if isinstance(content, str) else square(decode(content, name), crop, size))
        except BadPicture as reason:
            squares.append(str(reason))
    return squares


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
