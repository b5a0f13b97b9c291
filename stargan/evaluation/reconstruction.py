"""How like its input a face is that was led back to its own label."""

import numpy as np
import pandas as pd

from stargan.data.prepared import Prepared
from stargan.evaluation.similarity import l1, similarity
from stargan.judge.classification import Metrics, safe
from stargan.judge.judge import batches
from stargan.results.translations import Translations


def reconstruction(prepared: Prepared, made: Translations) -> Metrics:
    """Return `reconstruction_l1`, `_psnr`, `_ssim` and `_mean_face_l1`; {} of a run without reconstructions.

    Means over the images; L1 on pixel values in [0, 1]. A run that has ways over several targets and back has
    `reconstruction_<name>_<target>` of each too, and the plain keys are over all. `mean_face`: the mean training face in the
    reconstruction's place, which a model must beat that has learned anything about the single face.
    """
    rows = made.of("reconstruction", faces=prepared.dataset)
    if rows.empty:
        return {}
    average, parts = mean_face(prepared), []
    for left, right in zip(
        batches(made.images, rows.index.to_numpy()), batches(prepared.images, rows["image"].to_numpy()), strict=True
    ):
        parts.append(similarity(left, right) | {"mean_face_l1": l1(average[None], right)})
    table = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    metrics = {f"reconstruction_{name}": float(value) for name, value in table.mean().items()}
    by_target = table.groupby(rows["target"].to_numpy()).mean()
    if len(by_target) > 1:
        for target, means in by_target.iterrows():
            metrics |= {f"reconstruction_{name}_{safe(str(target))}": float(value) for name, value in means.items()}
    return metrics


def mean_face(prepared: Prepared) -> np.ndarray:
    """Return the mean of the train split's images as a picture, uint8 (s, s, 3). The split has one image or more."""
    positions = prepared.split("train")
    total = np.zeros(prepared.images.shape[1:], dtype=np.int64)
    for batch in batches(prepared.images, positions):
        total += batch.sum(axis=0, dtype=np.int64)
    return np.rint(total / len(positions)).astype(np.uint8)
