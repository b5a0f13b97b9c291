"""Datasets and runs are params: a run on three datasets is trained again when one of them changes, and nothing else is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from support.repository import Repository
from support.tour import ran_in

TRAININGS = "train@celeba train@rafd train@both train@three"
MINE = {
    "form": "folders",
    "path": "moods",
    "title": "mood",
    "split": "image",
    "test_share": 0.2,
    "seed": 1,
    "bad_images": "stop",
}
THREE = {
    "method": "stargan",
    "datasets": ["celeba", "rafd", "mine"],
    "faces": ["celeba", "rafd", "mine"],
    "labels": [],
    "unit": "iterations",
    "length": 3,
    "decay": 1,
}


def rewrite(folder: Path, change: Callable[[dict[str, dict[str, Any]]], object]) -> None:
    """Change params.yaml as a user's editor would."""
    yaml = YAML()
    values = yaml.load((folder / "params.yaml").read_text())
    change(values)
    with (folder / "params.yaml").open("w") as out:
        yaml.dump(values, out)


def draw(folder: Path, seed: int) -> None:
    """Write ten pictures of noise in each of two class folders."""
    for mood, images in zip(("glad", "sad"), np.random.default_rng(seed).integers(0, 256, (2, 10, 9, 9, 3)), strict=True):
        (folder / "moods" / mood).mkdir(parents=True, exist_ok=True)
        for number, image in enumerate(images.astype(np.uint8)):
            Image.fromarray(image).save(folder / f"moods/{mood}/{number}.png")


@pytest.fixture
def three(copy: Repository) -> Repository:
    """A repository with a third dataset and a run on all three."""
    draw(copy.path, seed=1)
    rewrite(copy.path, lambda values: (values["datasets"].update(mine=MINE), values["runs"].update(three=THREE)))
    return copy


def trained(three: Repository) -> set[str]:
    """Bring the trainings up to date; return which ran."""
    return {stage for stage in ran_in(three.sh(f"dvc repro {TRAININGS}")) if stage.startswith("train@")}


def test_a_run_on_three_datasets_follows_each_of_them(three: Repository) -> None:
    assert trained(three) == {"train@three"}  # adding a dataset and a run trains nothing again
    assert trained(three) == set()
    draw(three.path, seed=2)
    assert trained(three) == {"train@three"}
    rewrite(three.path, lambda values: values["datasets"]["celeba"].update(seed=7))
    assert trained(three) == {"train@celeba", "train@both", "train@three"}
    rewrite(three.path, lambda values: values["datasets"]["rafd"].update(seed=7))
    assert trained(three) == {"train@rafd", "train@both", "train@three"}
    rewrite(three.path, lambda values: values["bookkeeping"].update(log_every=1, sample_every=2, checkpoint_every=2))
    assert trained(three) == set()


def test_its_faces_are_translated_and_judged(three: Repository) -> None:
    said = three.sh("dvc repro evaluate@three")
    assert ran_in(said) == {"prepare@mine", "classifier@mine", "plan"} | {
        f"{stage}@three" for stage in ("train", "translate", "evaluate")
    }
    assert {"error/mine", "error/rafd", "error/celeba/Blond_Hair"} <= three.measures("three").keys()


def test_another_size_is_params_alone(copy: Repository) -> None:
    rewrite(
        copy.path,
        lambda values: (
            values["datasets"]["celeba"].update(sizes=[32, 16]),
            values["runs"]["celeba"].update(image_size=16),
            values["train"].update(d_layers=2),
        ),
    )
    said = copy.sh("dvc repro evaluate@celeba")
    assert {"prepare@celeba", "classifier@celeba", "train@celeba", "evaluate@celeba"} <= ran_in(said)
    assert copy.measures("celeba")["image_size"].value == 16
