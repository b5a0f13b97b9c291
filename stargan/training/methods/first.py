"""What G learns before it translates (`train.reconstruct_first`)."""

from torch import Tensor

from stargan.training import losses
from stargan.training.methods.base import Update


def first_update(x_real: Tensor, x_fake: Tensor, lambda_rec: float) -> Update:
    """Return G's objective |x - G(x, c)|: to give its input back, as in CartoonGAN's initialisation (Chen et al., 2018)."""
    l_rec = losses.reconstruction(x_real, x_fake)
    return Update("g", lambda_rec * l_rec, {"g_rec": l_rec})
