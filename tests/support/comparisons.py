"""Judgements of runs in the paper's setup, worked out from its numbers."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stargan.comparison import paper
from stargan.comparison.comparison import Comparison, compared
from stargan.comparison.judged import Judged
from stargan.comparison.numbers import Number
from stargan.comparison.paper import ATTRIBUTES, ERRORS, EXPRESSIONS, Setup
from stargan.data.domains import Classes, LabelKind
from stargan.results.judged import COLUMNS
from stargan.results.naming import TITLES
from support.sets import FACES

ROOT = Path(__file__).parents[2]
METHODS = tuple(TITLES)
MOODS = Classes(("angry", "contemptuous", "disgusted", "fearful", "happy", "neutral", "sad", "surprised"), "mood")
SETS: dict[str, tuple[LabelKind, Setup]] = {"moods": (MOODS, EXPRESSIONS), "faces": (FACES, ATTRIBUTES)}
COUNTS = {"moods": {"train": 4342, "test": 482}, "faces": {"train": 200_599, "test": 2000}}
NO_VOTES = {"raters": 0, "raters_discarded": 0}


def nested(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return dotted keys as sections."""
    sections: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        sections.setdefault(section, {})[name] = value
    return sections


ITERATIONS = {"moods": 54_400, "faces": 250_760}
"""200 x ceil(4342 / 16), 20 x ceil(200599 / 16)."""


def paper_settings(method: str, dataset: str) -> dict[str, Any]:
    """Return the settings of a training by the paper, worked out from its numbers."""
    whole: dict[str, Any] = {"unit": "epochs", "length": 200, "decay": 100}
    run = {"run": whole} if method == "stargan" else {"run": {"like": "run"}, "like": whole}
    settings = nested({**paper.TRAINING[method], **paper.WIDTHS[method]})
    return settings | {"seed": 1} | run


def rows_of(dataset: str, judgements: list[tuple[int, str, str, str, int, int]]) -> pd.DataFrame:
    """Return rows of (image, person, source, target, counts, wrong)."""
    table = pd.DataFrame(judgements, columns=["image", "person", "source", "target", "counts", "wrong"])
    return table.assign(set="own", faces=dataset, labels=dataset, predicted="", others=0, others_wrong=0)[list(COLUMNS)]


def calm_rows(wrong: int, people: int = 60) -> list[tuple[int, str, str, str, int, int]]:
    """Return calm faces, one a person, made each of seven moods; the first `wrong` are seen otherwise."""
    targets = [name for name in MOODS.names if name != "neutral"]
    pairs = [(image, target) for image in range(people) for target in targets]
    return [(image, f"p{image}", "neutral", target, 1, int(place < wrong)) for place, (image, target) in enumerate(pairs)]


def face_rows(wrong: int) -> list[tuple[int, str, str, str, int, int]]:
    """Return ten black-haired men made blond, female, and both; of each the first `wrong` are seen otherwise."""
    targets = ("Blond_Hair", "~Male", "Blond_Hair+~Male")
    return [
        (image, f"image {image}", "Black_Hair+Male+Young", target, 1, int(image < wrong))
        for target in targets
        for image in range(10)
    ]


def judged(method: str, dataset: str = "moods", wrong: int = 9) -> Judged:
    """Return the judgements of a run in the paper's setup."""
    kind, setup = SETS[dataset]
    about = {
        "synthetic": False,
        "origin": {"kind": "files"},
        "crop": {"kind": "centre", "side": 178},
        "kind": kind.as_dict(),
        "images": COUNTS[dataset],
        "real_error_percent": 0.414938,
        "real_n": 482,
        "real_wrong": 2,
    }
    sizes = {
        "parameters": setup.parameters.get(method, 67_800_000),
        "models": paper.MODELS[method],
        "train_images": 870_400,
        "train_flops": 2 * 10**18,
    }
    rows = calm_rows(wrong) if dataset == "moods" else face_rows(wrong)
    return Judged(
        f"{method}-{dataset}",
        method,
        ITERATIONS[dataset],
        128,
        sizes,
        paper_settings(method, dataset),
        {dataset: about},
        {"moods": "neutral"},
        rows_of(dataset, rows),
    )


def changed(one: Judged, key: str, value: object) -> Judged:
    """Return judgements with one setting ('train.batch'), fact of the dataset ('synthetic') or field changed."""
    if "." in key:
        section, name = key.split(".")
        return replace(one, settings={**one.settings, section: {**one.settings[section], name: value}})
    if key in one.settings:
        return replace(one, settings={**one.settings, key: value})
    if key in one.sizes:
        return replace(one, sizes={**one.sizes, key: value})  # type: ignore[dict-item]
    dataset, about = next(iter(one.datasets.items()))
    if key in about:
        return replace(one, datasets={dataset: {**about, key: value}})
    return replace(one, **{key: value})  # type: ignore[arg-type]


def random() -> np.random.Generator:
    return np.random.default_rng(3)


def whole(moods: list[Judged], faces: list[Judged] | None = None, votes: Mapping[str, float] = NO_VOTES) -> Comparison:
    return compared(faces or [judged("stargan", "faces")], moods, votes, 50, random)


def of(found: Comparison) -> dict[tuple[int, str, str], Number]:
    return {(one.table, one.row, one.column): one for one in found.numbers}


def in_papers_order() -> list[Judged]:
    """Return four runs in the paper's setup that err on 9, 17, 25 and 34 of 420: 2.1, 4.0, 6.0 and 8.1 %."""
    order = sorted(ERRORS, key=lambda method: ERRORS[method])
    return [judged(method, wrong=wrong) for method, wrong in zip(order, (9, 17, 25, 34), strict=True)]
