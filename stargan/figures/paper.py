"""The paper's figures 1 and 4 to 7, each a uint8 (H, W, 3) picture."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from stargan.core.target import steps_of
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.figures.captions import Measures, alone_notes, mask_notes
from stargan.figures.panel import Column, Line, panel
from stargan.results.naming import TITLES
from stargan.results.translations import Translations

FIGURE_1 = ("Blond_Hair", "~Male", "-Young", "Pale_Skin", "angry", "happy", "fearful")
"""Figure 1's columns, as what is asked of the faces that are shown: '-Young' takes young ones, to be aged."""


def figure_1(joint: Translations, sets: Mapping[str, Prepared], count: int) -> np.ndarray:
    """Return Figure 1: faces of one dataset given its attributes and another's expressions, by the joint run.

    The columns are those of the paper that the run has, or where it has none of them all of one step.
    """
    faces, labels = guests(joint, sets)
    prepared = sets[faces]
    columns = [column for dataset in (faces, labels) for column in columns_of(joint, faces, dataset, sets[dataset].kind)]
    columns = [column for column in columns if len(column.kind.steps(column.target)) == 1]
    wishes = {steps_of(wish)[0].name: wish for wish in FIGURE_1}
    shown = [
        Column(one.dataset, one.kind, one.target, wishes[name])
        for name in wishes
        for one in columns
        if one.kind.steps(one.target)[0].name == name
    ]
    return panel(prepared, prepared.split("test"), [Line(title_of_run(joint), joint)], shown or columns, count)


def methods(
    made: Sequence[Translations], sets: Mapping[str, Prepared], kind: type[LabelKind], neutral: Mapping[str, str], count: int
) -> np.ndarray:
    """Return Figure 4 (attributes) or 5 (classes): all methods on the targets that they share, on the same faces.

    `sets` are of the first run. Classes: faces of the class that is `neutral` in the dataset, and no column for it; where
    none is, faces of all. Raises Fault where the runs have no dataset of that kind or no target in common.
    """
    same_size(made)
    runs = ", ".join(one.run for one in made)
    datasets = [name for name, one in sets.items() if isinstance(one.kind, kind)]
    shared = [name for name in datasets if not any(one.of("own", faces=name).empty for one in made)]
    if not shared:
        raise Fault(f"params.yaml: compare: {runs} have no dataset of {kind.__name__.lower()} in common; compare others")
    prepared = sets[shared[0]]
    parts = [columns_of(one, prepared.dataset, prepared.dataset, prepared.kind) for one in made]
    start = neutral.get(prepared.dataset, "")
    columns = [column for column in parts[0] if column.target != start and all(column in part for part in parts)]
    if not columns:
        raise Fault(f"params.yaml: compare: {runs} share no target on {prepared.dataset}; compare others")
    among = prepared.split("test")
    if isinstance(prepared.kind, Classes) and start:
        among = among[prepared.kind.inside(torch.from_numpy(np.array(prepared.labels[among])), start).numpy()]
    return panel(prepared, among, lines_of(made), columns, count)


def figure_6(
    single: Translations, joint: Translations, sets: Mapping[str, Prepared], measures: Mapping[str, Measures], count: int
) -> np.ndarray:
    """Return Figure 6: a run on the classes alone (SNG) and the joint run (JNT) on faces of the other dataset.

    `sets` are the joint run's, `measures` those of each run by its name.
    """
    same_size([single, joint])
    faces, labels = guests(joint, sets, single)
    columns = columns_of(joint, faces, labels, sets[labels].kind)
    lines = [Line("SNG", single), Line("JNT", joint)]
    found = {f"{line.title} (run {line.made.run})": measures[line.made.run] for line in lines}
    notes = alone_notes(labels, found)
    return panel(sets[faces], sets[faces].split("test"), lines, columns, count, notes)


def figure_7(joint: Translations, sets: Mapping[str, Prepared], measures: Measures, count: int) -> np.ndarray:
    """Return Figure 7: the joint run with the proper mask vector and the wrong one, that of the faces' own dataset.

    A run without a mask vector has only the proper line, and a note that says so.
    """
    faces, labels = guests(joint, sets)
    columns = columns_of(joint, faces, labels, sets[labels].kind)
    masks = ["cross", *(["wrong_mask"] if not joint.of("wrong_mask", faces=faces, labels=labels).empty else [])]
    lines = [Line(title, joint, name) for title, name in zip(("proper", "wrong"), masks, strict=False)]
    notes = mask_notes(labels, sets[labels].kind.title, measures, masks)
    return panel(sets[faces], sets[faces].split("test"), lines, columns, count, notes)


def columns_of(made: Translations, faces: str, labels: str, kind: LabelKind) -> list[Column]:
    """Return a column for each target of one dataset's labels that a run has for one dataset's faces, in its order."""
    rows = made.of("own" if faces == labels else "cross", faces=faces, labels=labels)
    return [Column(labels, kind, target, target) for target in dict.fromkeys(rows["target"])]


def guests(joint: Translations, sets: Mapping[str, Prepared], *others: Translations) -> tuple[str, str]:
    """Return (faces, labels) of the first translations across datasets that all runs have, attributes' faces first.

    Raises Fault where there are none.
    """
    runs = [joint, *others]
    rows = [run.of("cross") for run in runs]
    pairs = [list(dict.fromkeys(zip(part["faces"], part["labels"], strict=True))) for part in rows]
    shared = [pair for pair in pairs[0] if all(pair in part for part in pairs)]
    if not shared:
        names = " and ".join(run.run for run in runs)
        raise Fault(
            f"data/translations: {names} translate no faces of the same other dataset; add one to their faces "
            "in params.yaml, or run the translate stage again"
        )
    return min(shared, key=lambda pair: not isinstance(sets[pair[0]].kind, Attributes))


def same_size(made: Sequence[Translations]) -> None:
    """Raise Fault where the runs' images are of more than one size."""
    sizes = {one.run: one.image_size for one in made}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{run} has {size} px" for run, size in sizes.items())
        raise Fault(f"params.yaml: compare: {told}; compare runs of one image_size")


def title_of_run(made: Translations) -> str:
    """Return the title of a run's method."""
    return TITLES.get(made.method, made.method)


def lines_of(made: Sequence[Translations]) -> list[Line]:
    """Return a line a run, titled by its method, and by the run too where two are of one method."""
    many = Counter(one.method for one in made)
    return [Line(title_of_run(one) + (f" {one.run}" if many[one.method] > 1 else ""), one) for one in made]
