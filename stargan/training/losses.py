"""The paper's equations 4 to 6 and 8, one pure function each. Eq. 1, which Eq. 8 replaces, is in `adversaries`.

Eqs. 2 and 3, -log D_cls(c|x), depend on what a label is: `stargan.data.domains` has one form for each label kind.
"""

from torch import Tensor
from torch.linalg import vector_norm


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
