"""Which translations are asked for, and that they arrive where the index says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.data.prepared import Prepared
from stargan.domains import Attributes, Classes, DomainSpace
from stargan.translation import Request, path_of, requests, rows_of_faces, translated

FACES = Attributes(("Black", "Blond", "Male"), (("Black", "Blond"),))
MOODS = Classes(("happy", "sad"))
BOTH = DomainSpace(("celeba", "rafd"), (FACES, MOODS))


class Painter:
    """A translator whose images tell the label vector: the value of each label bit, as a share of white, by row."""

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
    return Prepared("celeba", 8, FACES, images, labels, rows, {"kind": "files"}, {}, "")


def test_one_dataset_asks_for_its_own_targets_and_the_reconstruction() -> None:
    space = DomainSpace(("celeba",), (FACES,))
    assert requests(space, {}) == [
        Request("own", 0, 0, "Black", 0), Request("own", 0, 0, "Blond", 0), Request("own", 0, 0, "~Male", 0),
        Request("reconstruction", 0, 0, "", 0),
    ]  # fmt: skip
    assert [r.target for r in requests(space, {"celeba": ["Blond+~Male"]})] == ["Blond+~Male", ""]


def test_across_datasets_only_classes_with_either_mask() -> None:
    found = [r for r in requests(BOTH, {}) if r.faces != r.labels]
    assert found == [
        Request("cross", 0, 1, "happy", 1), Request("cross", 0, 1, "sad", 1),
        Request("wrong_mask", 0, 1, "happy", 0), Request("wrong_mask", 0, 1, "sad", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "start", "goal"),
    [
        (Request("own", 0, 0, "Blond", 0), [1, 0, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0]),
        (Request("reconstruction", 0, 0, "", 0), [1, 0, 1, 0, 0, 1, 0], [1, 0, 1, 0, 0, 1, 0]),
        (Request("cross", 0, 1, "sad", 1), [1, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0, 1]),
        (Request("wrong_mask", 0, 1, "sad", 0), [1, 0, 1, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1, 0]),
    ],
)
def test_paths_lead_from_what_a_face_is_to_what_it_shall_be(request_: Request, start: list[int], goal: list[int]) -> None:
    path = path_of(BOTH, request_, torch.tensor([[1.0, 0, 1]]))
    assert [vector.tolist() for vector in path] == [[start], [goal]]


@pytest.mark.parametrize("batch", [1, 2, 64])
def test_translations_keep_the_order_of_the_faces_whatever_the_batch(batch: int) -> None:
    made, device = prepared(), torch.device("cpu")
    request = Request("own", 0, 0, "Blond", 0)
    out = np.concatenate(list(translated(Painter(), BOTH, request, made, np.array([4, 0, 2]), batch, device)))
    assert out.dtype == np.uint8
    assert out[:, 0, 0, 1].tolist() == [4, 0, 2]
    assert (out[:, :7, 0, 0] // 255).tolist() == [[0, 1, 0, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0]]


def test_rows_begin_with_the_face_itself() -> None:
    made = prepared()
    cells = rows_of_faces(Painter(), BOTH, requests(BOTH, {})[:2], made, np.array([1, 3]), torch.device("cpu"))
    assert cells.shape == (2, 3, 8, 8, 3)
    assert np.array_equal(cells[:, 0], made.images[[1, 3]])
