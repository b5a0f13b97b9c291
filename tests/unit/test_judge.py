"""The judge: what it is asked for, and the probabilities it gives, by hand."""

import math
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from stargan.data.domains import Attributes, LabelKind
from stargan.judge.classifier import Classifier
from stargan.judge.judge import Judge
from support.sets import LOOKS, MOODS


class Colours(nn.Module):
    """Logits are the red, green and blue of the first pixel: -1 for level 0, 1 for level 255."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return images.flatten(1)[:, :1].expand(-1, 512), images[:, :, 0, 0]


def judge(kind: LabelKind) -> Judge:
    return Judge(cast(Classifier, Colours()), kind, 2, "")


IMAGES = np.array([[255, 0, 0], [0, 255, 255]], dtype=np.uint8).reshape(2, 1, 1, 3).repeat(2, axis=1).repeat(2, axis=2)
BOTH = np.arange(2)


def test_a_judge_asked_for_some_attributes_reads_their_columns() -> None:
    some = judge(LOOKS).select_labels(["Male", "Black"])
    assert some.kind == Attributes(("Male", "Black"))
    assert some.labels(some.see(IMAGES, BOTH)).tolist() == [[0, 1], [1, 0]]
    assert some.select_labels(["Black"]).labels(some.select_labels(["Black"]).see(IMAGES, BOTH)).tolist() == [[1], [0]]
    assert some.see(IMAGES, BOTH[:0]).logits.shape == (0, 2)


def test_all_attributes_and_classes_are_asked_as_they_are() -> None:
    for kind, names in ((LOOKS, []), (MOODS, ["Male"])):
        every, asked = judge(kind), judge(kind).select_labels(names)
        assert asked.kind == kind
        assert torch.equal(asked.see(IMAGES, BOTH).logits, every.see(IMAGES, BOTH).logits)


def test_probabilities_of_attributes_are_each_its_own_and_of_classes_sum_to_one() -> None:
    faces, moods = judge(LOOKS), judge(MOODS)
    seen = faces.see(IMAGES, BOTH)
    high, low = 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))
    assert faces.probabilities(seen) == pytest.approx(np.array([[high, low, low], [low, high, high]]))
    e = math.e
    assert moods.probabilities(seen)[0] == pytest.approx(np.array([e, 1 / e, 1 / e]) / (e + 2 / e))
    assert moods.probabilities(seen).sum(axis=1) == pytest.approx([1, 1])
