"""Exact sizes and names."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from stargan.models.networks.residual import reflected
from stargan.models.networks.star import Discriminator, Generator, InstanceNorm, Norms, ResidualBlock, Scale


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


@pytest.mark.parametrize("norms", ["all", "blocks"])
def test_every_label_reaches_the_image(norms: Norms) -> None:
    torch.manual_seed(0)
    g, x = Generator(3, 8, 1, norms), torch.rand(1, 3, 16, 16)
    plain = g(x, torch.zeros(1, 3))
    for label in torch.eye(3):
        assert (g(x, label[None]) - plain).abs().max() > 1e-3


@pytest.mark.parametrize(("norms", "outside"), [("all", 5), ("blocks", 0)])
def test_where_g_has_instance_norm(norms: Norms, outside: int) -> None:
    g = Generator(5, 4, 3, norms)
    assert sum(isinstance(layer, InstanceNorm) for layer in g.main) == outside
    blocks = [layer for layer in g.main if isinstance(layer, ResidualBlock)]
    assert [sum(isinstance(layer, InstanceNorm) for layer in block.main) for block in blocks] == [2, 2, 2]
    assert {key: value.shape for key, value in g.state_dict().items()} == {
        key: value.shape for key, value in Generator(5, 4, 3).state_dict().items()
    }


def test_a_scale_by_hand() -> None:
    scale = Scale(2)
    scale.load_state_dict({"weight": torch.tensor([2.0, -1.0]), "bias": torch.tensor([0.5, 3.0])})
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    assert scale(x).tolist() == [[[[2.5, 4.5]], [[0.0, -1.0]]]]
    assert scale(x.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("layer", "widths", "share"),
    [
        # He et al. (2015), eq. 10: half the variance of a sum is left by a ReLU. torch draws from 1 / (3 fan) where fan is
        # the number of summands of a convolution, of a doubling four times the half of it: 64 x 16 for 128 x 4.
        (nn.Conv2d, (64, 128), 1.0),
        (nn.ConvTranspose2d, (128, 64), 0.5),
    ],
)
def test_what_is_left_by_a_scaled_layer_and_a_relu(
    layer: type[nn.Conv2d | nn.ConvTranspose2d], widths: tuple[int, int], share: float
) -> None:
    """Catches a scale of 1, by which five layers would leave 1 / 6^5 of an image beside what the blocks add."""
    torch.manual_seed(0)
    x = torch.randn(4, widths[0], 32, 32).relu()
    made = Scale(widths[1])(layer(*widths, 4, 2, 1, bias=False)(x)).relu()[:, :, 2:-2, 2:-2]  # borders see zeros
    assert made.square().mean().item() == pytest.approx(share * x.square().mean().item(), rel=0.1)


@pytest.mark.parametrize("width", [1, 3])
def test_borders_put_together_from_pieces_are_reflected_ones(width: int) -> None:
    x = torch.randn(2, 3, 5, 7, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 3, 5 + 2 * width, 7 + 2 * width, dtype=torch.float64)
    ours, theirs = reflected(x, width), F.pad(x, (width,) * 4, mode="reflect")
    assert torch.equal(ours, theirs)
    (mine,), (other,) = (torch.autograd.grad((padded * weight).sum(), x) for padded in (ours, theirs))
    assert torch.allclose(mine, other, rtol=1e-12, atol=1e-12)
