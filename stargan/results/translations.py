"""A run's translations on disk, as the translate stage leaves them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.files import checked_name, mapped
from stargan.errors import Fault

COLUMNS = ("set", "faces", "image", "labels", "target", "mask")


@dataclass(frozen=True)
class Translations:
    """Translated test images, and what each is. A run need not have every target, face or set.

    images: uint8 (M, s, s, 3), memory-mapped. index: one row an image, in order, of `COLUMNS`: the set it belongs
    to ("own", "reconstruction", "cross", "wrong_mask"), the dataset of the face and its position there, the
    dataset whose labels were asked, the target (of a reconstruction: through which it came back, if any), and the
    dataset that the mask vector named. datasets: those that the run was trained on. model_md5: of the file of the
    generator that made them. sizes: parameters and what the training took; settings: the params that it obeyed.
    """

    run: str
    method: str
    model_md5: str
    step: int
    image_size: int
    datasets: tuple[str, ...]
    sizes: Mapping[str, int]
    settings: Mapping[str, Any]
    images: np.ndarray
    index: pd.DataFrame

    def of(self, name: str, **where: str) -> pd.DataFrame:
        """Return the rows of set `name` whose columns equal `where`; their index is the position in `images`."""
        rows = self.index[self.index["set"] == name]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows


def read_translations(folder: Path) -> Translations:
    """Return the translations in `folder`. Raises Fault where they are missing or do not fit each other."""
    try:
        about = json.loads((folder / "translations.json").read_text())
        images = mapped(folder / "images.npy")
        index = pd.read_csv(folder / "index.csv", dtype={"image": int}, keep_default_na=False)
        size = int(about["image_size"])
        if tuple(index.columns) != COLUMNS or images.shape != (len(index), size, size, 3):
            raise ValueError(f"{images.shape} images do not fit {len(index)} rows of {', '.join(index.columns)}")
        return Translations(
            run=checked_name(about["run"]), method=checked_name(about["method"]), model_md5=about["model_md5"],
            step=int(about["step"]), image_size=size, datasets=tuple(map(checked_name, about["datasets"])),
            sizes=dict(about["sizes"]), settings=dict(about["settings"]), images=images, index=index,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: no translations there ({error}); run the translate stage again") from error
