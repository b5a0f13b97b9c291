"""The downsampling convolution of D's trunk, 4x4 with stride 2 and padding 1, and its derivatives.

D's last layers have fewer positions than channels, and weights far larger than their maps. There, on a CPU, each is a
product of matrices, the patches of all positions being the rows of one: rounding apart the same, and faster than
the convolution. The weights' gradient is so on every processor measured, the other two where there is no AVX-512
(docs/performance.md).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

KERNEL, STRIDE, PADDING = 4, 2, 1
LARGE = 1 << 22
"""Weights, 16 MB in float32, that no cache holds: with fewer of them a convolution is as fast."""


class DownConv(nn.Conv2d):
    """The downsampling convolution as a layer."""

    def __init__(self, w_in: int, w_out: int) -> None:
        super().__init__(w_in, w_out, KERNEL, STRIDE, PADDING)

    def forward(self, x: Tensor) -> Tensor:
        """Return W x + b, (N, O, h/2, w/2), for maps x (N, I, h, w)."""
        return downsample(x, self.weight, self.bias)


def downsample(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return W x + b, (N, O, h/2, w/2), for maps x (N, I, h, w) and weights (O, I, 4, 4)."""
    height, width = x.shape[2] // STRIDE, x.shape[3] // STRIDE
    if not _deep(weight.shape, len(x) * height * width, x):
        return F.conv2d(x, weight, bias, STRIDE, PADDING)
    rows = F.linear(patches(x), weight.flatten(1), bias)
    return (
        rows.view(len(x), height * width, len(weight)).transpose(1, 2).contiguous().view(len(x), len(weight), height, width)
    )


def downsample_transposed(a: Tensor, weight: Tensor) -> Tensor:
    """Return W^T a, (N, I, 2h, 2w), what of a (N, O, h, w) comes back to the maps that went in."""
    n, _, height, width = a.shape
    if not _deep(weight.shape, n * height * width, a):
        return F.conv_transpose2d(a, weight, stride=STRIDE, padding=PADDING)
    columns = (_rows(a) @ weight.flatten(1)).view(n, height * width, weight[0].numel()).transpose(1, 2)
    return F.fold(columns, (STRIDE * height, STRIDE * width), KERNEL, padding=PADDING, stride=STRIDE)


def weight_gradient(x: Tensor, a: Tensor) -> Tensor:
    """Return the sum over positions of a x^T, (O, I, 4, 4), for what went in, x, and what comes back, a (N, O, h/2, w/2)."""
    n, w_out, height, width = a.shape
    shape = torch.Size([w_out, x.shape[1], KERNEL, KERNEL])
    if not _deep(shape, n * height * width, x):
        found: Tensor = conv2d_weight(x, shape, a, STRIDE, PADDING)  # type: ignore[no-untyped-call]
        return found
    return (_rows(a).T @ patches(x)).view(shape)


def _deep(weight: torch.Size, positions: int, x: Tensor) -> bool:
    """Return whether a product is taken. In bfloat16 and on a GPU it was not measured: there the convolution stays."""
    plain = x.device.type == "cpu" and x.dtype != torch.bfloat16 and not torch.is_autocast_enabled("cpu")
    return plain and positions < weight[0] and weight.numel() >= LARGE


def patches(x: Tensor) -> Tensor:
    """Return what each position of the output sees, (positions, I * 16)."""
    return F.unfold(x, KERNEL, padding=PADDING, stride=STRIDE).transpose(1, 2).flatten(0, 1)


def _rows(a: Tensor) -> Tensor:
    return a.flatten(2).transpose(1, 2).flatten(0, 1)
