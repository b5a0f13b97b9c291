"""StarGAN's generator and discriminator (paper, section 7.2, tables 4 and 5).

Under autocast their convolutions are taken in bfloat16; what they give is of the images' type, so that losses are not.

G's parameters carry the names of the released code (`main.0.weight`, ...); `stargan.models.released` loads its checkpoints.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stargan.models.networks.down_conv import DownConv
from stargan.models.networks.ends import LabelledConv, ToPicture

EPSILON = 1e-5
"""Added to the variance."""
Norms = Literal["all", "blocks"]
"""Where G has instance norm: after all convolutions but the last (Table 4), or in its residual blocks alone."""


class InstanceNorm(nn.Module):
    """Instance normalisation with learnt scale and shift, and no running statistics."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, C, H, W) with each channel of each image at mean 0 and variance 1, then scaled and shifted."""
        if not torch.compiler.is_compiling():
            return F.instance_norm(x, weight=self.weight, bias=self.bias, eps=EPSILON)
        # torch's own copies x to another layout, and a compiler can't join it with what comes before and after.
        wide = x.float() if x.dtype == torch.bfloat16 else x
        variance, mean = torch.var_mean(wide, (2, 3), correction=0, keepdim=True)
        scale = torch.rsqrt(variance + EPSILON) * self.weight[:, None, None]
        return ((wide - mean) * scale + self.bias[:, None, None]).to(x.dtype)


class Scale(nn.Module):
    """Learnt scale and shift of each channel, in place of a norm.

    torch draws a convolution's weights with a sixth of the variance by which it and a ReLU keep the size of what passes
    through them (He et al., 2015), hence the first scale.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 6**0.5))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return x (N, C, H, W), scaled and shifted."""
        return (x * self.weight[:, None, None] + self.bias[:, None, None]).to(x.dtype)


AFTER: Mapping[Norms, type[InstanceNorm | Scale]] = {"all": InstanceNorm, "blocks": Scale}
"""What follows a convolution outside of the residual blocks."""


class ResidualBlock(nn.Module):
    """x + two 3x3 convolutions; no ReLU after the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            InstanceNorm(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            InstanceNorm(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return x + F(x), (N, C, H, W)."""
        return x + self.main(x)  # type: ignore[no-any-return]


class Generator(nn.Module):
    """G: an image and label planes to an image; two halvings, residual blocks, two doublings (Table 4).

    Zero padding is needed: instance normalisation takes a constant plane's contribution away, so that with
    reflected borders the label would hardly reach the image. With it in the blocks alone (`norms`) the label reaches
    every place, and the colours of large areas are not lost: a norm takes a channel's mean away, and so the image's.
    """

    def __init__(self, planes: int, filters: int = 64, blocks: int = 6, norms: Norms = "all") -> None:
        super().__init__()
        self.planes, self.filters, self.blocks, self.norms = planes, filters, blocks, norms
        f, norm = filters, AFTER[norms]
        layers: list[nn.Module] = [
            LabelledConv(planes, f),
            norm(f),
            nn.ReLU(),
            nn.Conv2d(f, 2 * f, 4, stride=2, padding=1, bias=False),
            norm(2 * f),
            nn.ReLU(),
            nn.Conv2d(2 * f, 4 * f, 4, stride=2, padding=1, bias=False),
            norm(4 * f),
            nn.ReLU(),
            *(ResidualBlock(4 * f) for _ in range(blocks)),
            nn.ConvTranspose2d(4 * f, 2 * f, 4, stride=2, padding=1, bias=False),
            norm(2 * f),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * f, f, 4, stride=2, padding=1, bias=False),
            norm(f),
            nn.ReLU(),
            ToPicture(f),
            nn.Tanh(),
        ]
        self.main = nn.Sequential(*layers)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Return G(x, c), (N, 3, H, W) in [-1, 1], for images x in [-1, 1] and labels c (N, planes)."""
        first, *others = self.main
        maps = first(x, c)
        for layer in others:
            maps = layer(maps)
        return maps.to(x.dtype)  # type: ignore[no-any-return]


class Critic(nn.Module):
    """D without its class head: stride-2 convolutions with LeakyReLU(0.01), then D_src (patches).

    No batch statistics: real and fake images may share a forward pass.
    """

    slope = 0.01

    def __init__(self, filters: int = 64, layers: int = 6) -> None:
        super().__init__()
        self.filters = filters
        widths = [3, *(filters * 2**layer for layer in range(layers))]
        self.main = nn.ModuleList(DownConv(w_in, w_out) for w_in, w_out in pairwise(widths))
        self.src = nn.Conv2d(widths[-1], 1, 3, padding=1, bias=False)

    @property
    def layers(self) -> list[DownConv]:
        """The convolutions of the trunk."""
        return [cast(DownConv, layer) for layer in self.main]

    def trunk(self, x: Tensor) -> Tensor:
        """Return the last feature maps of images (N, 3, H, W) in [-1, 1]."""
        for layer in self.layers:
            x = F.leaky_relu(layer(x), self.slope)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Return D_src(x), (N, 1, h, w) unbounded."""
        return self.src(self.trunk(x)).to(x.dtype)  # type: ignore[no-any-return]


class Discriminator(Critic):
    """D: the critic with D_cls, the logits of all labels, on the same trunk (Table 5)."""

    def __init__(self, image_size: int, labels: int, filters: int = 64, layers: int = 6) -> None:
        super().__init__(filters, layers)
        self.cls = nn.Conv2d(filters * 2 ** (layers - 1), labels, image_size // 2**layers, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """Return D_src(x), (N, 1, h, w) unbounded, and D_cls(x), (N, labels) logits, for images in [-1, 1]."""
        features = self.trunk(x)
        return self.src(features).to(x.dtype), self.cls(features).flatten(1).to(x.dtype)
