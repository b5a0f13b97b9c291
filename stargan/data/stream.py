"""Training batches as a pure function of (seed, iteration): any one can be had alone, so a resume is exact."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Real images of one dataset: x (n, 3, H, W) in [-1, 1], labels (N, width of its kind) in {0, 1}.

    Of several processes that share a batch each has all labels, and the images of its own `rows`.
    """

    x: Tensor
    labels: Tensor
    rows: slice = field(default_factory=lambda: slice(None))


class Stream:
    """Shuffled, flipped batches of one dataset's training images.

    Every epoch is a permutation of its own; the last batch of an epoch may be smaller.
    """

    def __init__(
        self, images: Tensor, labels: np.ndarray, positions: np.ndarray, *, batch: int, flip: float, seed: int,
        rows: Callable[[int], slice] = lambda _: slice(None),
    ) -> None:  # fmt: skip
        """Take uint8 images (M, H, W, 3) where they lie, see `placed`; `rows` tells this process's share of N."""
        self.images, self.labels, self.positions = images, labels, positions
        self.size, self.flip, self.seed, self.rows = batch, flip, seed, rows
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
        rows = self.rows(len(chosen))
        pixels = self.images[torch.from_numpy(chosen[rows]).to(self.images.device)].to(device)
        flipped = torch.from_numpy(flips[rows, None, None, None]).to(device)
        x = from_uint8(torch.where(flipped, pixels.flip(2), pixels))
        return Batch(x, torch.from_numpy(self.labels[chosen]).to(device, torch.float32), rows)


def placed(images: np.ndarray, device: torch.device) -> Tensor:
    """Return images where batches are gathered: in a GPU's memory if half of what is free holds them, else as they are."""
    found = torch.from_numpy(images)
    fits = device.type == "cuda" and images.nbytes < torch.cuda.mem_get_info(device)[0] / 2
    return found.to(device) if fits else found


def from_uint8(images: torch.Tensor) -> torch.Tensor:
    """Return (N, H, W, 3) uint8 images as (N, 3, H, W) float32 in [-1, 1]."""
    # By a tensor: of a number a GPU takes the reciprocal, and its pixels would be others in the last bit.
    half = torch.full((), 127.5, device=images.device)
    return (images.permute(0, 3, 1, 2).to(torch.float32) / half - 1).contiguous()


def to_uint8(x: torch.Tensor) -> torch.Tensor:
    """Return (N, 3, H, W) images in [-1, 1] as (N, H, W, 3) uint8, rounded to the nearest level."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
