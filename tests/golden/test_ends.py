"""The two ends of G: the sums of the paper's form, in another order."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from stargan.models.networks.ends import LabelledConv, ToPicture


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)), requires_grad=True)


@pytest.mark.parametrize(("height", "width"), [(7, 7), (8, 12), (16, 9), (4, 16)])
@pytest.mark.parametrize("planes", [1, 14])
def test_planes_of_one_value_are_convolved_as_planes(planes: int, height: int, width: int) -> None:
    """Output and gradients against one convolution of picture and planes (Table 4's concatenation)."""
    layer, x, c, back = (
        LabelledConv(planes, 5).double(),
        random(3, 3, height, width),
        random(3, planes),
        random(3, 5, height, width),
    )
    wide = torch.cat([x, c[:, :, None, None].expand(-1, -1, height, width)], dim=1)
    wanted = F.conv2d(wide, layer.weight, padding=3)
    given = (x, c, layer.weight)
    for left, right in zip(
        (layer(x, c), *torch.autograd.grad((layer(x, c) * back).sum(), given)),
        (wanted, *torch.autograd.grad((wanted * back).sum(), given)),
        strict=True,
    ):
        torch.testing.assert_close(left, right, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (8, 12), (7, 8), (64, 6)])
def test_pixels_four_at_a_time_are_those_of_one_at_a_time(height: int, width: int) -> None:
    layer, x, back = ToPicture(5).double(), random(3, 5, height, width), random(3, 3, height, width)
    wanted = F.conv2d(x, layer.weight, padding=3)
    given = (x, layer.weight)
    for left, right in zip(
        (layer(x), *torch.autograd.grad((layer(x) * back).sum(), given)),
        (wanted, *torch.autograd.grad((wanted * back).sum(), given)),
        strict=True,
    ):
        torch.testing.assert_close(left, right, rtol=1e-11, atol=1e-11)


def test_elsewhere_it_is_the_papers_form() -> None:
    """What is counted, and what a GPU computes, is one convolution at each end: 2 x 49 operations a weight and place."""
    labelled, picture = LabelledConv(5, 4).to("meta"), ToPicture(4).to("meta")
    with FlopCounterMode(display=False) as counter:
        maps = labelled(torch.empty(2, 3, 16, 16, device="meta"), torch.empty(2, 5, device="meta"))
        assert picture(maps).shape == (2, 3, 16, 16)
    assert counter.get_total_flops() == 2 * 49 * (2 * 16 * 16) * (8 * 4 + 4 * 3)
