"""A run's translations on disk, as the translate stage leaves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.about import About, file_digest, read_about, write_about
from stargan.core.files import checked_name, mapped, sha256
from stargan.core.names import checked_labels
from stargan.data.prepared import Prepared, read_sets
from stargan.errors import Fault

FORM = "translations"
TRANSLATIONS = Path("data/translations")
COLUMNS = ("set", "faces", "image", "labels", "target", "mask")


@dataclass(frozen=True)
class Translations:
    """Translated test images, and what each is. A run need not have every target, face or set.

    images: uint8 (M, s, s, 3), memory-mapped. index: one row an image, in order, of `COLUMNS`: the set it belongs
    to ("own", "reconstruction", "cross", "wrong_mask"), the dataset of the face and its position there, the
    dataset whose labels were asked, the target (of a reconstruction: through which it came back, if any), and the
    dataset that the mask vector named. datasets: those that the run was trained on. model_md5: of the file of the
    generator that made them. sizes: parameters and what the training took; settings: the params that it obeyed. faces,
    labels: the datasets whose faces were translated, and the attributes that were trained. about: their record.
    """

    run: str
    method: str
    model_md5: str
    step: int
    image_size: int
    datasets: tuple[str, ...]
    faces: tuple[str, ...]
    labels: tuple[str, ...]
    sizes: Mapping[str, int]
    settings: Mapping[str, Any]
    images: np.ndarray
    index: pd.DataFrame
    about: About

    def of(self, name: str, **where: str) -> pd.DataFrame:
        """Return the rows of set `name` whose columns equal `where`; their index is the position in `images`."""
        rows = self.index[self.index["set"] == name]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows


def write_record(folder: Path, values: Mapping[str, Any], made_from: Mapping[str, str]) -> None:
    """Complete a folder that holds images.npy and index.csv by translations.json."""
    files = {
        "images.npy": sha256(np.load(folder / "images.npy", mmap_mode="r")),
        "index.csv": file_digest(folder / "index.csv"),
    }
    write_about(folder / "translations.json", FORM, values, files, made_from)


def translations_of(run: str) -> Translations:
    """Return the translations of a run. Raises Fault where they are missing, changed, or another run's."""
    made = read_translations(TRANSLATIONS / run)
    if made.run != run:
        raise Fault(f"{TRANSLATIONS / run}: are translations of {made.run}; run dvc repro translate@{run}")
    return made


def read_translations(folder: Path) -> Translations:
    """Return the translations in `folder`. Raises Fault where they are missing or were changed."""
    try:
        record = read_about(folder / "translations.json", FORM)
        about = record.values
        images = mapped(folder / "images.npy")
        index = pd.read_csv(folder / "index.csv", dtype=dict.fromkeys(COLUMNS, str) | {"image": int}, keep_default_na=False)
        size = int(about["image_size"])
        if tuple(index.columns) != COLUMNS or images.shape != (len(index), size, size, 3):
            raise ValueError(f"{images.shape} images do not fit {len(index)} rows of {', '.join(index.columns)}")
        record.check_files({"images.npy": sha256(images), "index.csv": file_digest(folder / "index.csv")})
        return Translations(
            run=checked_name(about["run"]),
            method=checked_name(about["method"]),
            model_md5=about["model_md5"],
            step=int(about["step"]),
            image_size=size,
            datasets=tuple(map(checked_name, about["datasets"])),
            faces=tuple(map(checked_name, about["faces"])),
            labels=checked_labels(about["labels"]),
            sizes=dict(about["sizes"]),
            settings=dict(about["settings"]),
            images=images,
            index=index,
            about=record,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: no translations there ({error}); run the translate stage again") from error


def sets_of(made: Translations) -> dict[str, Prepared]:
    """Return the prepared sets whose faces were translated, with the attributes that were trained alone.

    Raises Fault where they are not those that the translations were made from.
    """
    sets = read_sets(made.faces, made.image_size, [])
    for prepared in sets.values():
        made.about.check_made_from(prepared.folder, prepared.digest, f"run dvc repro translate@{made.run}")
    return {name: prepared.select_labels(made.labels) for name, prepared in sets.items()}
