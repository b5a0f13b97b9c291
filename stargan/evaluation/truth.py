"""Translations against their ground truth, where the faces were drawn and the truth can be drawn too."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stargan.data.prepared import Prepared
from stargan.data.truth import truths
from stargan.evaluation.classification import Metrics, asked, safe, single_targets
from stargan.evaluation.similarity import l1_where, similarity

NAMES = ("l1", "psnr", "ssim", "changed_l1", "kept_l1")


def truth_metrics(
    prepared: Prepared, own: pd.DataFrame, images: np.ndarray, faces: int, random: np.random.Generator
) -> Metrics:
    """Return `ground_truth_<name>` and `identity_<name>` for l1, psnr, ssim, changed_l1 and kept_l1; {} for real faces.

    `identity_` is what the untouched input would get in the translation's place. changed: over the pixels in which
    the drawings of input and truth differ; kept: over the others, where the truth is the input. `own` are the
    dataset's translations, with their positions in `images` as index; at most `faces` test faces are drawn, by
    chance, and only truths that differ in label from the input. `<key>_<target>` are means over images,
    `ground_truth_n_<target>` of them, and the plain keys means over the targets of one step; L1 counts pixel values
    in [0, 1].
    """
    if not prepared.synthetic:
        return {}
    positions = np.unique(own["image"].to_numpy())
    chosen = np.sort(random.choice(positions, min(faces, len(positions)), replace=False))
    own = own[own["image"].isin(chosen)]
    parts = [table for position in chosen for table in compared(prepared, own[own["image"] == position], images)]
    if not parts:
        return {}
    by_target = pd.concat(parts).groupby("target", sort=False)
    means, counts = by_target.mean(), by_target.size()
    metrics: Metrics = {}
    for target, row in means.iterrows():
        metrics |= {f"{key}_{safe(str(target))}": float(value) for key, value in row.dropna().items()}
        metrics[f"ground_truth_n_{safe(str(target))}"] = int(counts.loc[str(target)])
    plain = means.loc[single_targets(prepared.kind, means.index.tolist())].mean().dropna()
    return metrics | {str(key): float(value) for key, value in plain.items()}


def compared(prepared: Prepared, rows: pd.DataFrame, images: np.ndarray) -> Iterator[pd.DataFrame]:
    """Yield a table of one face's translations, a row for each target that changes its label: target and values."""
    position = int(rows["image"].iloc[0])
    label = prepared.labels[position : position + 1]
    moved = [bool((asked(prepared.kind, label, target) != label).any()) for target in rows["target"]]
    rows = rows[moved]
    if rows.empty:
        return
    found = truths(prepared, position, prepared.kind, rows["target"].tolist())
    truth, changed = np.stack([one.image for one in found]), np.stack([one.changed for one in found])
    source = np.broadcast_to(prepared.images[position], truth.shape)
    table = {"target": rows["target"].to_numpy()}
    for prefix, candidate in (("ground_truth", images[rows.index.to_numpy()]), ("identity", source)):
        values = similarity(candidate, truth)
        values["changed_l1"] = l1_where(candidate, truth, changed)
        values["kept_l1"] = l1_where(candidate, truth, ~changed)
        table |= {f"{prefix}_{name}": values[name] for name in NAMES}
    yield pd.DataFrame(table)
