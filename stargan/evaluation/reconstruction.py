"""How like its input a face is that was led back to its own label."""

import numpy as np
import pandas as pd

from stargan.core.measures import Measure
from stargan.data.prepared import Prepared
from stargan.judge.judge import batches
from stargan.judge.similarity import l1, similarity
from stargan.results.translations import Translations


def reconstruction(prepared: Prepared, made: Translations) -> list[Measure]:
    """Return `reconstruction_l1`, `_psnr`, `_ssim` and `_mean_face_l1`; nothing of a run without reconstructions.

    Means over the images; L1 on pixel values in [0, 1]. A run that has ways over several targets and back has them of
    each target too. `mean_face`: the mean training face in the reconstruction's place, which a model must beat that has
    learned anything about the single face.
    """
    rows = made.of("reconstruction", faces=prepared.dataset)
    if rows.empty:
        return []
    average, parts = mean_face(prepared), []
    for left, right in zip(
        batches(made.images, rows.index.to_numpy()), batches(prepared.images, rows["image"].to_numpy()), strict=True
    ):
        parts.append(similarity(left, right) | {"mean_face_l1": l1(average[None], right)})
    values = pd.DataFrame({f"reconstruction_{name}": np.concatenate([part[name] for part in parts]) for name in parts[0]})
    ways = values.groupby(rows["target"].to_numpy())
    groups = [("", values), *(ways if len(ways) > 1 else [])]
    return [
        Measure(str(name), prepared.dataset, str(target), float(value), n=len(group))
        for target, group in groups
        for name, value in group.mean().items()
    ]


def mean_face(prepared: Prepared) -> np.ndarray:
    """Return the mean of the train split's images as a picture, uint8 (s, s, 3). The split has one image or more."""
    positions = prepared.split("train")
    total = np.zeros(prepared.images.shape[1:], dtype=np.int64)
    for batch in batches(prepared.images, positions):
        total += batch.sum(axis=0, dtype=np.int64)
    return np.rint(total / len(positions)).astype(np.uint8)
