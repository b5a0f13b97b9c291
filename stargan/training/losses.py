"""The paper's equations 1, 4 to 6 and 8, one pure function each.

Eqs. 2 and 3, -log D_cls(c|x), depend on what a label is: `stargan.data.domains` has one form for each label kind.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn import functional as F

Adversary = Callable[[Tensor, bool], Tensor]
"""A loss of D's patches and of what they should say: real (True) or fake. G minimises it with True on its fakes, which
for `vanilla` is the non-saturating form of Eq. 1."""


def adversarial(src_real: Tensor, src_fake: Tensor, penalty: Tensor | float, lambda_gp: float) -> Tensor:
    """Return L_adv of Eq. 8: E[D_src(x)] - E[D_src(G(x,c))] - lambda_gp * penalty."""
    return src_real.mean() - src_fake.mean() - lambda_gp * penalty


def gradient_penalty(gradient: Tensor) -> Tensor:
    """Return E[(||gradient||_2 - 1)^2] of Eq. 8, for the (N, ...) gradients of D_src at x^.

    The norm runs over all values of one image. A zero gradient is legal: its norm has subgradient 0.
    """
    norms: Tensor = vector_norm(gradient.flatten(1), dim=1)
    return ((norms - 1) ** 2).mean()


def reconstruction(x: Tensor, x_rec: Tensor) -> Tensor:
    """Return L_rec of Eq. 4: E[||x - G(G(x,c),c')||_1], as a mean over values."""
    return (x - x_rec).abs().mean()


def discriminator(l_adv: Tensor, cls_real: Tensor, lambda_cls: float) -> Tensor:
    """Return L_D of Eq. 5: -L_adv + lambda_cls L_cls^r."""
    return -l_adv + lambda_cls * cls_real


def generator(l_adv: Tensor, cls_fake: Tensor, l_rec: Tensor, lambda_cls: float, lambda_rec: float) -> Tensor:
    """Return L_G of Eq. 6: L_adv + lambda_cls L_cls^f + lambda_rec L_rec."""
    return l_adv + lambda_cls * cls_fake + lambda_rec * l_rec


def vanilla(src: Tensor, real: bool) -> Tensor:
    """Return -E[log D_src] for patches that should be real, -E[log(1 - D_src)] for fakes: Eq. 1, on logits."""
    return F.binary_cross_entropy_with_logits(src, torch.full_like(src, float(real)))


def least_squares(src: Tensor, real: bool) -> Tensor:
    """Return E[(D_src - 1)^2] for patches that should be real, E[D_src^2] for fakes: LSGAN, as in CycleGAN (section 4)."""
    return ((src - float(real)) ** 2).mean()
