"""Label kinds, and prepared sets of noise or of what a test draws."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from stargan.core.about import About, digest_of, file_digest
from stargan.core.files import sha256
from stargan.core.tensors import write_tensors
from stargan.data.domains import Attributes, Classes, DomainSpace, LabelKind
from stargan.data.prepared import Prepared, read_prepared, write_manifest
from stargan.models.networks.star import Generator

HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair")
FACES = Attributes((*HAIR, "Male", "Young"), (HAIR,))
MOODS = Classes(("angry", "happy", "neutral"), "mood")
NO_RECORD = About(Path("nowhere/record.json"), {}, {}, {}, "")
BOTH = DomainSpace(("celeba", "rafd"), (FACES, MOODS))
LOOKS = Attributes(("Black", "Blond", "Male"), (("Black", "Blond"),))


def write_set(
    folder: Path,
    dataset: str,
    kind: LabelKind,
    images: np.ndarray,
    labels: Any,
    splits: Sequence[str],
    people: Sequence[str] | None = None,
) -> Prepared:
    """Write a prepared set as `prepare` leaves it, by default of nobody known; return it as it is read."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", np.asarray(labels, dtype=np.uint8))
    sources = [f"{index}.png" for index in range(len(images))]
    rows = pd.DataFrame({"source": sources, "person": people or [""] * len(images), "split": splits})
    write_manifest(
        folder,
        dataset=dataset,
        kind=kind,
        rows=rows,
        origin={"kind": "files"},
        crop={},
        quarantined=[],
        images_sha256=sha256(images),
    )
    return read_prepared(folder)


def change_record(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a record says, and sign it anew, as one who knows the rule could."""
    record = json.loads(path.read_text())
    del record["digest"]
    change(record)
    path.write_text(json.dumps({**record, "digest": digest_of(record)}))


def resign(path: Path) -> None:
    """Give a record the digests of the files beside it as they are now, and its own."""

    def change(record: dict[str, Any]) -> None:
        for name in record["files"]:
            file = path.parent / name
            record["files"][name] = sha256(np.load(file)) if name.endswith(".npy") else file_digest(file)

    change_record(path, change)


def pixels(count: int, size: int, seed: int) -> np.ndarray:
    """Return images of noise, uint8 (count, size, size, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def in_turn(width: int, count: int) -> np.ndarray:
    """Return labels that are one-hot, each in turn, uint8 (count, width)."""
    return np.eye(width, dtype=np.uint8)[np.arange(count) % width]


def write_noise(folder: Path, dataset: str, kind: LabelKind, count: int = 12, size: int = 16) -> Prepared:
    """Write a set of noise; the last four images are the test split, three people in turn."""
    return write_set(
        folder,
        dataset,
        kind,
        pixels(count, size, count + kind.width),
        in_turn(kind.width, count),
        ["train"] * (count - 4) + ["test"] * 4,
        [str(index % 3) for index in range(count)],
    )


def write_generator(path: Path, space: DomainSpace = BOTH, seed: int = 3, **header: Any) -> None:
    """Write a model file of StarGAN with four filters and a block, at 16 px."""
    torch.manual_seed(seed)
    tensors = {f"g.{key}": value for key, value in Generator(space.width, 4, 1).state_dict().items()}
    write_tensors(
        path,
        tensors,
        {
            "schema": 3,
            "run": "both",
            "made_from": {},
            "method": "stargan",
            "space": space.as_dict(),
            "image_size": 16,
            "architecture": {"g_filters": 4, "g_blocks": 1},
            **header,
        },
    )
