"""Exact sizes and names."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from stargan.models.networks.residual import reflected
from stargan.models.networks.star import Discriminator, Generator


def size(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("planes", "labels", "image_size", "g_size", "d_size"),
    [
        (5, 5, 128, 8_430_528, 44_762_048),
        (8, 8, 128, 8_439_936, 44_786_624),
        (5, 5, 256, 8_430_528, 44_884_928),
        (15, 13, 128, 8_461_888, 44_827_584),
        (15, 13, 256, 8_461_888, 45_147_072),
    ],
)
def test_parameter_counts_are_the_papers(planes: int, labels: int, image_size: int, g_size: int, d_size: int) -> None:
    with torch.device("meta"):
        assert size(Generator(planes)) == g_size
        assert size(Discriminator(image_size, labels)) == d_size


def test_shapes_at_the_papers_sizes() -> None:
    with torch.device("meta"):
        x = torch.empty(2, 3, 128, 128)
        assert Generator(5)(x, torch.empty(2, 5)).shape == (2, 3, 128, 128)
        src, cls = Discriminator(128, 5)(x)
    assert (src.shape, cls.shape) == ((2, 1, 2, 2), (2, 5))


def test_layer_names_are_those_of_the_released_checkpoints() -> None:
    keys = Generator(5).state_dict().keys()
    assert {"main.0.weight", "main.1.bias", "main.9.main.0.weight", "main.14.main.4.weight", "main.21.weight"} <= keys


def test_every_label_reaches_the_image() -> None:
    torch.manual_seed(0)
    g, x = Generator(3, 8, 1), torch.rand(1, 3, 16, 16)
    plain = g(x, torch.zeros(1, 3))
    for label in torch.eye(3):
        assert (g(x, label[None]) - plain).abs().max() > 1e-3


@pytest.mark.parametrize("width", [1, 3])
def test_borders_put_together_from_pieces_are_reflected_ones(width: int) -> None:
    x = torch.randn(2, 3, 5, 7, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 3, 5 + 2 * width, 7 + 2 * width, dtype=torch.float64)
    ours, theirs = reflected(x, width), F.pad(x, (width,) * 4, mode="reflect")
    assert torch.equal(ours, theirs)
    (mine,), (other,) = (torch.autograd.grad((padded * weight).sum(), x) for padded in (ours, theirs))
    assert torch.allclose(mine, other, rtol=1e-12, atol=1e-12)
