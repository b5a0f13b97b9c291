"""The two ends of StarGAN's G, 7x7 convolutions of whole pictures, as a CPU computes them fast.

A processor's vectors hold sixteen channels. Where the paper's form leaves most of them empty, the same sums are taken in
another order: rounding apart the same, and faster (docs/performance.md). On other devices it is the paper's form.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

KERNEL, PADDING = 7, 3


class LabelledConv(nn.Conv2d):
    """The first convolution, of a picture and of its label as planes, each of one value."""

    def __init__(self, planes: int, filters: int) -> None:
        super().__init__(3 + planes, filters, KERNEL, padding=PADDING, bias=False)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:  # type: ignore[override]
        """Return W [x, c], (N, filters, H, W), for pictures x (N, 3, H, W) and labels c (N, planes)."""
        if x.device.type == "cpu" and min(x.shape[2:]) >= KERNEL:
            return F.conv2d(x, self.weight[:, :3], padding=PADDING) + self.of_planes(c, x.shape[2], x.shape[3])
        planes = c[:, :, None, None].expand(-1, -1, x.shape[2], x.shape[3])
        return super().forward(torch.cat([x, planes], dim=1))

    def of_planes(self, c: Tensor, height: int, width: int) -> Tensor:
        """Return W's part of the planes: the same for all places that see no border, so computed for one of them."""
        weight = self.weight[:, 3:]
        ones = weight.new_ones(1, 1, KERNEL, KERNEL)
        each = F.conv2d(ones, weight.flatten(0, 1)[:, None], padding=PADDING).view(weight.shape)
        return stretched(stretched(torch.einsum("nk,fkij->nfij", c, each), 2, height), 3, width)


def stretched(x: Tensor, axis: int, size: int) -> Tensor:
    """Return x with the middle of seven rows (or columns) repeated, so that there are `size` of them."""
    before, middle, after = torch.split(x, [PADDING, 1, PADDING], axis)
    shape = list(x.shape)
    shape[axis] = size - 2 * PADDING
    return torch.cat([before, middle.expand(shape), after], axis)


class ToPicture(nn.Conv2d):
    """The last convolution, to the three channels of a picture."""

    def __init__(self, filters: int) -> None:
        super().__init__(filters, 3, KERNEL, padding=PADDING, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return W x, (N, 3, H, W), for maps x (N, filters, H, W); four pixels of a picture as channels of one place."""
        if x.device.type != "cpu" or x.shape[2] % 2 or x.shape[3] % 2:
            return super().forward(x)
        shifted = [F.pad(self.weight, (j, 1 - j, i, 1 - i)) for i in (0, 1) for j in (0, 1)]
        return F.pixel_shuffle(F.conv2d(x, torch.stack(shifted, 1).flatten(0, 1), stride=2, padding=PADDING), 2)
