"""What the judge said of every single translation: what methods are compared by, on the same faces."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.about import file_digest, write_about
from stargan.core.files import whole_folder
from stargan.core.metrics import DIGITS
from stargan.data.prepared import Prepared
from stargan.judge.classification import verdicts
from stargan.judge.judge import Judge
from stargan.results.people import persons
from stargan.results.translations import TRANSLATIONS, Translations

FORM = "judgements"
COLUMNS = ("faces", "image", "person", "labels", "source", "target", "counts", "wrong")


@dataclass(frozen=True)
class Judgements:
    """A run's judged translations.

    table: one row an own translation, of `COLUMNS`, in the index's order. about: which run it is and what it was
    judged with, as JSON values. made_from: the digest of the translations by their folder.
    """

    table: pd.DataFrame
    about: Mapping[str, Any]
    made_from: Mapping[str, str]


def judged(prepared: Prepared, own: pd.DataFrame, seen: np.ndarray) -> pd.DataFrame:
    """Return the table of one dataset's own translations, in which the judge saw the (N, width) labels `seen`.

    source: the face's class, or its attributes joined by '+'. counts, wrong: 1 or 0, see `verdicts`.
    """
    positions = own["image"].to_numpy()
    source, names = prepared.labels[positions], np.array(prepared.kind.names)
    counts, wrong = verdicts(prepared.kind, source, seen, own["target"].to_numpy(dtype=str))
    return own.assign(
        person=persons(prepared)[positions], source=["+".join(names[label == 1]) for label in source],
        counts=counts.astype(int), wrong=wrong.astype(int),
    )[list(COLUMNS)]  # fmt: skip


def described(prepared: Prepared, judge: Judge, real_wrong: np.ndarray) -> dict[str, Any]:
    """Return what a dataset is, by which judge it was judged, and how that does on its real test faces, as JSON values.

    real_wrong: of bits for attributes, of images for classes; not empty.
    """
    return {
        "synthetic": prepared.synthetic, "origin": dict(prepared.origin), "crop": dict(prepared.crop),
        "kind": prepared.kind.as_dict(), "images": {name: len(prepared.split(name)) for name in ("train", "test")},
        "prepared": prepared.digest, "judge": judge.weights_sha256,
        "real_error_percent": round(100 * float(real_wrong.mean()), DIGITS), "real_n": int(real_wrong.size),
        "real_wrong": int(real_wrong.sum()),
    }  # fmt: skip


def together(
    made: Translations, tables: list[pd.DataFrame], datasets: Mapping[str, Mapping[str, Any]], neutral: str
) -> Judgements:
    """Return the judgements of a run from those of its datasets, and what `described` says of these."""
    about = {
        "run": made.run, "method": made.method, "step": made.step, "image_size": made.image_size, "sizes": dict(made.sizes),
        "settings": dict(made.settings), "datasets": dict(datasets), "neutral": neutral,
    }  # fmt: skip
    return Judgements(pd.concat(tables).sort_index(), about, {str(TRANSLATIONS / made.run): made.about.digest})


def write_judgements(folder: Path, judgements: Judgements) -> None:
    """Write judgements.csv and judgements.json, both or none."""
    with whole_folder(folder) as temporary:
        judgements.table.to_csv(temporary / "judgements.csv", index=False, lineterminator="\n")
        files = {"judgements.csv": file_digest(temporary / "judgements.csv")}
        write_about(temporary / "judgements.json", FORM, judgements.about, files, judgements.made_from)
