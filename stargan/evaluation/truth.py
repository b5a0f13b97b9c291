"""Translations against their ground truth, where the faces were drawn and the truth can be drawn too."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from stargan.data.prepared import Prepared
from stargan.data.truth import drawable, truths
from stargan.domains import LabelKind
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
    rows = of_some_faces(own, faces, random)
    labels = prepared.labels[rows["image"].to_numpy()]
    moved = [
        (asked(prepared.kind, label[None], target) != label).any()
        for label, target in zip(labels, rows["target"], strict=True)
    ]
    return averaged(prepared.kind, compared(prepared, prepared.kind, rows[np.array(moved, dtype=bool)], images))


def cross_truth_metrics(
    kind: LabelKind, sets: Mapping[str, Prepared], cross: pd.DataFrame, images: np.ndarray,
    faces: int, random: np.random.Generator,
) -> Metrics:  # fmt: skip
    """Return the same as `truth_metrics` under `cross_<key>`: drawn faces of `sets` given classes of another's `kind`.

    `cross` are those translations. Only expressions that can be drawn and that the face does not show already count.
    """
    tables: list[pd.DataFrame] = []
    for dataset, prepared in sets.items():
        if not prepared.synthetic:
            continue
        rows = of_some_faces(cross[cross["faces"] == dataset], faces, random)
        moved = [drawable(prepared, *row) for row in zip(rows["image"], rows["target"], strict=True)]
        tables += compared(prepared, kind, rows[np.array(moved, dtype=bool)], images)
    return {f"cross_{key}": value for key, value in averaged(kind, tables).items()}


def of_some_faces(rows: pd.DataFrame, faces: int, random: np.random.Generator) -> pd.DataFrame:
    """Return the rows of at most `faces` of the faces in them, drawn by chance."""
    positions = np.unique(rows["image"].to_numpy())
    return rows[rows["image"].isin(random.choice(positions, min(faces, len(positions)), replace=False))]


def averaged(kind: LabelKind, tables: Sequence[pd.DataFrame]) -> Metrics:
    """Return the means of what `compared` found, by target and over the targets of one step; {} of nothing."""
    if not tables:
        return {}
    by_target = pd.concat(tables).groupby("target", sort=False)
    means, counts = by_target.mean(), by_target.size()
    metrics: Metrics = {}
    for target, row in means.iterrows():
        metrics |= {f"{key}_{safe(str(target))}": float(value) for key, value in row.dropna().items()}
        metrics[f"ground_truth_n_{safe(str(target))}"] = int(counts.loc[str(target)])
    plain = means.loc[single_targets(kind, means.index.tolist())].mean().dropna()
    return metrics | {str(key): float(value) for key, value in plain.items()}


def compared(prepared: Prepared, kind: LabelKind, rows: pd.DataFrame, images: np.ndarray) -> list[pd.DataFrame]:
    """Return a table for each face in `rows`, whose rows are its translations: their target of `kind` and values."""
    return [
        compared_face(prepared, kind, int(position), rows[rows["image"] == position], images)
        for position in np.unique(rows["image"].to_numpy())
    ]


def compared_face(
    prepared: Prepared, kind: LabelKind, position: int, rows: pd.DataFrame, images: np.ndarray
) -> pd.DataFrame:
    """Return the table of the translations of the face at `position`."""
    found = truths(prepared, position, kind, rows["target"].tolist())
    truth, changed = np.stack([one.image for one in found]), np.stack([one.changed for one in found])
    source = np.broadcast_to(prepared.images[position], truth.shape)
    table = {"target": rows["target"].to_numpy()}
    for prefix, candidate in (("ground_truth", images[rows.index.to_numpy()]), ("identity", source)):
        values = similarity(candidate, truth)
        values["changed_l1"] = l1_where(candidate, truth, changed)
        values["kept_l1"] = l1_where(candidate, truth, ~changed)
        table |= {f"{prefix}_{name}": values[name] for name in NAMES}
    return pd.DataFrame(table)
