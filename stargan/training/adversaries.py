"""The losses by which the baselines set G and D against each other: Eq. 1 of the paper, and that of LSGAN."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

Adversary = Callable[[Tensor, bool], Tensor]
"""A loss of D's patches and of what they should say: real (True) or fake. G minimises it with True on its fakes, which
for `vanilla` is the non-saturating form of Eq. 1."""


def vanilla(src: Tensor, real: bool) -> Tensor:
    """Return -E[log D_src] for patches that should be real, -E[log(1 - D_src)] for fakes: Eq. 1, on logits."""
    return F.binary_cross_entropy_with_logits(src, torch.full_like(src, float(real)))


def least_squares(src: Tensor, real: bool) -> Tensor:
    """Return E[(D_src - 1)^2] for patches that should be real, E[D_src^2] for fakes: LSGAN, as in CycleGAN (section 4)."""
    return ((src - float(real)) ** 2).mean()
