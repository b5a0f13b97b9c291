"""Reconstruction on flat pictures, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.evaluation.reconstruction import mean_face, reconstruction
from stargan.judge.judge import BATCH
from stargan.results.translations import Translations
from support.measures import counts, values
from support.sets import NO_RECORD


def flat(*levels: int) -> np.ndarray:
    return np.stack([np.full((16, 16, 3), level, dtype=np.uint8) for level in levels])


def prepared(images: np.ndarray, train: int) -> Prepared:
    n = len(images)
    rows = pd.DataFrame({"source": "", "person": "", "split": ["train"] * train + ["test"] * (n - train)})
    return Prepared("moods", 16, Classes(("a",)), images, np.ones((n, 1), np.uint8), rows, {"kind": "files"}, {}, "", "")


def made(images: np.ndarray, sets: list[str], faces: list[int]) -> Translations:
    index = pd.DataFrame({"set": sets, "faces": "moods", "image": faces, "target": "a", "labels": "moods", "mask": "moods"})
    return Translations("run", "stargan", "", 1, 16, ("moods",), ("moods",), (), {}, {}, images, index, NO_RECORD)


def test_beside_the_mean_training_face() -> None:
    # Train: 0, 0, 100, of mean 33.3. Inputs 80 and 20 came back as 70 and 25; an own translation is none of it.
    data = prepared(flat(0, 0, 100, 80, 20), train=3)
    measures = reconstruction(data, made(flat(70, 200, 25), ["reconstruction", "own", "reconstruction"], [3, 3, 4]))
    found = values(measures)
    assert found["reconstruction_l1"] == pytest.approx((10 + 5) / 2 / 255)
    assert found["reconstruction_mean_face_l1"] == pytest.approx((80 - 33 + 33 - 20) / 2 / 255)
    assert counts(measures) == {f"reconstruction_{name}": 2 for name in ("l1", "psnr", "ssim", "mean_face_l1")}


def test_each_way_back_has_its_own_values() -> None:
    data = prepared(flat(0, 80, 20), train=1)
    ways = made(flat(70, 25, 60), ["reconstruction"] * 3, [1, 2, 1])
    ways = replace(ways, index=ways.index.assign(target=["a", "a", "~b"]))
    found = values(reconstruction(data, ways))
    assert found["reconstruction_l1/a"] == pytest.approx((10 + 5) / 2 / 255)
    assert found["reconstruction_l1/~b"] == pytest.approx(20 / 255)
    assert found["reconstruction_l1"] == pytest.approx((10 + 5 + 20) / 3 / 255)
    assert found["reconstruction_mean_face_l1/~b"] == pytest.approx(80 / 255)


def test_without_reconstructions_there_is_nothing() -> None:
    assert reconstruction(prepared(flat(0, 1), train=1), made(flat(5), ["own"], [1])) == []


def test_the_mean_face_is_a_picture_of_the_train_split_alone() -> None:
    images = np.concatenate([flat(*[0] * BATCH), flat(*[255] * BATCH), flat(7)])
    images[:BATCH, 0, 0, 1] = 255
    average = mean_face(prepared(images, train=2 * BATCH))
    assert average.dtype == np.uint8
    assert average.shape == (16, 16, 3)
    assert (average[1:] == 128).all()
    assert average[0, 0].tolist() == [128, 255, 128]
