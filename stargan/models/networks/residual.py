"""The generator of one-way translation: CycleGAN's residual network (1703.10593, section 7.2), as Table 3's sizes ask.

With six blocks and 64 filters it has 7,837,699 parameters; with StarGAN's critic that is the 52.6M of Table 3.
"""

import torch
from torch import Tensor, nn


class ReflectionPad(nn.ReflectionPad2d):
    """torch's, with a gradient that is deterministic on a GPU too, where torch has none."""

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, C, H, W) with its borders reflected."""
        return reflected(x, self.padding[0]) if x.is_cuda else super().forward(x)


def reflected(x: Tensor, width: int) -> Tensor:
    """Return x with borders of this width reflected, the edge itself not repeated, put together from pieces."""
    for axis in (2, 3):
        side = x.shape[axis]
        before, after = x.narrow(axis, 1, width), x.narrow(axis, side - 1 - width, width)
        x = torch.cat([before.flip(axis), x, after.flip(axis)], dim=axis)
    return x


class Residual(nn.Module):
    """x + two 3x3 convolutions with instance norm."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            ReflectionPad(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            ReflectionPad(1),
            nn.Conv2d(channels, channels, 3),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return x + F(x), (N, C, H, W)."""
        return x + self.main(x)  # type: ignore[no-any-return]


class ResidualGenerator(nn.Module):
    """G: an image to an image; two halvings, residual blocks, two doublings. Reflected borders: no label has to get in."""

    def __init__(self, filters: int = 64, blocks: int = 6) -> None:
        super().__init__()
        f = filters
        layers: list[nn.Module] = [
            ReflectionPad(3),
            nn.Conv2d(3, f, 7),
            nn.InstanceNorm2d(f),
            nn.ReLU(),
            nn.Conv2d(f, 2 * f, 3, stride=2, padding=1),
            nn.InstanceNorm2d(2 * f),
            nn.ReLU(),
            nn.Conv2d(2 * f, 4 * f, 3, stride=2, padding=1),
            nn.InstanceNorm2d(4 * f),
            nn.ReLU(),
            *(Residual(4 * f) for _ in range(blocks)),
            nn.ConvTranspose2d(4 * f, 2 * f, 3, 2, 1, output_padding=1),
            nn.InstanceNorm2d(2 * f),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * f, f, 3, 2, 1, output_padding=1),
            nn.InstanceNorm2d(f),
            nn.ReLU(),
            ReflectionPad(3),
            nn.Conv2d(f, 3, 7),
            nn.Tanh(),
        ]
        self.main = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return G(x), (N, 3, H, W) in [-1, 1], for images x in [-1, 1]."""
        return self.main(x).to(x.dtype)  # type: ignore[no-any-return]
