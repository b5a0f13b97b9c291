"""Many raw pictures to one array file: each core reads, decodes and writes its own, in bounded memory."""

import hashlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from stargan.data.crops import BadPicture, Crop, square
from stargan.errors import Fault
from stargan.progress import progress
from stargan.raw.likeness import look_of
from stargan.raw.pictures import SCARCE, decode
from stargan.raw.source import Source

CHUNK = 32  # pictures that a process takes at once
SMALL = 256  # sets up to here are not worth a pool


@dataclass(frozen=True)
class Seen:
    """A picture that was packed: its size in pixels, upright, and the share of it that the crop keeps."""

    width: int
    height: int
    kept: float
    digest: bytes
    """A hash of its file."""
    look: bytes
    """A hash of its square, which changes little where the square does."""


Outcome = Seen | str
"""What became of a picture: a text says why it can't be used."""


@dataclass(frozen=True)
class Packed:
    """bad: {name: reason} of the pictures that can't be used. seen: the others, by row. sha256: of all in the array."""

    bad: dict[str, str]
    seen: list[Seen]
    sha256: str


def pack(path: Path, source: Source, names: Sequence[str], crop: Crop, size: int, label: str) -> Packed:
    """Write the named pictures to `path` as one uint8 array (N, size, size, 3) in numpy's .npy form.

    Those that can't be used are left out and N is the rest. The bytes do not depend on the number of cores.
    """
    bad, seen, digest = dict[str, str](), list[Seen](), hashlib.sha256()
    with path.open("w+b") as file:
        _write_header(file, len(names), size)
        file.flush()
        packing = Packing(path, file.tell(), source, names, crop, size)
        for row, outcome in enumerate(progress(_outcomes(packing), len(names), " images", label)):
            if isinstance(outcome, str):
                bad[names[row]] = outcome
                continue
            kept = len(seen)
            # Not by the file's own buffer, which other processes write past.
            content = os.pread(file.fileno(), packing.row_bytes, packing.place(row))
            digest.update(content)
            if kept < row:  # close the gaps before it
                file.seek(packing.place(kept))
                file.write(content)
            seen.append(outcome)
        file.truncate(packing.place(len(seen)))
        _write_header(file, len(seen), size)  # numpy pads it so that the first axis may change in place
        file.flush()
        os.fsync(file.fileno())
    return Packed(bad, seen, digest.hexdigest())


@dataclass(frozen=True)
class Packing:
    """What is packed, and where to: the square of picture i is row i, empty where there is none."""

    path: Path
    header: int
    """Bytes before the first row."""
    source: Source
    names: Sequence[str]
    crop: Crop
    size: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.size * self.size * 3

    def place(self, row: int) -> int:
        """Return where a row begins."""
        return self.header + row * self.row_bytes

    def chunk(self, rows: range) -> list[Outcome]:
        """Write the squares of these rows; return what became of each picture."""
        outcomes: list[Outcome] = []
        with self.path.open("r+b") as file:
            for row in rows:
                try:
                    found, seen = self._square(self.names[row])
                except BadPicture as reason:
                    outcomes.append(str(reason))
                except OSError as error:
                    if error.errno in SCARCE:
                        raise
                    outcomes.append(f"can't be read ({error})")
                else:
                    file.seek(self.place(row))
                    file.write(found.tobytes())
                    outcomes.append(seen)
        return outcomes

    def _square(self, name: str) -> tuple[np.ndarray, Seen]:
        content = self.source.read(name)
        picture = decode(content, name)
        left, top, right, bottom = self.crop.box(*picture.size)
        kept = (right - left) * (bottom - top) / (picture.width * picture.height)
        found = square(picture, self.crop, self.size)
        return found, Seen(*picture.size, kept, hashlib.sha256(content).digest(), look_of(found))


def _write_header(file: BinaryIO, count: int, size: int) -> None:
    file.seek(0)
    shape = (count, size, size, 3)
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _outcomes(packing: Packing) -> Iterator[Outcome]:
    """Write all squares; yield what became of each picture, in order."""
    rows, processes = range(len(packing.names)), cores()
    chunks = [rows[start : start + CHUNK] for start in rows[::CHUNK]]
    if len(rows) <= SMALL or processes == 1:
        for chunk in chunks:
            yield from packing.chunk(chunk)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(packing,)) as pool:
        waiting: deque[Future[list[Outcome]]] = deque()
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_chunk, chunk))
                if len(waiting) > 2 * processes:  # when one fails, few others are waited for
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise Fault(
                f"{packing.source.path}: a decoding process was killed, perhaps for memory; free some and run it again"
            ) from error


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


_packing: Packing | OSError  # a decoding process's, or why it has none


def _chunk(rows: range) -> list[Outcome]:
    if isinstance(_packing, OSError):
        raise _packing
    return _packing.chunk(rows)


def _begin(packing: Packing) -> None:
    """Begin a decoding process: leave Ctrl-C to the parent, and end with it however it ends."""
    global _packing
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _packing = packing
    try:
        packing.source.reopen()
    except OSError as error:  # here it would pass for a process that was killed
        _packing = error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
