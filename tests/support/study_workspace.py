"""A workspace in which the study stage runs: two sets, and four methods' translations of each."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stages import study
from stargan import tracking
from stargan.core.params import load, read_yaml
from stargan.data.domains import LabelKind
from stargan.data.prepared import read_prepared
from stargan.data.records import prepared_folder
from stargan.results.translations import write_record
from support.params import write_params
from support.processes import ROOT
from support.sets import FACES, MOODS, write_set

METHODS = ("stargan", "diat", "cyclegan", "icgan")
KINDS: dict[str, LabelKind] = {"celeba": FACES, "rafd": MOODS}
TARGETS = {"celeba": ["Black_Hair", "Blond_Hair", "~Male", "~Young", "Brown_Hair+~Male"], "rafd": ["angry", "happy"]}
LABELS: dict[str, list[str]] = {"celeba": list(FACES.names), "rafd": []}
SIZE = 32
QUESTIONS, CHECKS = 10, 2


def portrait(label: np.ndarray, tint: int) -> np.ndarray:
    """Return a disc for a face; its colours tell label and tint apart."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside = (rows - SIZE / 2) ** 2 + (columns - SIZE / 2) ** 2 < (SIZE / 3) ** 2
    code = int(np.packbits(label)[0])
    return np.where(inside[..., None], [200, 150, code], [60 + tint, 120, 255 - tint]).astype(np.uint8)


def write_portraits(root: Path, dataset: str, count: int = 24) -> None:
    """Write a prepared set; its first half is the test split, two images a person."""
    labels = np.eye(KINDS[dataset].width, dtype=np.uint8)[np.arange(count) % 3]
    splits, people = ["test"] * (count // 2) + ["train"] * (count // 2), [str(index // 2) for index in range(count)]
    images = np.stack([portrait(label, 0) for label in labels])
    write_set(root / "data/prepared" / dataset / str(SIZE), dataset, KINDS[dataset], images, labels, splits, people)


def write_run(root: Path, dataset: str, method: str, test: int = 12) -> None:
    """Write translations of all test faces to all targets, tinted by method."""
    run = dataset if method == "stargan" else f"{method}-{dataset}"
    folder = root / "data/translations" / run
    folder.mkdir(parents=True)
    rows = [("own", dataset, image, dataset, target, dataset) for target in TARGETS[dataset] for image in range(test)]
    pd.DataFrame(rows, columns=["set", "faces", "image", "labels", "target", "mask"]).to_csv(
        folder / "index.csv", index=False
    )
    tint = 40 * METHODS.index(method)
    np.save(folder / "images.npy", np.stack([portrait(np.array([1, n % 2]), tint) for n in range(len(rows))]))
    prepared = prepared_folder(dataset, SIZE)
    write_record(
        folder,
        {
            "run": run,
            "method": method,
            "model_md5": "",
            "step": 1,
            "sizes": {},
            "datasets": [dataset],
            "faces": [dataset],
            "labels": LABELS[dataset],
            "image_size": SIZE,
            "settings": {},
        },
        {str(prepared): read_prepared(root / prepared).digest},
    )


STARGANS = read_yaml(ROOT / "params.yaml")["runs"]


def baseline(method: str, dataset: str) -> dict[str, Any]:
    """Return a baseline's params."""
    pairs = [["Male", "-Male"] if dataset == "celeba" else ["neutral", "happy"]]
    return {
        "method": method,
        "like": dataset,
        "datasets": [dataset],
        "faces": [dataset],
        "labels": LABELS[dataset],
        "pairs": [] if method == "icgan" else pairs,
    }


def write_workspace(root: Path, **compare: list[str]) -> None:
    """Write what the study stage reads: params with eight runs, two sets, four methods' translations of each."""
    runs = {f"{method}-{dataset}": baseline(method, dataset) for dataset in KINDS for method in METHODS[1:]}
    both = {
        "attributes": ["celeba", *(f"{method}-celeba" for method in METHODS[1:])],
        "expressions": ["rafd", *(f"{method}-rafd" for method in METHODS[1:])],
    }
    patch = {f"compare__{key}": names for key, names in (both | compare).items()}
    write_params(root / "params.yaml", runs=STARGANS | runs, study__questions=QUESTIONS, study__validation=CHECKS, **patch)
    for dataset in KINDS:
        write_portraits(root, dataset)
        for method in METHODS:
            write_run(root, dataset, method)


def run_in(root: Path, command: Callable[[], None]) -> None:
    """Run a stage's function in `root` in this process, without MLflow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(tracking, "stage_run", lambda *_: nullcontext(tracking.Run("test", None)))
        command()


def study_in(root: Path) -> None:
    run_in(root, lambda: study.run(load()))
