"""Faces of one dataset given the classes of another, on flat pictures whose colours a judge reads."""

import math
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.across import across
from stargan.evaluation.errors import errors
from stargan.evaluation.protocol import Protocol
from stargan.judge.classifier import Classifier
from stargan.judge.judge import Judge
from stargan.results.judged import judged
from stargan.results.translations import Translations
from support.measures import values
from support.sets import NO_RECORD

SIZE = 8
KINDS: dict[str, LabelKind] = {
    "faces": Attributes(("Male", "Young")),
    "moods": Classes(("angry", "happy"), "mood"),
    "more": Attributes(("Young",)),
}
PROTOCOL = Protocol({}, kid_subset=10, bootstrap=20, truths=10, seed=1)
HIGH, LOW = 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))
SURE, UNSURE = math.e / (math.e + 1 / math.e), 1 / math.e / (math.e + 1 / math.e)


class Colours(nn.Module):
    """Logits are channels of the first pixel: -1 for level 0, 1 for level 255."""

    def __init__(self, channels: slice) -> None:
        super().__init__()
        self.weight, self.channels = nn.Parameter(torch.zeros(1)), channels

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return images.flatten(1)[:, :1].expand(-1, 512), images[:, self.channels, 0, 0]


def flat(*colours: tuple[int, int, int]) -> np.ndarray:
    """One uniform picture a colour, in bits."""
    return np.array(colours, dtype=np.uint8).reshape(-1, 1, 1, 3).repeat(SIZE, 1).repeat(SIZE, 2) * 255


# The faces' judge reads Male in red and Young in green; that of the moods reads angry in green and happy in blue.
CHANNELS = {"faces": slice(0, 2), "moods": slice(1, 3), "more": slice(1, 2)}
JUDGES = {name: Judge(cast(Classifier, Colours(CHANNELS[name])), kind, SIZE, "") for name, kind in KINDS.items()}


def prepared(name: str, images: np.ndarray) -> Prepared:
    n, kind = len(images), KINDS[name]
    rows = pd.DataFrame({"source": "", "person": "", "split": ["test"] * n})
    return Prepared(name, SIZE, kind, images, np.zeros((n, kind.width), np.uint8), rows, {"kind": "files"}, {}, "", "")


SETS = {
    "faces": prepared("faces", flat((0, 1, 0), (1, 1, 1), (1, 1, 0))),
    "moods": prepared("moods", flat((0, 0, 0))),
    "more": prepared("more", flat((0, 0, 0))),
}


def made(images: np.ndarray, rows: list[tuple[str, str, int, str]]) -> Translations:
    """Translations to classes of moods: (set, faces, image, target)."""
    index = pd.DataFrame(rows, columns=["set", "faces", "image", "target"]).assign(labels="moods", mask="moods")
    return Translations("run", "stargan", "", 1, SIZE, ("moods",), ("moods",), (), {}, {}, images, index, NO_RECORD)


def measured(sets: dict[str, Prepared], made: Translations, dataset: str = "moods") -> dict[str, float]:
    """What is found across datasets, and the errors of the same judged table."""
    judge, rows = JUDGES[dataset], made.index[made.index["labels"] == dataset]
    seen = judge.see(made.images, rows.index.to_numpy())
    table = judged(dataset, sets, rows, judge.labels(seen))
    measures = [*across(dataset, sets, JUDGES, table, judge.probabilities(seen), made)]
    return values([*measures, *errors(table, sets[dataset].kind, dataset, PROTOCOL)])


def found(images: np.ndarray, rows: list[tuple[str, str, int, str]]) -> dict[str, float]:
    return measured(SETS, made(images, rows))


def test_probabilities_of_the_class_asked_for_and_of_the_same_in_the_input() -> None:
    # Two of three seen as asked: green is angry, blue happy.
    got = found(
        flat((0, 1, 0), (0, 0, 1), (0, 1, 0)),
        [("cross", "faces", 0, "angry"), ("cross", "faces", 2, "happy"), ("cross", "faces", 1, "happy")],
    )
    assert got["cross_probability"] == pytest.approx((SURE + SURE + UNSURE) / 3)
    assert got["cross_error"] == pytest.approx(100 / 3)
    # Inputs: face 0 is green, so angry; 2 green too, not happy; 1 both, so half.
    assert got["cross_input_probability"] == pytest.approx((SURE + UNSURE + 0.5) / 3)
    assert not any(key.startswith("wrong_mask") for key in got)


def test_changes_of_the_faces_own_attributes_under_either_mask() -> None:
    got = found(
        flat((0, 0, 1), (1, 0, 1), (0, 1, 0)),
        [("cross", "faces", 0, "happy"), ("wrong_mask", "faces", 0, "happy"), ("cross", "faces", 1, "angry")],
    )
    # Cross: Male of 0 stays, of 1 goes; Young of 0 goes, of 1 stays. Wrong mask: Male of 0 comes, Young goes.
    assert got["cross_probability_change/Male"] == pytest.approx((LOW - HIGH) / 2)
    assert got["cross_probability_change/Young"] == pytest.approx((LOW - HIGH) / 2)
    assert got["wrong_mask_probability_change/Male"] == pytest.approx(HIGH - LOW)
    assert got["wrong_mask_probability_change/Young"] == pytest.approx(LOW - HIGH)
    assert got["wrong_mask_probability"] == pytest.approx(SURE)
    assert not any(key.startswith("wrong_mask_input") for key in got)


def test_faces_of_two_datasets_are_taken_together_where_they_share_an_attribute() -> None:
    got = found(
        flat((0, 0, 0), (0, 1, 0), (0, 1, 0)),
        [("cross", "faces", 0, "happy"), ("cross", "more", 0, "angry"), ("cross", "faces", 1, "angry")],
    )
    # Young goes from face 0, comes to the other dataset's, and stays with face 1.
    assert got["cross_probability_change/Young"] == pytest.approx(0)
    assert got["cross_probability_change/Male"] == pytest.approx((LOW - HIGH) / 2)
    assert got["cross_input_probability"] == pytest.approx((UNSURE + 0.5 + 0.5) / 3)


def test_faces_with_classes_of_their_own_have_no_changes() -> None:
    got = found(flat((0, 1, 0)), [("cross", "moods", 0, "angry")])
    assert not any("change" in key for key in got)
    assert got["cross_error"] == 0


def test_sharpness_of_translations_and_of_their_inputs() -> None:
    images, faces = np.zeros((2, SIZE, SIZE, 3), np.uint8), flat((0, 0, 0), (0, 0, 0))
    images[0, 4, 4] = faces[1, 2, 2] = 255
    sets = {**SETS, "faces": prepared("faces", faces)}
    rows = [("cross", "faces", 1, "angry"), ("cross", "faces", 0, "angry"), ("wrong_mask", "faces", 0, "angry")]
    got = measured(sets, made(images[[0, 1, 0]], rows))
    one = (16 + 4) / SIZE**2  # a white dot: -4, and 1 four times
    assert got["cross_sharpness"] == pytest.approx(one / 2)
    assert got["cross_input_sharpness"] == pytest.approx(one / 2)
    assert got["wrong_mask_sharpness"] == pytest.approx(one)
    twice = measured(sets, made(images[[0, 0, 0]], [rows[0], ("cross", "faces", 1, "happy"), rows[1]]))
    assert twice["cross_input_sharpness"] == pytest.approx(2 * one / 3)


def test_nothing_asked_nothing_found() -> None:
    own = found(flat((0, 0, 0)), [("own", "moods", 0, "angry")])
    assert not any(key.startswith(("cross", "wrong_mask")) for key in own)
    # Attributes are not asked for across datasets.
    rows = made(flat((0, 0, 0)), [("cross", "moods", 0, "Male")])
    rows.index["labels"] = "faces"
    assert not any("probability" in key or "sharpness" in key for key in measured(SETS, rows, "faces"))
