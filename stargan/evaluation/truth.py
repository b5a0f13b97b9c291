"""Translations against their ground truth, where the faces were drawn and the truth can be drawn too."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from stargan.data.domains import LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.reconstruction import mean_face
from stargan.evaluation.similarity import l1, l1_where, similarity
from stargan.judge.classification import Metrics, asked, goals, safe, single_targets
from stargan.results.people import persons
from stargan.synthetic.truth import Truth, drawable, truths

NAMES = ("l1", "psnr", "ssim", "changed_l1", "kept_l1")
HELD = 32
"""Faces whose drawn truths are held: a face is compared with its own, and with those of one not far behind it."""


def truth_metrics(
    prepared: Prepared, own: pd.DataFrame, images: np.ndarray, faces: int, random: np.random.Generator
) -> Metrics:
    """Return `ground_truth_<name>` and `identity_<name>` for l1, psnr, ssim, changed_l1 and kept_l1; {} for real faces.

    `identity_` is what the untouched input would get in the translation's place. changed: over the pixels in which
    the drawings of input and truth differ; kept: over the others, where the truth is the input. `mean_face_kept_l1`
    is what the mean training face would get there, `stranger_l1` that of the translation against the truth of
    another person's translation to the same target, where that flips to the same side. `own` are the dataset's
    translations, with their positions in `images` as index; at most `faces` test faces are drawn, by chance, and only
    truths that differ in label from the input. `<key>_<target>` are means over images, `ground_truth_n_<target>` of
    them, and the plain keys means over the targets of one step; L1 counts pixel values in [0, 1].
    """
    if not prepared.synthetic:
        return {}
    rows = of_some_faces(own, faces, random)
    labels = prepared.labels[rows["image"].to_numpy()]
    moved = (goals(prepared.kind, labels, rows["target"].to_numpy(dtype=str)) != labels).any(axis=1)
    return averaged(prepared.kind, compared(prepared, prepared.kind, rows[moved], images))


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
    if rows.empty:
        return []
    faces = np.unique(rows["image"].to_numpy())
    targets, average = list(dict.fromkeys(rows["target"])), mean_face(prepared)

    @lru_cache(HELD)
    def drawn(position: int) -> dict[str, Truth]:
        return dict(zip(targets, truths(prepared, position, kind, targets), strict=True))

    people, tables = persons(prepared)[faces].tolist(), []
    others = {target: next_persons(people, asked_of(prepared, kind, faces, target)) for target in targets}
    for place, position in enumerate(faces.tolist()):
        mine = rows[rows["image"] == position]
        wanted, made = mine["target"].tolist(), images[mine.index.to_numpy()]
        table = compared_face(made, prepared.images[position], average, [drawn(position)[target] for target in wanted])
        table["stranger_l1"] = np.full(len(made), np.nan)
        for row, target in enumerate(wanted):
            other = others[target][place]
            if other is not None:
                truth = drawn(int(faces[other]))[target].image
                table["stranger_l1"][row] = l1(made[row : row + 1], truth[None])[0]
        tables.append(pd.DataFrame({"target": wanted} | table))
    return tables


def compared_face(
    made: np.ndarray, source: np.ndarray, average: np.ndarray, found: Sequence[Truth]
) -> dict[str, np.ndarray]:
    """Return what N translations of a face are worth against its N truths, and its input and the mean face too."""
    truth, changed = np.stack([one.image for one in found]), np.stack([one.changed for one in found])
    table = {"mean_face_kept_l1": l1_where(average[None], truth, ~changed)}
    for prefix, candidate in (("ground_truth", made), ("identity", np.broadcast_to(source, truth.shape))):
        values = similarity(candidate, truth)
        values["changed_l1"] = l1_where(candidate, truth, changed)
        values["kept_l1"] = l1_where(candidate, truth, ~changed)
        table |= {f"{prefix}_{name}": values[name] for name in NAMES}
    return table


def asked_of(prepared: Prepared, kind: LabelKind, faces: np.ndarray, target: str) -> list[tuple[int, ...]]:
    """Return for each face the labels that `target` decides as it asks for them: a flip asks men for other than women."""
    if kind != prepared.kind:
        return [()] * len(faces)
    goal = asked(kind, prepared.labels[faces], target)[:, kind.touched(target)]
    return [tuple(label) for label in goal.tolist()]


def next_persons(people: Sequence[str], alike: Sequence[object]) -> list[int | None]:
    """Return for each of N faces the place of the next one, in a circle, that shows another person, if any does.

    Only faces with an equal value in `alike` count.
    """
    n = len(people)
    return [
        next(
            (
                place % n for place in range(start + 1, start + n)
                if people[place % n] != people[start] and alike[place % n] == alike[start]
            ), None,
        ) for start in range(n)
    ]  # fmt: skip
