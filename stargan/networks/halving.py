"""The convolution that halves a map, 4x4 with stride 2 and padding 1, as all in D's trunk are, and its derivatives.

D's last layers have fewer positions than channels, and weights far larger than their maps. There each is a product of
matrices, the patches of all positions being the rows of one: rounding apart the same, and on a CPU two to four times
faster than the convolution.
"""

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

KERNEL, STRIDE, PADDING = 4, 2, 1


class Halving(nn.Conv2d):
    """The convolution as a layer."""

    def __init__(self, w_in: int, w_out: int) -> None:
        super().__init__(w_in, w_out, KERNEL, STRIDE, PADDING)

    def forward(self, x: Tensor) -> Tensor:
        """Return W x + b, (N, O, h/2, w/2), for maps x (N, I, h, w)."""
        return halved(x, self.weight, self.bias)


def halved(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return W x + b, (N, O, h/2, w/2), for maps x (N, I, h, w) and weights (O, I, 4, 4)."""
    height, width = x.shape[2] // STRIDE, x.shape[3] // STRIDE
    if not _few(len(x) * height * width, len(weight)):
        return F.conv2d(x, weight, bias, STRIDE, PADDING)
    rows = F.linear(_patches(x), weight.flatten(1), bias)
    return rows.view(len(x), height * width, -1).transpose(1, 2).contiguous().view(len(x), -1, height, width)


def doubled(a: Tensor, weight: Tensor) -> Tensor:
    """Return W^T a, (N, I, 2h, 2w), what of a (N, O, h, w) comes back to the maps that went in."""
    n, _, height, width = a.shape
    if not _few(n * height * width, len(weight)):
        return F.conv_transpose2d(a, weight, stride=STRIDE, padding=PADDING)
    patches = (_rows(a) @ weight.flatten(1)).view(n, height * width, -1).transpose(1, 2)
    return F.fold(patches, (STRIDE * height, STRIDE * width), KERNEL, padding=PADDING, stride=STRIDE)


def weight_gradient(x: Tensor, a: Tensor) -> Tensor:
    """Return the sum over positions of a x^T, (O, I, 4, 4), for what went in, x, and what comes back, a (N, O, h/2, w/2)."""
    n, w_out, height, width = a.shape
    shape = (w_out, x.shape[1], KERNEL, KERNEL)
    if not _few(n * height * width, w_out):
        found: Tensor = conv2d_weight(x, shape, a, STRIDE, PADDING)  # type: ignore[no-untyped-call]
        return found
    return (_rows(a).T @ _patches(x)).view(shape)


def _few(positions: int, channels: int) -> bool:
    return positions < channels


def _patches(x: Tensor) -> Tensor:
    """Return what each position of the output sees, (positions, I * 16)."""
    return F.unfold(x, KERNEL, padding=PADDING, stride=STRIDE).transpose(1, 2).flatten(0, 1)


def _rows(a: Tensor) -> Tensor:
    return a.flatten(2).transpose(1, 2).flatten(0, 1)
