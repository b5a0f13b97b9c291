"""Which translations are asked for, and that they arrive where the index says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.data.domains import Classes, DomainSpace
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.models.translation import Request, feasible, path_of, requests, rows_of_faces, served, translated
from support.sets import LOOKS

MOODS = Classes(("happy", "sad"))
BOTH = DomainSpace(("celeba", "rafd"), (LOOKS, MOODS))


class Painter:
    """A translator whose images tell the label vector: the value of each label bit, as a share of white, by row."""

    direct = True

    def can_translate(self, path: Sequence[torch.Tensor]) -> torch.Tensor:
        return path[0][:, 2] == 1  # only those that are Male

    def translate(self, x: torch.Tensor, path: Sequence[torch.Tensor]) -> torch.Tensor:
        out = torch.full_like(x, -1)
        out[:, 0, : path[-1].shape[1], 0] = path[-1] * 2 - 1
        out[:, 1] = x[:, 1]
        return out


def prepared(count: int = 5) -> Prepared:
    images = np.zeros((count, 8, 8, 3), np.uint8)
    images[..., 1] = np.arange(count)[:, None, None]
    labels = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]], np.uint8)[:count]
    rows = pd.DataFrame({"source": "", "person": "", "split": ["train"] + ["test"] * (count - 1)})
    return Prepared("celeba", 8, LOOKS, images, labels, rows, {"kind": "files"}, {}, "", "")


def test_one_dataset_asks_for_its_own_targets_and_the_reconstruction() -> None:
    space = DomainSpace(("celeba",), (LOOKS,))
    assert requests(space, ["celeba"], {}) == [
        Request("own", "celeba", "celeba", "Black", "celeba"),
        Request("own", "celeba", "celeba", "Blond", "celeba"),
        Request("own", "celeba", "celeba", "~Male", "celeba"),
        *(Request("reconstruction", "celeba", "celeba", target, "celeba") for target in ("Black", "Blond", "~Male")),
    ]
    found = requests(space, ["celeba"], {"celeba": ["Blond+~Male"]})
    assert [(r.set, r.target) for r in found] == [("own", "Blond+~Male"), ("reconstruction", "Blond+~Male")]


def test_targets_that_a_run_does_not_know_are_left_out() -> None:
    space = DomainSpace(("celeba",), (LOOKS,))
    found = requests(space, ["celeba"], {"celeba": ["Pale", "Blond", "Black+~Pale"]})
    assert [r.target for r in found if r.set == "own"] == ["Blond"]
    every = requests(space, ["celeba"], {"celeba": ["Pale"]})
    assert [r.target for r in every if r.set == "own"] == ["Black", "Blond", "~Male"]


def test_across_datasets_only_classes_with_either_mask() -> None:
    found = [r for r in requests(BOTH, BOTH.datasets, {}) if r.faces != r.labels]
    assert found == [
        Request("cross", "celeba", "rafd", "happy", "rafd"),
        Request("cross", "celeba", "rafd", "sad", "rafd"),
        Request("wrong_mask", "celeba", "rafd", "happy", "celeba"),
        Request("wrong_mask", "celeba", "rafd", "sad", "celeba"),
    ]


def test_without_a_mask_vector_there_is_no_wrong_mask() -> None:
    blind = DomainSpace(BOTH.datasets, BOTH.kinds, masked=False)
    assert {r.set for r in requests(blind, blind.datasets, {})} == {"own", "reconstruction", "cross"}


def test_faces_of_another_dataset_get_the_runs_classes() -> None:
    alone = DomainSpace(("rafd",), (MOODS,))
    found = [r for r in requests(alone, ["rafd", "celeba"], {}) if r.faces == "celeba"]
    assert found == [Request("cross", "celeba", "rafd", mood, "rafd") for mood in MOODS.names]
    path = path_of(alone, found[1], torch.tensor([[1.0, 0, 1]]))
    assert [vector.tolist() for vector in path] == [[[0, 0]], [[0, 1]]]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (("own", "celeba", "celeba", "Blond", "celeba"), [[1, 0, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0]]),
        (
            ("reconstruction", "celeba", "celeba", "Blond", "celeba"),
            [[1, 0, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0], [1, 0, 1, 0, 0, 1, 0]],
        ),
        (("cross", "celeba", "rafd", "sad", "rafd"), [[1, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0, 1]]),
        (("wrong_mask", "celeba", "rafd", "sad", "celeba"), [[1, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1, 0]]),
    ],
)
def test_paths_lead_from_what_a_face_is_to_what_it_shall_be(
    request_: tuple[str, str, str, str, str], expected: list[list[int]]
) -> None:
    path = path_of(BOTH, Request(*request_), torch.tensor([[1.0, 0, 1]]))
    assert [vector[0].tolist() for vector in path] == expected


@pytest.mark.parametrize("batch", [1, 2, 64])
def test_translations_keep_the_order_of_the_faces_whatever_the_batch(batch: int) -> None:
    made, device = prepared(), torch.device("cpu")
    request = Request("own", "celeba", "celeba", "Blond", "celeba")
    out = np.concatenate(list(translated(Painter(), BOTH, request, made, np.array([4, 0, 2]), batch, device)))
    assert out.dtype == np.uint8
    assert out[:, 0, 0, 1].tolist() == [4, 0, 2]
    assert (out[:, :7, 0, 0] // 255).tolist() == [[0, 1, 0, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0]]


def test_rows_begin_with_the_face_itself() -> None:
    made = prepared()
    wanted = requests(BOTH, BOTH.datasets, {})[:2]
    cells = rows_of_faces(Painter(), BOTH, wanted, made, np.array([0, 2, 3]), torch.device("cpu"))
    assert cells.shape == (3, 3, 8, 8, 3)
    assert np.array_equal(cells[:, 0], made.images[[0, 2, 3]])
    assert cells[:2, 1, 0, 0, 1].tolist() == [0, 2]  # each face in its own row
    assert (cells[2, 1:] == 255).all()  # what can't be made is white
    assert served(Painter(), BOTH, wanted[0], made, np.array([3, 2, 0])).tolist() == [2, 0]


class OneWay(Painter):
    """A translator that knows the way to Blond alone, for men, and the way back."""

    def can_translate(self, path: Sequence[torch.Tensor]) -> torch.Tensor:
        men, blond = path[0][:, 2] == 1, path[1][:, 1] == 1
        return men & blond


@pytest.mark.parametrize(("direct", "back"), [(True, ["Blond"]), (False, ["Blond", "Blond+~Male"])])
def test_what_can_not_be_made_is_not_asked_for_and_equal_ways_back_are_one(direct: bool, back: list[str]) -> None:
    space = DomainSpace(("celeba",), (LOOKS,))
    wanted = requests(space, ["celeba"], {"celeba": ["Black", "Blond", "Blond+~Male"]})
    translator = OneWay()
    translator.direct = direct
    found = feasible(translator, space, wanted, {"celeba": prepared()})
    assert {(r.set, r.target): positions.tolist() for r, positions in found.items()} == {
        ("own", "Blond"): [2],
        ("own", "Blond+~Male"): [2],
        **{("reconstruction", target): [2] for target in back},
    }


@pytest.mark.parametrize("target", ["hapy", '"-1"', "sad+happy"])
def test_a_target_that_is_no_class_is_refused_and_not_left_out(target: str) -> None:
    with pytest.raises(Fault, match="is unknown"):
        requests(BOTH, ["rafd"], {"rafd": ["happy", target]})


@pytest.mark.parametrize("name", ["-1", "a+b", "~x"])
def test_a_class_may_stand_in_quotes_or_as_it_is(name: str) -> None:
    space = DomainSpace(("mine",), (Classes((name, "other")),))
    for target in (name, f'"{name}"'):
        assert [one.target for one in requests(space, ["mine"], {"mine": [target]}) if one.set == "own"] == [name]
