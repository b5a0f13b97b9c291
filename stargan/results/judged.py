"""The table of judged translations: every error, interval and comparison is a group of its rows."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from stargan.core.target import quoted
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.judge.verdicts import verdicts
from stargan.results.people import persons

VERDICTS = ("counts", "wrong", "others", "others_wrong")
COLUMNS = ("set", "faces", "image", "person", "labels", "source", "target", "predicted", *VERDICTS)
JUDGED = ("own", "cross", "wrong_mask")
"""The sets of translations whose target the judge is asked about."""


def judged(dataset: str, sets: Mapping[str, Prepared], rows: pd.DataFrame, seen: np.ndarray) -> pd.DataFrame:
    """Return the table of N translations to labels of `dataset`, in which the judge saw the (N, width) labels `seen`.

    rows: of the translations' index. source, predicted: the class, or the attributes as one target, of the face and as
    seen; a face of another dataset has no known label. The rest: see `Verdicts`.
    """
    kind, people = sets[dataset].kind, {name: persons(one) for name, one in sets.items()}
    names = np.array([quoted(name) for name in kind.names] if isinstance(kind, Attributes) else kind.names)
    own = (rows["faces"] == dataset).to_numpy()
    source = np.zeros(seen.shape, dtype=np.uint8)
    source[own] = sets[dataset].labels[rows["image"].to_numpy()[own]]
    found = verdicts(kind, source, seen, rows["target"].to_numpy(dtype=str))
    return rows.assign(
        person=[people[faces][image] for faces, image in zip(rows["faces"], rows["image"], strict=True)],
        source=["+".join(names[label == 1]) for label in source],
        predicted=["+".join(names[label == 1]) for label in seen],
        counts=found.counts,
        wrong=found.wrong,
        others=found.others,
        others_wrong=found.others_wrong,
    )[list(COLUMNS)]


def counted(table: pd.DataFrame, kind: LabelKind, dataset: str, neutral: str = "") -> pd.DataFrame:
    """Return a dataset's own translations that ask for a change; of classes those of `neutral` faces, if there are such."""
    rows = table[(table["set"] == "own") & (table["labels"] == dataset) & (table["counts"] == 1)]
    return rows[rows["source"] == neutral] if isinstance(kind, Classes) and neutral else rows


def of_one_step(kind: LabelKind, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose targets ask for one thing: a measure over all targets is over these."""
    return rows[rows["target"].map(lambda target: len(kind.steps(target)) == 1).astype(bool)]
