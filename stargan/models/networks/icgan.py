"""IcGAN's networks (1611.06355): a conditional DCGAN, and the encoders that invert it.

Sizes follow the released code's layers; with 128 px, z 64, 64 filters and encoders of 2,048 and 512 units for eight
labels they have 67,756,620 parameters together, the 67.8M of Table 3.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from stargan.models.networks.batch_norm import BatchNorm

ENCODER_LAYERS = 4


def halvings(image_size: int) -> int:
    """Return how often a side is halved down to 4 pixels: the number of DCGAN's strided layers."""
    return (image_size // 4).bit_length() - 1


def widths(image_size: int, filters: int) -> list[int]:
    """Return the channels of DCGAN's layers, from the image's side to the 4 x 4 maps."""
    return [filters * 2**layer for layer in range(halvings(image_size))]


class ConditionalGenerator(nn.Module):
    """G: noise z and a label to an image, by transposed convolutions from 4 x 4."""

    def __init__(self, image_size: int, z: int, labels: int, filters: int = 64) -> None:
        super().__init__()
        channels = [z + labels, *reversed(widths(image_size, filters))]
        layers: list[nn.Module] = []
        for layer, (w_in, w_out) in enumerate(pairwise(channels)):
            stride, padding = (1, 0) if layer == 0 else (2, 1)
            layers += [nn.ConvTranspose2d(w_in, w_out, 4, stride, padding), BatchNorm(w_out), nn.ReLU(inplace=True)]
        self.main = nn.Sequential(*layers, nn.ConvTranspose2d(channels[-1], 3, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return G(z, y), (N, 3, s, s) in [-1, 1], for noise z (N, nz) and labels y (N, labels)."""
        return self.main(torch.cat([z, y], dim=1)[:, :, None, None]).to(z.dtype)  # type: ignore[no-any-return]


class ConditionalDiscriminator(nn.Module):
    """D: an image and a label, which joins as planes after the first convolution, to one logit."""

    def __init__(self, image_size: int, labels: int, filters: int = 64) -> None:
        super().__init__()
        first, *others = widths(image_size, filters)
        self.first = nn.Sequential(nn.Conv2d(3, first, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True))
        layers: list[nn.Module] = []
        for w_in, w_out in pairwise([first + labels, *others]):
            layers += [nn.Conv2d(w_in, w_out, 4, 2, 1), BatchNorm(w_out), nn.LeakyReLU(0.2, inplace=True)]
        self.main = nn.Sequential(*layers, nn.Conv2d(others[-1], 1, 4))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return D(x, y), (N, 1, 1, 1) logits, for images x in [-1, 1] and labels y (N, labels)."""
        features = self.first(x)
        planes = y[:, :, None, None].expand(-1, -1, *features.shape[2:])
        return self.main(torch.cat([features, planes], dim=1)).to(x.dtype)  # type: ignore[no-any-return]


class Encoder(nn.Module):
    """E: an image to a vector (E_z: its noise, E_y: its label), by four 5x5 halvings and two linear layers."""

    def __init__(self, image_size: int, out: int, units: int, filters: int = 32) -> None:
        super().__init__()
        channels = [3, *(filters * 2**layer for layer in range(ENCODER_LAYERS))]
        layers: list[nn.Module] = []
        for w_in, w_out in pairwise(channels):
            layers += [nn.Conv2d(w_in, w_out, 5, 2, 2), BatchNorm(w_out), nn.ReLU(inplace=True)]
        side = image_size // 2**ENCODER_LAYERS
        self.main = nn.Sequential(
            *layers,
            nn.Flatten(),
            nn.Linear(channels[-1] * side**2, units),
            BatchNorm(units),
            nn.ReLU(inplace=True),
            nn.Linear(units, out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, out) values for images x (N, 3, s, s) in [-1, 1]."""
        return self.main(x).to(x.dtype)  # type: ignore[no-any-return]
