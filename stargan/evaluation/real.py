"""What networks see in real images, kept between evaluations: translations change with every training, real images don't."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
import torchvision
from filelock import FileLock
from torch import Tensor

from stargan.core.files import mapped, sha256, whole_folder, workspace_root, write_json
from stargan.core.tensors import fingerprint
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.evaluation.protocol import Protocol
from stargan.judge.judge import BATCH, Judge

CODE = ("core", "data", "judge", "evaluation")
"""The folders that features of real images follow from."""
BLOCK = 32 * BATCH
"""Images whose features are in memory at once."""


def real_features(prepared: Prepared, judge: Judge, protocol: Protocol) -> Tensor:
    """Return the (N, d) features of the real train images: of the protocol's network, by default the judge's.

    They are in a file and mapped into memory, under a key of the network's weights, the images, their positions, and the
    code that preprocesses them; of a network whose weights have no hash they are in memory alone.
    """
    train = prepared.split("train")
    weights, features = protocol.weights_sha256, protocol.features or judge.features
    if protocol.features is None:
        weights = judge.weights_sha256
    if not weights:
        return features(prepared.images, train)
    # Rounding depends on the rest.
    here = [torch.__version__, torchvision.__version__, torch.get_num_threads(), str(protocol.device)]
    key = fingerprint(CODE, weights, prepared.images_sha256, sha256(train), *here)

    def blocks() -> Iterator[np.ndarray]:
        for start in range(0, len(train), BLOCK):
            yield features(prepared.images, train[start : start + BLOCK]).numpy()

    return cached(workspace_root() / f"data/cache/{prepared.dataset}-{prepared.size}-{weights[:8]}", key, len(train), blocks)


def cached(folder: Path, key: str, rows: int, blocks: Callable[[], Iterable[np.ndarray]]) -> Tensor:
    """Return what the folder has under this key, else so many rows of `blocks`, which take its place.

    Raises OSError where they can't be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):  # several evaluations may want the same
        found = _read(folder, key) if folder.exists() else None
        if found is None:
            _write(folder, key, rows, blocks())
            found = _read(folder, key)
        if found is None:
            raise Fault(f"{folder}: what was written there can't be read; check the disk")
        return torch.from_numpy(found)


def _read(folder: Path, key: str) -> np.ndarray | None:
    """Return the rows, mapped into memory; None where they are of another key, or broken, which is told."""
    try:
        about = json.loads((folder / "about.json").read_text())
        if about["key"] != key:
            return None
        if _digest(folder / "features.npy") != about["sha256"]:
            raise ValueError("its content has changed")
        return mapped(folder / "features.npy")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        print(f"warning: {folder}: computed anew ({' '.join(str(error).split())})", file=sys.stderr)
        return None


def _write(folder: Path, key: str, rows: int, blocks: Iterable[np.ndarray]) -> None:
    with whole_folder(folder) as temporary:
        path = temporary / "features.npy"
        with path.open("wb") as file:
            for block in blocks:
                if not file.tell():
                    about = {"descr": block.dtype.str, "fortran_order": False, "shape": (rows, block.shape[1])}
                    np.lib.format.write_array_header_1_0(file, about)
                file.write(block.data)
        write_json(temporary / "about.json", {"key": key, "sha256": _digest(path)})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
