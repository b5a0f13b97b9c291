"""The one on-disk form that `prepare` makes of every dataset, and that all later stages read.

A folder with `images.npy` (uint8, N x size x size x 3, RGB), `labels.npy` (uint8, N x width), `rows.csv` (one row
an image: source, person, split) and `manifest.json`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.about import file_digest, read_about, write_about
from stargan.core.eyes import checked_eyes
from stargan.core.files import checked_name, mapped, sha256
from stargan.core.names import index_of
from stargan.data.domains import LabelKind, kept_labels, label_kind
from stargan.data.records import FORM, PREPARED, digest_of_set, prepared_folder
from stargan.errors import Fault

ROWS = ("source", "person", "split")


@dataclass(frozen=True)
class Prepared:
    """A prepared dataset. `images` is memory-mapped: what is changed there never reaches the file.

    digest: of all that stands in its folder.
    """

    dataset: str
    size: int
    kind: LabelKind
    images: np.ndarray
    labels: np.ndarray
    rows: pd.DataFrame
    origin: Mapping[str, Any]
    crop: Mapping[str, Any]
    images_sha256: str
    digest: str
    eyes: tuple[float, ...] | None = None
    """Where eyes lie in the square, as shares of its side: x and y of the one at the left, then of the other."""

    def split(self, name: str) -> np.ndarray:
        """Return the positions of the images in split `name` ('train' or 'test'), ascending.

        Where a set has no test side, its validation side is taken for it.
        """
        sides = self.rows["split"].to_numpy()
        return np.flatnonzero(sides == ("val" if name == "test" and "test" not in sides else name))

    def select_labels(self, labels: Sequence[str]) -> "Prepared":
        """Return the same images with those of these attributes that they have, in this order; [] and classes: with all."""
        kind, columns = kept_labels(self.kind, labels)
        return replace(self, kind=kind, labels=self.labels[:, columns])

    @property
    def folder(self) -> Path:
        """Where it lies, by its dataset and size."""
        return prepared_folder(self.dataset, self.size)

    @property
    def synthetic(self) -> bool:
        """Whether the faces were drawn by this project, so that the truth of a translation can be drawn too."""
        return bool(self.origin["kind"] == "synthetic")


def prepared_sizes(dataset: str) -> list[int]:
    """Return the sizes that a dataset was prepared at, ascending. Raises Fault where it was not."""
    found = sorted(int(path.name) for path in (PREPARED / dataset).glob("*") if path.name.isdecimal())
    if not found:
        raise Fault(f"{PREPARED / dataset}: nothing was prepared there; run dvc repro prepare@{dataset}")
    return found


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
    eyes: Sequence[float] | None = None,
) -> None:
    """Complete a folder that holds images.npy and labels.npy with rows.csv and manifest.json."""
    images = np.load(folder / "images.npy", mmap_mode="r")
    rows[list(ROWS)].to_csv(folder / "rows.csv", index=False, lineterminator="\n")
    values = {
        "dataset": dataset,
        "size": int(images.shape[1]),
        "images": len(images),
        "labels": kind.as_dict(),
        "origin": dict(origin),
        "crop": dict(crop),
        "quarantined": quarantined,
        **({} if eyes is None else {"eyes": list(eyes)}),
    }
    files = {
        "images.npy": images_sha256,
        "labels.npy": sha256(np.load(folder / "labels.npy")),
        "rows.csv": file_digest(folder / "rows.csv"),
    }
    write_about(folder / "manifest.json", FORM, values, files, {})


def read_prepared(folder: Path) -> Prepared:
    """Return the prepared dataset in `folder`. Raises Fault where it is missing, of another schema, cut or changed."""
    try:
        about = read_about(folder / "manifest.json", FORM)
        manifest = about.values
        images, labels = mapped(folder / "images.npy"), mapped(folder / "labels.npy")
        rows = pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)
        kind, size = label_kind(manifest["labels"]), int(manifest["size"])
        if tuple(rows.columns) != ROWS:
            raise ValueError(f"rows.csv has columns {', '.join(rows.columns)}")
        if not len(images) == len(labels) == len(rows) == manifest["images"]:
            raise ValueError(f"{len(images)} images, {len(labels)} labels, {len(rows)} rows")
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8 or labels.shape[1:] != (kind.width,):
            raise ValueError(f"shapes {images.shape}, {labels.shape} do not fit the manifest")
        about.check_files(
            {"images.npy": sha256(images), "labels.npy": sha256(labels), "rows.csv": file_digest(folder / "rows.csv")}
        )
        return Prepared(
            checked_name(manifest["dataset"]),
            size,
            kind,
            images,
            labels,
            rows,
            manifest["origin"],
            manifest["crop"],
            about.files["images.npy"],
            about.digest,
            checked_eyes(manifest["eyes"]) if "eyes" in manifest else None,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: not a prepared dataset ({error}); run the prepare stage again") from error


def read_set(dataset: str, size: int) -> Prepared:
    """Return a prepared dataset. Raises Fault where it is missing, changed, or another than its folder says."""
    digest_of_set(dataset, size)
    return read_prepared(prepared_folder(dataset, size))


def read_sets(datasets: Sequence[str], size: int, labels: Sequence[str]) -> dict[str, Prepared]:
    """Return the prepared datasets of a run, by name, with the attributes `labels` alone ([]: all).

    Raises Fault where one can't be had, and on a label that none has.
    """
    sets = {name: read_set(name, size) for name in datasets}
    known = [label for prepared in sets.values() for label in prepared.kind.names]
    for label in labels:
        index_of(label, known)
    return {name: prepared.select_labels(labels) for name, prepared in sets.items()}
