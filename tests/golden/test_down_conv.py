"""D's stride-2 convolution in both its forms, against torch's convolution and its derivatives."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from stargan.models.networks import down_conv
from stargan.models.networks.down_conv import DownConv, downsample, downsample_transposed, weight_gradient

SHAPES = [  # images, channels in and out, height and width of what goes in
    (2, 3, 5, 4, 8),  # more positions than channels: a convolution
    (2, 3, 16, 4, 8),  # 16 positions, as many
    (2, 3, 17, 4, 8),  # fewer: a product of matrices
    (1, 2, 8, 2, 2),
    (3, 4, 40, 6, 2),
]


@pytest.fixture(autouse=True)
def small_weights_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(down_conv, "LARGE", 0)


def tensors(n: int, w_in: int, w_out: int, height: int, width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    random = torch.Generator().manual_seed(n + w_out)
    shapes = ((n, w_in, height, width), (n, w_out, height // 2, width // 2), (w_out, w_in, 4, 4), (w_out,))
    x, a, weight, bias = (torch.randn(shape, generator=random, dtype=torch.float64) for shape in shapes)
    return x, a, weight, bias


@pytest.mark.parametrize("shape", SHAPES)
def test_the_three_maps_are_the_convolution_and_its_derivatives(shape: tuple[int, int, int, int, int]) -> None:
    x, a, weight, bias = tensors(*shape)
    x.requires_grad_()
    weight.requires_grad_()
    expected = F.conv2d(x, weight, bias, stride=2, padding=1)
    by_x, by_weight = torch.autograd.grad(expected, (x, weight), a)
    with torch.no_grad():
        for found, oracle in (
            (downsample(x, weight, bias), expected),
            (downsample(x, weight), expected - bias[:, None, None]),
            (downsample_transposed(a, weight), by_x),
            (weight_gradient(x, a), by_weight),
        ):
            torch.testing.assert_close(found, oracle, rtol=0, atol=1e-12)
            assert found.is_contiguous()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_layer_can_be_differentiated_twice(shape: tuple[int, int, int, int, int]) -> None:
    """The penalty of the plain step asks for it: of a product that is no view of the weights, nothing would be left."""
    x, a, weight, bias = tensors(*shape)
    layer = DownConv(shape[1], shape[2]).double()
    layer.load_state_dict({"weight": weight, "bias": bias})

    def penalty(convolution: Callable[[Tensor], Tensor]) -> list[Tensor]:
        given = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad((convolution(given).tanh() * a).sum(), given, create_graph=True)
        return list(torch.autograd.grad(gradient.square().sum(), [given, layer.weight]))

    plain = penalty(lambda given: F.conv2d(given, layer.weight, layer.bias, stride=2, padding=1))
    for found, oracle in zip(penalty(layer), plain, strict=True):
        torch.testing.assert_close(found, oracle, rtol=1e-12, atol=1e-12)


def test_products_are_taken_of_fewer_positions_than_channels_and_large_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a form that is never taken: the other one alone would pass all else."""
    seen = []
    patches = down_conv.patches

    def watched(x: Tensor) -> Tensor:
        seen.append(tuple(x.shape))
        return patches(x)

    monkeypatch.setattr(down_conv, "patches", watched)
    for shape in SHAPES:
        x, _, weight, _ = tensors(*shape)
        downsample(x, weight)
    assert seen == [(n, w_in, h, w) for n, w_in, w_out, h, w in SHAPES if n * h // 2 * w // 2 < w_out]
    assert len(seen) == 3
    with torch.autocast("cpu", torch.bfloat16):
        downsample(x, weight)
    monkeypatch.setattr(down_conv, "LARGE", weight.numel() + 1)
    downsample(x, weight)
    assert len(seen) == 3
