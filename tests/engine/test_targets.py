"""Whose labels joint training translates to: the image's own dataset's, or by turns another's."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from stargan.data.domains import Classes, DomainSpace
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.engine import Training
from stargan.training.methods.star import Settings, Star
from stargan.training.ranks import SINGLE
from support.sets import BOTH, FACES, MOODS
from support.trainings import doubled, training

N_CRITIC = 2
THREE = DomainSpace(("one", "two", "three"), (MOODS, FACES, Classes(("x", "y"))))


def star(space: DomainSpace, *, cross: bool) -> Star:
    torch.manual_seed(1)
    g, d = Generator(space.width, 4, 1), Discriminator(16, space.label_width, 4, 2)
    return Star(g, d, space, Settings(1, 10, 10, N_CRITIC, cross=cross))


def test_every_second_cycle_takes_another_dataset_each_in_turn() -> None:
    method = star(THREE, cross=True)
    found = [[method.labelled_as(iteration, dataset) for dataset in range(3)] for iteration in range(8 * N_CRITIC)]
    own, next_one, one_after = [0, 1, 2], [1, 2, 0], [2, 0, 1]
    cycles = [own, next_one, own, one_after, own, next_one, own, one_after]
    assert found == [cycle for cycle in cycles for _ in range(N_CRITIC)]


ONE = DomainSpace(("one",), (MOODS,))


@pytest.mark.parametrize(("space", "cross"), [(ONE, False), (ONE, True), (BOTH, False)])
def test_by_default_and_of_one_dataset_targets_are_its_own(space: DomainSpace, cross: bool) -> None:
    method, datasets = star(space, cross=cross), range(len(space.datasets))
    for iteration in range(12):
        assert [method.labelled_as(iteration, dataset) for dataset in datasets] == [*datasets]


def test_targets_are_the_other_batchs_labels_as_often_as_they_stand_there() -> None:
    """Catches targets drawn with replacement, and an epoch's last batch that is smaller than the other dataset's."""
    method = star(BOTH, cross=True)
    faces = torch.eye(FACES.width)[torch.tensor([0, 1, 2, 3, 4, 0])]
    moods = torch.eye(MOODS.width)[torch.tensor([0, 1, 2])]
    for_faces, for_moods = method.draw(N_CRITIC, [faces, moods], torch.Generator().manual_seed(3))
    assert sorted(for_faces["label_trg"].argmax(1).tolist()) == [0, 0, 1, 1, 2, 2]
    chosen = for_moods["label_trg"].argmax(1).tolist()
    assert len(chosen) == 3
    assert len(set(chosen) - {0}) >= 1
    assert chosen.count(0) <= 2  # as often as it stands there
    assert all(chosen.count(label) <= 1 for label in range(1, FACES.width))
    assert len(for_faces["alpha"]) == 6


def seen(made: Training, iteration: int) -> list[tuple[Tensor, Tensor, float]]:
    """Return (x, c, g_cls) of each translation that G learns from in an iteration."""
    method, given = made.method, list[tuple[Tensor, Tensor]]()
    assert isinstance(method, Star)
    hook = method.g.register_forward_pre_hook(lambda _, inputs: given.append((inputs[0].detach(), inputs[1])))
    updates = list(method.updates(iteration, made.batches(iteration)))
    hook.remove()
    values = [float(value) for update in updates for name, value in update.terms.items() if name.startswith("g_cls")]
    return [(*there, value) for there, value in zip(given[::2], values, strict=True)]  # each second one comes back


def test_a_cross_translation_has_the_others_mask_and_is_classified_by_its_columns() -> None:
    """By an account of its own: the label vector by columns, Eq. 3 by cross-entropy."""
    made = doubled(training("cross", SINGLE))
    method, cycle = made.method, made.method.cycle
    assert isinstance(method, Star)
    method.settings = replace(method.settings, cutout=0)  # D sees whole fakes; test_cutout.py has the other case
    (x_faces, c_faces, cls_faces), (x_moods, c_moods, cls_moods) = seen(made, 2 * cycle - 1)
    # Columns: a, b, c of faces; x, y of moods; the mask.
    assert c_faces[:, :3].abs().sum() == 0
    assert (c_faces[:, 3:5].sum(1) == 1).all()
    assert (c_faces[:, 5:] == torch.tensor([0.0, 1.0], dtype=torch.float64)).all()
    assert c_moods[:, 3:5].abs().sum() == 0
    assert (c_moods[:, 5:] == torch.tensor([1.0, 0.0], dtype=torch.float64)).all()
    with torch.no_grad():
        logits = method.d(method.g(x_faces, c_faces))[1]
        assert cls_faces == pytest.approx(float(F.cross_entropy(logits[:, 3:5], c_faces[:, 3:5].argmax(1))), rel=1e-9)
        logits = method.d(method.g(x_moods, c_moods))[1][:, :3]
        p = logits.sigmoid()
        y = c_moods[:, :3]
        each = -(y * p.log() + (1 - y) * (1 - p).log()).sum(1)
        assert cls_moods == pytest.approx(float(each.mean()), rel=1e-9)


def ways_back(made: Training, iteration: int) -> list[Tensor]:
    """Return the label vector by which each dataset's cycle comes back in an iteration that trains G."""
    method, given = made.method, list[Tensor]()
    assert isinstance(method, Star)
    hook = method.g.register_forward_pre_hook(lambda _, inputs: given.append(inputs[1]))
    list(method.updates(iteration, made.batches(iteration)))
    hook.remove()
    return given[1::2]  # before each of them, the translation


def test_an_own_cycle_comes_back_by_the_own_label() -> None:
    made = doubled(training("cross", SINGLE))
    iteration = 3 * made.method.cycle - 1
    for dataset, (c, batch) in enumerate(zip(ways_back(made, iteration), made.batches(iteration), strict=True)):
        assert torch.equal(c, made.space.vector(batch.labels, dataset))


def test_a_cross_cycle_comes_back_by_what_d_sees_of_the_others_labels() -> None:
    """By an account of its own: one of the classes, each of the attributes."""
    made = doubled(training("cross", SINGLE))
    method, iteration = made.method, 2 * made.method.cycle - 1
    assert isinstance(method, Star)
    for_faces, for_moods = ways_back(made, iteration)
    with torch.no_grad():
        x_faces, x_moods = (method.d(batch.images)[1] for batch in made.batches(iteration))
    assert for_faces.shape == for_moods.shape == (4, 7)
    for c, logits in zip(for_faces, x_faces, strict=True):  # columns: a, b, c of faces; x, y of moods; the mask
        sees_x = float(logits[3] > logits[4])
        assert c.tolist() == [0, 0, 0, sees_x, 1 - sees_x, 0, 1]
    for c, logits in zip(for_moods, x_moods, strict=True):
        assert c.tolist() == [*(float(logit > 0) for logit in logits[:3]), 0, 0, 1, 0]


def test_of_three_datasets_the_way_back_is_by_the_targets_columns_and_mask() -> None:
    """Catches the next dataset's columns, or the faces' own mask, in place of the target's."""
    method = star(THREE, cross=True)
    x = torch.rand(6, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        logits = method.d(x)[1]
    for dataset, kind in enumerate(THREE.kinds):
        own = torch.eye(kind.width)[torch.zeros(6, dtype=torch.long)]
        for target, wanted in enumerate(THREE.kinds):
            c = method.way_back(x, own, dataset, target)
            label = own if target == dataset else wanted.predicted(logits[:, THREE.columns(target)])
            assert torch.equal(c[:, THREE.columns(target)], label)
            assert c[:, : THREE.label_width].sum() == label.sum()  # all other labels are unknown
            assert (c[:, THREE.label_width :] == torch.eye(3)[target]).all()


def test_losses_to_anothers_labels_are_told_apart() -> None:
    made = training("cross", SINGLE)
    for _ in range(3 * made.method.cycle):
        made.iterate()
    owners = ("faces", "moods", "faces.moods", "moods.faces")
    terms = ("d_real", "d_fake", "d_gp", "d_cls", "g_fake", "g_cls", "g_rec")
    assert {*made.losses.newest} == {f"{term}_{owner}" for term in terms for owner in owners}
