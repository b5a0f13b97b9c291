"""A figure as a grid of faces: a block a face, in it a line a method, and a column a target."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stargan.data.domains import Classes, LabelKind
from stargan.data.grids import title_of
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.figures.faces import asking, picked
from stargan.figures.sheet import sheet
from stargan.results.translations import Translations
from stargan.synthetic import EXPRESSIONS
from stargan.synthetic.truth import truths

BLANK, MISSING = 255, 200
"""Grey of a cell that is meant to be empty, and of one that there is no translation for."""


@dataclass(frozen=True)
class Column:
    """A target of the labels of one dataset. `wish` asks for a change of the faces that show it best."""

    dataset: str
    kind: LabelKind
    target: str
    wish: str


@dataclass(frozen=True)
class Line:
    """A run's translations under a title; `across` is the set of those to another dataset's labels."""

    title: str
    made: Translations
    across: str = "cross"

    def places(self, faces: str, column: Column) -> dict[int, int]:
        """Return where in `made.images` each face's translation stands, by the face's position; absent: none."""
        name = "own" if column.dataset == faces else self.across
        rows = self.made.of(name, faces=faces, labels=column.dataset, target=column.target)
        return dict(zip(rows["image"].tolist(), rows.index.tolist(), strict=True))


Places = Sequence[Sequence[dict[int, int]]]
"""Where the translations of each line and column stand."""


def panel(
    prepared: Prepared,
    among: np.ndarray,
    lines: Sequence[Line],
    columns: Sequence[Column],
    count: int,
    notes: Sequence[str] = (),
) -> np.ndarray:
    """Return the picture of up to `count` of the faces at positions `among`; drawn faces have a last line, their truth.

    Raises Fault where the lines share no face.
    """
    places = [[line.places(prepared.dataset, column) for column in columns] for line in lines]
    positions = chosen(prepared, among, columns, places, count)
    if not len(positions):
        runs = ", ".join(dict.fromkeys(line.made.run for line in lines))
        raise Fault(
            f"data/translations: {runs} share no translated face of {prepared.dataset}; "
            "compare others in params.yaml, or run the translate stage again"
        )
    labels = [line.title for line in lines] + (["truth"] if prepared.synthetic else [])
    blocks = [block(prepared, int(position), lines, columns, places) for position in positions]
    return sheet(np.stack(blocks), ["input", *(title_of(column.kind, column.target) for column in columns)], labels, notes)


def chosen(prepared: Prepared, among: np.ndarray, columns: Sequence[Column], places: Places, count: int) -> np.ndarray:
    """Return up to `count` of the positions `among` that all lines have in some column, as `picked` takes them.

    A face scores a point for each column that every line has and whose wish asks for a change.
    """
    scores, possible = np.zeros(len(among)), np.zeros(len(among), dtype=bool)
    for i, column in enumerate(columns):
        has = np.isin(among, list(set.intersection(*(set(line[i]) for line in places))))
        guest = column.dataset != prepared.dataset  # what the face shows of another dataset's labels is not known
        scores += has & (guest or asking(prepared.kind, prepared.labels[among], column.wish))
        possible |= has
    people = prepared.rows["person"].to_numpy()[among[possible]].tolist()
    return picked(among[possible], scores[possible], people, count)


def block(prepared: Prepared, position: int, lines: Sequence[Line], columns: Sequence[Column], places: Places) -> np.ndarray:
    """Return the uint8 (lines, 1 + columns, s, s, 3) cells of one face; the input stands in the first line alone."""
    face = prepared.images[position]
    found = [
        [line.made.images[place[position]] if position in place else np.full_like(face, MISSING) for place in row]
        for line, row in zip(lines, places, strict=True)
    ]
    if prepared.synthetic:
        found.append([truth(prepared, position, column) for column in columns])
    inputs = [face, *[np.full_like(face, BLANK)] * (len(found) - 1)]
    return np.stack([np.stack([first, *row]) for first, row in zip(inputs, found, strict=True)])


def truth(prepared: Prepared, position: int, column: Column) -> np.ndarray:
    """Return what a drawn face looks like with the column's target; grey for a class that cannot be drawn."""
    if isinstance(column.kind, Classes) and column.target not in EXPRESSIONS:
        return np.full_like(prepared.images[position], MISSING)
    return truths(prepared, position, column.kind, [column.target])[0].image
