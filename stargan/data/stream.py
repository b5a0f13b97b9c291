"""Training batches as a pure function of (seed, iteration): any one can be had alone, so a resume is exact."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Real images of one dataset: x (N, 3, H, W) in [-1, 1], labels (N, width of its kind) in {0, 1}."""

    x: Tensor
    labels: Tensor


class Stream:
    """Shuffled, flipped batches of one dataset's training images.

    Every epoch is a permutation of its own; the last batch of an epoch may be smaller.
    """

    def __init__(
        self, images: np.ndarray, labels: np.ndarray, positions: np.ndarray, *, batch: int, flip: float, seed: int
    ) -> None:
        self.images, self.labels, self.positions = images, labels, positions
        self.size, self.flip, self.seed = batch, flip, seed
        self.batches_per_epoch = math.ceil(len(positions) / batch)
        self._epoch, self._order = -1, positions

    def batch(self, iteration: int, device: torch.device | str = "cpu") -> Batch:
        """Return the batch of `iteration`, images in [-1, 1]."""
        epoch, step = divmod(iteration, self.batches_per_epoch)
        if epoch != self._epoch:  # only the last permutation is kept; it follows from (seed, epoch)
            self._order = np.random.default_rng([self.seed, 0, epoch]).permutation(self.positions)
            self._epoch = epoch
        chosen = self._order[step * self.size : (step + 1) * self.size]
        flips = np.random.default_rng([self.seed, 1, iteration]).random(len(chosen)) < self.flip
        pixels = self.images[chosen]
        pixels[flips] = pixels[flips, :, ::-1]
        return Batch(
            from_uint8(torch.from_numpy(pixels).to(device)),
            torch.from_numpy(self.labels[chosen]).to(device, torch.float32),
        )


def from_uint8(images: torch.Tensor) -> torch.Tensor:
    """Return (N, H, W, 3) uint8 images as (N, 3, H, W) float32 in [-1, 1]."""
    return (images.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1).contiguous()


def to_uint8(x: torch.Tensor) -> torch.Tensor:
    """Return (N, 3, H, W) images in [-1, 1] as (N, H, W, 3) uint8, rounded to the nearest level."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
