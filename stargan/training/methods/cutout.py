"""Cutout (DeVries and Taylor, 2017), of all images that D sees, as in differentiable augmentation (Zhao et al., 2020)."""

import torch
from torch import Tensor


def cut_out(x: Tensor, middle: Tensor, share: float) -> Tensor:
    """Return images x (N, 3, s, s) with a square of each at 0, the middle grey: what reaches beyond its edges is cut off.

    middle (N, 2): the square's row and column, in shares of the side; share: of the side, the square's own.
    """
    places = (torch.arange(x.shape[-1], device=x.device) + 0.5) / x.shape[-1]
    rows, columns = ((places - middle[:, axis, None]).abs() < share / 2 for axis in (0, 1))
    return x.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0)
