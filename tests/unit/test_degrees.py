"""Translations by degrees: of a label, and between two."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from stargan.data.domains import Attributes, Classes, DomainSpace
from stargan.data.pixels import to_uint8
from stargan.errors import Fault
from stargan.models.assembly import Model, load_model
from stargan.models.translators import PairTranslator
from support.sets import BOTH, MOODS, write_generator

CPU = torch.device("cpu")
FACE = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)


class Told:
    """A translator that keeps the label vectors which it is given, and returns the images."""

    direct = True

    def __init__(self) -> None:
        self.goals: list[list[float]] = []

    def can_translate(self, path: Any) -> Tensor:
        return torch.ones(1, dtype=torch.bool)

    def translate(self, x: Tensor, path: Any) -> Tensor:
        self.goals.append(path[-1][0].tolist())
        return x


def told(space: DomainSpace = BOTH) -> tuple[Model, list[list[float]]]:
    translator = Told()
    return Model(translator, space, 16, {"method": "stargan", "architecture": {}}, CPU), translator.goals


@pytest.mark.parametrize(
    ("to", "given", "strength", "expected"),
    [
        ("Blond_Hair", "", 0.5, [0, 0.5, 0, 0, 0, 0, 0, 0, 1, 0]),
        ("Blond_Hair", "Black_Hair,Male", 0.25, [0.75, 0.25, 0, 1, 0, 0, 0, 0, 1, 0]),
        ("Blond_Hair", "Black_Hair,Male", 2, [-1, 2, 0, 1, 0, 0, 0, 0, 1, 0]),
        ("~Male", "Black_Hair,Male", 0, [1, 0, 0, 1, 0, 0, 0, 0, 1, 0]),
        ("happy", "neutral", 1.5, [0, 0, 0, 0, 0, 0, 1.5, -0.5, 0, 1]),
    ],
)
def test_a_strength_scales_the_change_of_the_label_and_not_the_mask(
    to: str, given: str, strength: float, expected: list[float]
) -> None:
    model, goals = told()
    assert np.array_equal(model.translate(FACE, to, given, strength), FACE)
    assert goals == [expected]


def test_between_two_targets_labels_go_in_equal_steps() -> None:
    model, goals = told()
    assert model.between(FACE, "angry", "neutral", 3).shape == (3, 16, 16, 3)
    assert goals == [[0, 0, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0.5, 0, 0.5, 0, 1], [0, 0, 0, 0, 0, 0, 0, 1, 0, 1]]


def test_the_ends_are_the_translations_and_half_is_another(tmp_path: Path) -> None:
    write_generator(tmp_path / "g.safetensors")
    model = load_model(tmp_path / "g.safetensors")
    strip = model.between(FACE, "happy", "angry", 5)
    assert np.array_equal(strip[0], model.translate(FACE, "happy"))
    assert np.array_equal(strip[-1], model.translate(FACE, "angry"))
    assert not np.array_equal(strip[2], strip[0])
    assert np.array_equal(model.translate(FACE, "happy", "", 1), model.translate(FACE, "happy"))


@pytest.mark.parametrize(
    ("given", "attributes"),
    [
        ("", ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"]),
        ("Male", ["Black_Hair", "Blond_Hair", "Brown_Hair", "~Male", "~Young"]),
    ],
)
def test_all_targets_of_a_model(given: str, attributes: list[str]) -> None:
    """What is given of attributes says nothing for classes of another dataset."""
    expected = dict.fromkeys(attributes, given) | dict.fromkeys(MOODS.names, "")
    assert told()[0].targets(given) == expected


def test_names_that_hold_operators_are_targets_too() -> None:
    space = DomainSpace(("mine", "moods"), (Attributes(("a+b", "-30", "x,y")), Classes(("~x", "0"))))
    model, goals = told(space)
    for target in model.targets():
        model.translate(FACE, target)
    assert [goal.index(1) for goal in goals] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("strength", "said"),
    [(-0.1, "strength -0.1 is not from 0 to 2"), (2.5, "strength 2.5 is not from 0 to 2"), (float("nan"), "strength nan")],
)
def test_a_strength_out_of_range_is_refused(strength: float, said: str) -> None:
    with pytest.raises(Fault, match=said):
        told()[0].translate(FACE, "happy", "", strength)


def test_what_has_no_degrees_says_so() -> None:
    pair = ("angry", "happy")
    translator = PairTranslator({pair: torch.nn.Identity()}, MOODS)
    header = {"method": "diat", "architecture": {"pairs": [pair]}}
    model = Model(translator, DomainSpace(("moods",), (MOODS,)), 16, header, CPU)
    assert model.targets("angry") == {"happy": "angry"}
    assert model.targets() == {}
    with pytest.raises(Fault, match="networks of diat know no degrees"):
        model.translate(FACE, "happy", "angry", 0.5)
    with pytest.raises(Fault, match="networks of diat know no degrees"):
        model.between(FACE, "happy", "angry", 3, "angry")


@pytest.mark.parametrize(
    ("first", "last", "steps", "said"),
    [
        ("happy", "Young", 3, "belong to different datasets"),
        ("happy", "angry", 1, "1 steps lead from no target"),
        ("happy", "glad", 3, "label 'glad' is unknown"),
    ],
)
def test_a_way_that_is_none_is_refused(first: str, last: str, steps: int, said: str) -> None:
    with pytest.raises(Fault, match=said):
        told()[0].between(FACE, first, last, steps)


def test_pixels_beyond_white_are_white() -> None:
    assert to_uint8(torch.full((1, 3, 1, 1), 1.7)).max() == 255


def test_labels_that_two_datasets_have_are_asked_for_by_the_dataset() -> None:
    space = DomainSpace(("one", "two"), (Classes(("007", "a")), Classes(("b", "007"))))
    model, goals = told(space)
    assert list(model.targets()) == ["one/007", "a", "b", "two/007"]
    for target in model.targets():
        model.translate(FACE, target)
    assert [goal.index(1) for goal in goals] == [0, 1, 2, 3]
    with pytest.raises(Fault, match="target 007: several datasets have such labels; write one/007 or two/007"):
        model.translate(FACE, "007")
