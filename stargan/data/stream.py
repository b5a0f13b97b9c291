"""Training batches as a pure function of (seed, iteration): any one can be had alone, so a resume is exact."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from stargan.data.pixels import from_uint8


class Batch(NamedTuple):
    """N training images of one dataset and what a method draws for them; every tensor has N rows.

    images: (N, 3, H, W) in [-1, 1]. labels: (N, width of the kind) in {0, 1}. draws: by name. share: what fraction these
    N images are of the batch, where several processes share it.
    """

    images: Tensor
    labels: Tensor
    draws: Mapping[str, Tensor]
    share: float = 1.0

    def part(self, rows: slice) -> "Batch":
        """Return some rows of a whole batch."""
        images, draws = self.images[rows], {name: draw[rows] for name, draw in self.draws.items()}
        return Batch(images, self.labels[rows], draws, len(images) / len(self.images))


class Stream:
    """Shuffled, flipped batches of one dataset's training images.

    Every epoch is a permutation of its own; the last batch of an epoch may be smaller.
    """

    def __init__(
        self, images: Tensor, labels: np.ndarray, positions: np.ndarray, *, batch: int, flip: float, seed: int
    ) -> None:
        """Take uint8 images (M, H, W, 3) where they lie, see `pixels.to_device_if_fits`."""
        self.images, self.labels, self.positions = images, labels, positions
        self.size, self.flip, self.seed = batch, flip, seed
        self.batches_per_epoch = math.ceil(len(positions) / batch)
        self._epoch, self._order = -1, positions

    def batch(self, iteration: int, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
        """Return the images and labels of the batch of `iteration`."""
        epoch, step = divmod(iteration, self.batches_per_epoch)
        if epoch != self._epoch:  # only the last permutation is kept; it follows from (seed, epoch)
            self._order = np.random.default_rng([self.seed, 0, epoch]).permutation(self.positions)
            self._epoch = epoch
        chosen = self._order[step * self.size : (step + 1) * self.size]
        flips = np.random.default_rng([self.seed, 1, iteration]).random(len(chosen)) < self.flip
        pixels = self.images[torch.from_numpy(chosen).to(self.images.device)].to(device)
        flipped = torch.from_numpy(flips[:, None, None, None]).to(device)
        images = from_uint8(torch.where(flipped, pixels.flip(2), pixels))
        return images, torch.from_numpy(self.labels[chosen]).to(device, torch.float32)
