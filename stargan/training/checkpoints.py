"""A training on disk: whole or not at all, and resumed only under its own fingerprint.

Everything is tensors and JSON in safetensors files: reading one runs no code.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from torch import Tensor

from stargan.core.tensors import read_tensors, write_tensors
from stargan.errors import Fault

KEPT = 2
GONE = ".done"
"""How the name of a folder ends that is being removed."""


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one training, in a folder named by its fingerprint."""

    folder: Path

    def path(self, iteration: int) -> Path:
        """Return where the checkpoint after `iteration` iterations stands."""
        return self.folder / f"{iteration:08d}.safetensors"

    def save(self, iteration: int, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
        """Write a checkpoint and drop all but the last two."""
        write_tensors(self.path(iteration), tensors, header)
        for old in sorted(self.folder.glob("[0-9]*.safetensors"))[:-KEPT]:
            old.unlink(missing_ok=True)

    def latest(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return the newest readable checkpoint; an unreadable one is named on stderr and passed over."""
        for path in sorted(self.folder.glob("[0-9]*.safetensors"), reverse=True):
            try:
                return read_tensors(path)
            except Fault as fault:
                print(f"warning: passed over a checkpoint: {fault}", file=sys.stderr)
        return None

    def remove(self) -> None:
        """Remove the folder: first its name, so that a kill on the way leaves no part of it to be resumed from."""
        gone = self.folder.with_name(f"{self.folder.name}{GONE}")
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock against a second writer. Raises Fault where another process has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder.parent / f"{self.folder.name}.lock", timeout=0):
                yield
        except Timeout as error:
            raise Fault(f"{self.folder}: another process trains this run; wait for it or end it") from error
