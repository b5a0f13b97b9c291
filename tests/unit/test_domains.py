"""Label kinds and the mask vector, by hand."""

import pytest
import torch

from stargan.data.domains import Attributes, Classes, DomainSpace, domain_space, label_kind
from stargan.errors import Fault
from support.sets import FACES

MOODS = Classes(("angry", "happy"), "expression")
BOTH = DomainSpace(("celeba", "rafd"), (FACES, MOODS))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Blond_Hair", [0, 1, 0, 1, 0]),
        ("~Male", [1, 0, 0, 0, 0]),
        ("~Young", [1, 0, 0, 1, 1]),
        ("-Black_Hair", [0, 0, 0, 1, 0]),
        ("Brown_Hair+~Male+~Young", [0, 0, 1, 0, 1]),
        ("Young", [1, 0, 0, 1, 1]),
    ],
)
def test_attribute_targets(target: str, expected: list[int]) -> None:
    source = torch.tensor([[1.0, 0, 0, 1, 0]])
    assert FACES.target(source, target).tolist() == [expected]
    assert source.tolist() == [[1, 0, 0, 1, 0]]


def test_a_target_touches_what_it_clears() -> None:
    assert FACES.touched("Blond_Hair") == [0, 1, 2]
    assert FACES.touched("~Male+Brown_Hair") == [0, 1, 2, 3]


def test_what_a_flip_sets_excludes_others_and_what_it_clears_does_not() -> None:
    source = torch.tensor([[1.0, 0, 0, 1, 0], [0, 1, 0, 1, 0]])
    assert FACES.target(source, "~Blond_Hair").tolist() == [[0, 1, 0, 1, 0], [0, 0, 0, 1, 0]]
    assert FACES.touched("~Blond_Hair") == [0, 1, 2]
    assert FACES.touched("-Blond_Hair") == [1]


def test_class_targets_are_one_hot_whatever_the_source() -> None:
    assert MOODS.target(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), "happy").tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("kind", [FACES, MOODS])
def test_an_unknown_label_is_refused_with_the_nearest(kind: Attributes | Classes) -> None:
    with pytest.raises(Fault, match="'Yong' is unknown.*(Young|known: angry)"):
        kind.target(torch.zeros(1, kind.width), "Yong")


def test_mask_vector_of_the_joint_space() -> None:
    faces, mood = torch.tensor([[1.0, 0, 0, 1, 1]]), torch.tensor([[0.0, 1]])
    assert BOTH.vector(faces, 0).tolist() == [[1, 0, 0, 1, 1, 0, 0, 1, 0]]
    assert BOTH.vector(mood, 1).tolist() == [[0, 0, 0, 0, 0, 0, 1, 0, 1]]
    assert BOTH.vector(mood, 1, mask=0).tolist() == [[0, 0, 0, 0, 0, 0, 1, 1, 0]]  # Figure 7


def test_a_single_dataset_has_no_mask() -> None:
    space = DomainSpace(("rafd",), (MOODS,))
    assert (space.width, space.mask_width) == (2, 0)
    assert space.vector(torch.tensor([[0.0, 1]]), 0).tolist() == [[0, 1]]


def test_three_datasets_need_no_other_code() -> None:
    space = DomainSpace(("a", "b", "c"), (FACES, MOODS, Classes(("x", "y", "z"), "style")))
    assert (space.label_width, space.mask_width) == (10, 3)
    assert space.vector(torch.tensor([[0.0, 1, 0]]), 2).tolist() == [[0] * 8 + [1, 0] + [0, 0, 1]]


def test_only_the_known_datasets_logits_count() -> None:
    logits = torch.tensor([[9.0, 9, 9, 9, 9, 0, 0]], requires_grad=True)
    BOTH.classification_loss(logits, torch.tensor([[1.0, 0]]), 1).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[0, :5].tolist() == [0] * 5
    assert logits.grad[0, 5:].tolist() == pytest.approx([-0.5, 0.5])


def test_spaces_and_kinds_survive_json() -> None:
    assert domain_space(BOTH.as_dict()) == BOTH
    assert label_kind(FACES.as_dict()) == FACES


def test_predictions() -> None:
    assert FACES.predicted(torch.tensor([[-1.0, 2, 0.1, 0, -3]])).tolist() == [[0, 1, 1, 0, 0]]
    assert MOODS.predicted(torch.tensor([[-1.0, -2]])).tolist() == [[1, 0]]
