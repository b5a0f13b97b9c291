"""Translations against their ground truth, where the faces were drawn and the truth can be drawn too."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from stargan.core.measures import Measure
from stargan.data.domains import LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.reconstruction import mean_face
from stargan.judge.similarity import l1, l1_where, noise_where, similarity
from stargan.judge.verdicts import target_labels
from stargan.results.judged import of_one_step
from stargan.results.people import persons
from stargan.synthetic.truth import Truth, drawable, truths

HELD = 32
"""Faces whose drawn truths are held: a face is compared with its own, and with those of one not far behind it."""


def own_truth(prepared: Prepared, own: pd.DataFrame, images: np.ndarray, protocol: Protocol) -> list[Measure]:
    """Return what a dataset's own translations are worth against the drawn truth; nothing for real faces.

    own: their rows of the judged table, with their positions in `images` as index. Only truths that differ in label from
    the input count, of at most `protocol.truths` test faces, sampled at random. Means over images, of each target and of
    all of one step; L1 counts pixel values in [0, 1]. `truth_l1`, `truth_psnr`, `truth_ssim`: the whole picture.
    `changed_l1`: the pixels in which the drawings of input and truth differ. `kept_l1`: the others, where the truth is
    the input. `noise`: on these, mean |Laplacian(translation - truth)| over mean |Laplacian(truth)|. `no_edit_` before a
    name: the untouched input in the translation's place; `changed_ratio`: `changed_l1` over `no_edit_changed_l1`.
    `mean_face_kept_l1`: the mean training face in that place. `other_person_l1`: the translation
    against the truth of another person's translation to the same target, where that flips to the same side.
    """
    if not prepared.synthetic:
        return []
    rows = of_some_faces(own, protocol)
    return measures_of("", prepared.dataset, prepared.kind, compared(prepared, prepared.kind, rows[rows["counts"]], images))


def cross_truth(
    dataset: str, sets: Mapping[str, Prepared], cross: pd.DataFrame, images: np.ndarray, protocol: Protocol
) -> list[Measure]:
    """Return the same, with `cross_` before each name, of drawn faces of other `sets` given classes of `dataset`.

    `cross` are those translations. Only expressions that can be drawn and that the face does not show already count.
    """
    kind, tables = sets[dataset].kind, list[pd.DataFrame]()
    for faces, prepared in sets.items():
        if not prepared.synthetic:
            continue
        rows = of_some_faces(cross[cross["faces"] == faces], protocol)
        moved = [drawable(prepared, *row) for row in zip(rows["image"], rows["target"], strict=True)]
        tables += compared(prepared, kind, rows[np.array(moved, dtype=bool)], images)
    return measures_of("cross_", dataset, kind, tables)


def of_some_faces(rows: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Return the rows of at most `protocol.truths` of the faces in them, sampled at random."""
    positions = np.unique(rows["image"].to_numpy())
    chosen = protocol.random().choice(positions, min(protocol.truths, len(positions)), replace=False)
    return rows[rows["image"].isin(chosen)]


def measures_of(prefix: str, dataset: str, kind: LabelKind, tables: Sequence[pd.DataFrame]) -> list[Measure]:
    """Return the means of what `compared` found, over the targets of one step and of each target; nothing of nothing."""
    if not tables:
        return []
    table = pd.concat(tables)
    groups = [("", of_one_step(kind, table)), *table.groupby("target", sort=False)]
    return [one for target, group in groups for one in means(prefix, dataset, str(target), group.drop(columns="target"))]


def means(prefix: str, dataset: str, target: str, values: pd.DataFrame) -> Iterator[Measure]:
    """Yield the mean of each column over the images that have it, and the ratio of changed pixels to no edit."""
    found = values.mean().dropna()
    for name, value in found.items():
        yield Measure(f"{prefix}{name}", dataset, target, float(value), n=int(values[name].count()))
    if found.get("no_edit_changed_l1"):
        ratio = found["changed_l1"] / found["no_edit_changed_l1"]
        yield Measure(f"{prefix}changed_ratio", dataset, target, float(ratio), n=int(values["changed_l1"].count()))


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
        table["other_person_l1"] = np.full(len(made), np.nan)
        for row, target in enumerate(wanted):
            other = others[target][place]
            if other is not None:
                truth = drawn(int(faces[other]))[target].image
                table["other_person_l1"][row] = l1(made[row : row + 1], truth[None])[0]
        tables.append(pd.DataFrame({"target": wanted} | table))
    return tables


def compared_face(
    made: np.ndarray, source: np.ndarray, average: np.ndarray, found: Sequence[Truth]
) -> dict[str, np.ndarray]:
    """Return what N translations of a face are worth against its N truths, and its input and the mean face too."""
    truth, changed = np.stack([one.image for one in found]), np.stack([one.changed for one in found])
    table = {"mean_face_kept_l1": l1_where(average[None], truth, ~changed), "noise": noise_where(made, truth, ~changed)}
    for prefix, candidate in (("", made), ("no_edit_", np.broadcast_to(source, truth.shape))):
        table |= {f"{prefix}truth_{name}": values for name, values in similarity(candidate, truth).items()}
        table[f"{prefix}changed_l1"] = l1_where(candidate, truth, changed)
        table[f"{prefix}kept_l1"] = l1_where(candidate, truth, ~changed)
    return table


def asked_of(prepared: Prepared, kind: LabelKind, faces: np.ndarray, target: str) -> list[tuple[int, ...]]:
    """Return for each face the labels that `target` decides as it asks for them: a flip asks men for other than women."""
    if kind != prepared.kind:
        return [()] * len(faces)
    goal = target_labels(kind, prepared.labels[faces], target)[:, kind.touched(target)]
    return [tuple(label) for label in goal.tolist()]


def next_persons(people: Sequence[str], alike: Sequence[object]) -> list[int | None]:
    """Return for each of N faces the place of the next one, in a circle, that shows another person, if any does.

    Only faces with an equal value in `alike` count.
    """
    n = len(people)
    return [
        next(
            (
                place % n
                for place in range(start + 1, start + n)
                if people[place % n] != people[start] and alike[place % n] == alike[start]
            ),
            None,
        )
        for start in range(n)
    ]
