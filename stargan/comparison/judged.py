"""The judgements of a run, as the evaluate stage leaves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from stargan.core.about import file_digest, read_about
from stargan.core.files import checked_name
from stargan.core.names import checked_label
from stargan.data.domains import LabelKind, label_kind
from stargan.errors import Fault, nearest
from stargan.results.judged import COLUMNS
from stargan.results.judgements import FORM
from stargan.results.naming import TITLES

TEXTS = ("set", "faces", "person", "labels", "source", "target", "predicted")
NUMBERS = ("image", "counts", "wrong", "others", "others_wrong")


@dataclass(frozen=True)
class Judged:
    """A run's translations as the judge saw them, and what the run was.

    rows: one a translation, of `COLUMNS`; `counts` and `wrong` are 0 or 1. datasets: for each, whether it was drawn, its
    origin, crop, kind and numbers of images, and the judge's error on real images. neutral: the class of a dataset
    that Table 3 starts from.
    """

    run: str
    method: str
    step: int
    """Iterations after which its generator was taken."""
    image_size: int
    sizes: Mapping[str, int]
    settings: Mapping[str, Any]
    datasets: Mapping[str, Mapping[str, Any]]
    neutral: Mapping[str, str]
    rows: pd.DataFrame

    def kind(self, dataset: str) -> LabelKind:
        """Return the labels that the run trained of a dataset."""
        return label_kind(self.datasets[dataset]["kind"])

    def start(self, dataset: str) -> str:
        """Return the class that a dataset's error starts from; "": every one."""
        return self.neutral.get(dataset, "")

    def dataset_of(self, kind: type[LabelKind]) -> str:
        """Return the run's one dataset of a label kind. Raises Fault where it has none or several."""
        found = [dataset for dataset in self.datasets if isinstance(self.kind(dataset), kind)]
        if len(found) != 1:
            raise Fault(
                f"data/judgements/{self.run}: {len(found)} datasets with {kind.__name__.lower()}, not 1; compare another run"
            )
        return found[0]


def read_judged(folder: Path) -> Judged:
    """Return the judgements in `folder`. Raises Fault where they are missing or of another form."""
    try:
        record = read_about(folder / "judgements.json", FORM)
        record.check_files({"judgements.csv": file_digest(folder / "judgements.csv")})
        about = record.values
        types = dict.fromkeys(TEXTS, str) | dict.fromkeys(NUMBERS, int)
        rows = pd.read_csv(folder / "judgements.csv", dtype=types, keep_default_na=False)
        if tuple(rows.columns) != COLUMNS:
            raise ValueError(f"columns {', '.join(rows.columns)}")
        if about["run"] != folder.name:
            raise ValueError(f"they are of the run {about['run']}")
        for name, dataset in about["datasets"].items():
            checked_name(name)
            label_kind(dataset["kind"])
        return Judged(
            run=checked_name(about["run"]),
            method=checked_name(about["method"]),
            step=int(about["step"]),
            image_size=int(about["image_size"]),
            sizes=dict(about["sizes"]),
            settings=dict(about["settings"]),
            datasets=dict(about["datasets"]),
            neutral={dataset: checked_label(name) for dataset, name in dict(about["neutral"]).items()},
            rows=rows,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: no judgements there ({error}); run `python -m stages.evaluate {folder.name}`") from error


def check_together(judged: Sequence[Judged], kind: type[LabelKind]) -> None:
    """Raise Fault where runs cannot stand in one table: a method twice, other datasets, other images, another protocol."""
    first = judged[0]
    dataset = first.dataset_of(kind)
    methods: dict[str, str] = {}
    for one in judged:
        if one.method not in TITLES:
            raise Fault(f"data/judgements/{one.run}: {one.method} is no method of the paper{nearest(one.method, TITLES)}")
        if one.method in methods:
            raise Fault(
                f"params.yaml: compare lists {methods[one.method]} and {one.run}, both {one.method}; list one of them"
            )
        methods[one.method] = one.run
        if one.dataset_of(kind) != dataset:
            raise Fault(
                f"data/judgements/{one.run}: trained on {one.dataset_of(kind)}, {first.run} on {dataset}; "
                "compare runs of one dataset"
            )
        for key, value in _tested(one, dataset).items():
            expected = _tested(first, dataset).get(key)
            if value != expected:
                raise Fault(
                    f"data/judgements/{one.run}: {dataset}'s {key} is {value}, that of {first.run} {expected}; "
                    "evaluate both on the same prepared set"
                )


def _tested(judged: Judged, dataset: str) -> dict[str, Any]:
    """Return what must be equal for two runs' test images to be the same: all that is told of the set but its labels."""
    about = judged.datasets[dataset]
    same = {key: about[key] for key in sorted(about) if key != "kind" and not key.startswith("real_")}
    return {"image_size": judged.image_size, "neutral": judged.start(dataset), **same}
