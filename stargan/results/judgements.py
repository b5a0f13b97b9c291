"""The judged translations of a run on disk, with what they were judged by."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.core.about import file_digest, write_about
from stargan.core.files import whole_folder
from stargan.core.measures import DIGITS
from stargan.data.prepared import Prepared
from stargan.judge.judge import Judge
from stargan.results.translations import TRANSLATIONS, Translations

FORM = "judgements"


@dataclass(frozen=True)
class Judgements:
    """A run's judged translations.

    table: one row a translation of `JUDGED`, of `COLUMNS`, in the index's order. about: which run it is and what it was
    judged with, as JSON values. made_from: the digest of the translations by their folder.
    """

    table: pd.DataFrame
    about: Mapping[str, Any]
    made_from: Mapping[str, str]


def described(prepared: Prepared, judge: Judge, real_wrong: np.ndarray) -> dict[str, Any]:
    """Return what a dataset is, by which judge it was judged, and how that does on its real test faces, as JSON values.

    real_wrong: of bits for attributes, of images for classes; not empty.
    """
    return {
        "synthetic": prepared.synthetic,
        "origin": dict(prepared.origin),
        "crop": dict(prepared.crop),
        "kind": prepared.kind.as_dict(),
        "images": {name: len(prepared.split(name)) for name in ("train", "test")},
        "prepared": prepared.digest,
        "judge": judge.weights_sha256,
        "real_error_percent": round(100 * float(real_wrong.mean()), DIGITS),
        "real_n": int(real_wrong.size),
        "real_wrong": int(real_wrong.sum()),
    }


def judgements_of(
    made: Translations, tables: list[pd.DataFrame], datasets: Mapping[str, Mapping[str, Any]], neutral: Mapping[str, str]
) -> Judgements:
    """Return the judgements of a run from those of its datasets, what `described` says of these, and `neutral`."""
    about = {
        "run": made.run,
        "method": made.method,
        "step": made.step,
        "image_size": made.image_size,
        "sizes": dict(made.sizes),
        "settings": dict(made.settings),
        "datasets": dict(datasets),
        "neutral": {dataset: name for dataset, name in neutral.items() if dataset in datasets},
    }
    return Judgements(pd.concat(tables).sort_index(), about, {str(TRANSLATIONS / made.run): made.about.digest})


def write_judgements(folder: Path, judgements: Judgements) -> None:
    """Write judgements.csv and judgements.json, both or none."""
    with whole_folder(folder) as temporary:
        table = judgements.table.astype({"counts": int, "wrong": int})
        table.to_csv(temporary / "judgements.csv", index=False, lineterminator="\n")
        files = {"judgements.csv": file_digest(temporary / "judgements.csv")}
        write_about(temporary / "judgements.json", FORM, judgements.about, files, judgements.made_from)
