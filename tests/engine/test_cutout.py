"""What D sees of images, and what of them takes no part."""

import pytest
import torch
from torch import Tensor

from stargan.training.engine import Training
from stargan.training.methods.cutout import cut_out
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from support.trainings import training

LAST = 8
"""The last iteration of the third cycle of `cross`: G translates then, to labels of the same dataset."""


def star_of(made: Training) -> Star:
    assert isinstance(made.method, Star)
    return made.method


@pytest.mark.parametrize(
    ("middle", "rows", "columns"),
    [
        ((0.5, 0.5), (2, 6), (2, 6)),  # from a quarter to three quarters of 8 pixels
        ((0.0, 0.9), (0, 2), (5, 8)),  # pixels 0 and 1 have their middles below a quarter; 5's is 0.6875, above 0.65
        ((1.0, 0.0), (6, 8), (0, 2)),
        ((0.5, 0.0), (2, 6), (0, 2)),
    ],
)
def test_a_square_of_half_the_side_by_hand(
    middle: tuple[float, float], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    wanted = torch.ones(1, 3, 8, 8)
    wanted[:, :, slice(*rows), slice(*columns)] = 0
    assert torch.equal(cut_out(torch.ones(1, 3, 8, 8), torch.tensor([middle]), 0.5), wanted)


def test_each_image_has_its_own_square() -> None:
    made = cut_out(torch.ones(2, 3, 8, 8), torch.tensor([[0.25, 0.25], [0.75, 0.75]]), 0.5)
    assert made[0, :, :4, :4].eq(0).all()
    assert made[1, :, 4:, 4:].eq(0).all()
    assert made.eq(0).sum() == 2 * 3 * 16


def inputs(made: Training, network: str, iteration: int) -> list[Tensor]:
    """Return the images that a network is given in an iteration, in order."""
    given = list[Tensor]()
    hook = made.method.networks[network].register_forward_pre_hook(lambda _, taken: given.append(taken[0].detach()))
    star_of(made).discriminator_update = star_of(made).plain_discriminator_update  # which calls D: real, fake, x^
    for _ in star_of(made).updates(iteration, made.batches(iteration)):
        pass
    hook.remove()
    return given


def holes(x: Tensor) -> Tensor:
    """Return where images (N, 3, H, W) are 0 in all channels, bool (N, H, W)."""
    return x.eq(0).all(dim=1)


def test_d_sees_a_real_image_and_its_fake_without_the_same_square() -> None:
    """Catches a square for real images alone, by which D would tell them, and one that x^ or G's own update lacks."""
    made = training("cross", SINGLE)
    made.method.cross = False  # type: ignore[attr-defined]  # no way back by D, which would be one more image
    last = LAST
    of_faces = inputs(made, "d", last)[:4]
    middles = made.batches(last)[0].draws["middle"]
    wanted = cut_out(torch.ones(len(middles), 1, 16, 16), middles, 0.5)[:, 0].eq(0)
    assert wanted.any(dim=(1, 2)).all()
    assert not wanted.all(dim=(1, 2)).any()
    assert all(torch.equal(holes(x), wanted) for x in of_faces)


def test_g_is_given_whole_images() -> None:
    made = training("cross", SINGLE)
    x_real, *_ = made.batches(LAST)[0]
    forth, back, *_ = inputs(made, "g", LAST)
    assert torch.equal(forth, x_real)
    assert not holes(back).any()


def test_a_share_of_none_changes_nothing() -> None:
    x = torch.rand(3, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    assert torch.equal(cut_out(x, torch.tensor([[0.5, 0.5], [0.0, 1.0], [0.0625, 0.0625]]), 0), x)
