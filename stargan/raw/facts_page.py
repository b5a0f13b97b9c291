"""The facts of a dataset as one page of HTML that works from a disk: with a contact sheet a class, without a network."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stargan.data.domains import Attributes
from stargan.data.pages import data_url, rendered
from stargan.raw.facts import Facts

FACES = 12
"""Pictures of a label on its sheet, spread evenly over its training pictures."""


def page(
    dataset: str, facts: Facts, choices: Sequence[tuple[str, str]], images: np.ndarray, labels: np.ndarray, train: np.ndarray
) -> str:
    """Return the page's HTML.

    choices: (what, how) the dataset is read. images: uint8 (N, s, s, 3), of which few are looked at; labels: (N, width);
    train: the positions of training pictures.
    """
    rows = [
        {"name": name, "counts": list(facts.counts.loc[name]), "sheet": sheet(images, train[labels[train, column] == 1])}
        for column, name in enumerate(facts.kind.names)
    ]
    what = "attribute" if isinstance(facts.kind, Attributes) else facts.kind.title
    template = Path(__file__).with_name("facts.html")
    columns = list(facts.counts.columns)
    return rendered(template, dataset=dataset, what=what, facts=facts, rows=rows, choices=choices, columns=columns)


def sheet(images: np.ndarray, positions: np.ndarray) -> str:
    """Return some of the pictures at `positions` beside each other, as a PNG in a data URL; "" of none."""
    if not len(positions):
        return ""
    chosen = positions[np.unique(np.linspace(0, len(positions) - 1, FACES).astype(int))]
    return data_url(np.concatenate([images[position] for position in chosen], axis=1))
