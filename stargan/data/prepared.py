"""The one on-disk form that `prepare` makes of every dataset, and that all later stages read.

A folder with `images.npy` (uint8, N x size x size x 3, RGB), `labels.npy` (uint8, N x width), `rows.csv` (one row
an image: source, person, split) and `manifest.json`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.files import checked_name, mapped, sha256, write_json
from stargan.data.domains import LabelKind, kept_labels, label_kind
from stargan.errors import Fault

SCHEMA = 1
ROWS = ("source", "person", "split")


@dataclass(frozen=True)
class Prepared:
    """A prepared dataset. `images` is memory-mapped: what is changed there never reaches the file."""

    dataset: str
    size: int
    kind: LabelKind
    images: np.ndarray
    labels: np.ndarray
    rows: pd.DataFrame
    origin: Mapping[str, Any]
    crop: Mapping[str, Any]
    images_sha256: str

    def split(self, name: str) -> np.ndarray:
        """Return the positions of the images in split `name` ('train' or 'test'), ascending."""
        return np.flatnonzero((self.rows["split"] == name).to_numpy())

    def digest(self) -> str:
        """Return a hash of all that a training takes from here: images, labels, their names, and the split."""
        told = [self.images_sha256, sha256(self.labels), self.kind.as_dict(), self.rows["split"].tolist()]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def only(self, labels: Sequence[str]) -> "Prepared":
        """Return the same images with these attributes alone, in this order; [] and classes: with all."""
        kind, columns = kept_labels(self.kind, labels)
        return replace(self, kind=kind, labels=self.labels[:, columns])

    @property
    def synthetic(self) -> bool:
        """Whether the faces were drawn by this project, so that the truth of a translation can be drawn too."""
        return bool(self.origin["kind"] == "synthetic")


def write_manifest(
    folder: Path,
    *,
    dataset: str,
    kind: LabelKind,
    rows: pd.DataFrame,
    origin: Mapping[str, Any],
    crop: Mapping[str, Any],
    quarantined: list[str],
    images_sha256: str,
) -> None:
    """Complete a folder that holds images.npy and labels.npy with rows.csv and manifest.json."""
    images = np.load(folder / "images.npy", mmap_mode="r")
    labels = np.load(folder / "labels.npy")
    rows[list(ROWS)].to_csv(folder / "rows.csv", index=False, lineterminator="\n")
    write_json(folder / "manifest.json", {
        "schema": SCHEMA, "dataset": dataset, "size": int(images.shape[1]), "images": len(images),
        "labels": kind.as_dict(), "origin": dict(origin), "crop": dict(crop), "quarantined": quarantined,
        "images_sha256": images_sha256, "labels_sha256": sha256(labels),
    })  # fmt: skip


def read_prepared(folder: Path) -> Prepared:
    """Return the prepared dataset in `folder`. Raises Fault where it is missing, of another schema, cut or changed."""
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text())
        if manifest["schema"] != SCHEMA:
            raise Fault(f"{path}: schema {manifest['schema']} is not {SCHEMA}; run the prepare stage again")
        images, labels = mapped(folder / "images.npy"), mapped(folder / "labels.npy")
        rows = pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)
        kind = label_kind(manifest["labels"])
        size = int(manifest["size"])
        if tuple(rows.columns) != ROWS:
            raise Fault(f"{folder / 'rows.csv'}: columns {', '.join(rows.columns)}; run the prepare stage again")
        if not len(images) == len(labels) == len(rows) == manifest["images"]:
            raise Fault(f"{folder}: {len(images)} images, {len(labels)} labels, {len(rows)} rows; run prepare again")
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8 or labels.shape[1:] != (kind.width,):
            raise Fault(f"{folder}: shapes {images.shape}, {labels.shape} do not fit the manifest; run prepare again")
        for name, array in (("labels", labels), ("images", images)):
            if sha256(array) != manifest[f"{name}_sha256"]:
                raise Fault(f"{folder / name}.npy: its hash is not the manifest's; run the prepare stage again")
        return Prepared(
            checked_name(manifest["dataset"]), size, kind, images, labels, rows, manifest["origin"], manifest["crop"],
            manifest["images_sha256"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: not a prepared dataset ({error}); run the prepare stage again") from error


def read_sets(datasets: Sequence[str], size: int, labels: Sequence[str]) -> dict[str, Prepared]:
    """Return the prepared datasets of a run, by name, with the attributes `labels` alone ([]: all)."""
    return {name: read_prepared(Path("data/prepared") / f"{name}-{size}").only(labels) for name in datasets}
