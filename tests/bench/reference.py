"""A training loop that does what the released code's does, written anew, to be measured against."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stargan.models.networks.down_conv import DownConv
from stargan.models.networks.star import Discriminator, Generator, InstanceNorm

LAMBDA_CLS, LAMBDA_REC, LAMBDA_GP = 1.0, 10.0, 10.0
N_CRITIC = 5


def as_released(network: nn.Module) -> None:
    """Replace layers by torch's own: instance norms keep running means and variances, which nothing uses."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, InstanceNorm):
                setattr(module, name, nn.InstanceNorm2d(len(child.weight), affine=True, track_running_stats=True))
            if isinstance(child, DownConv):
                plain = nn.Conv2d(child.in_channels, child.out_channels, 4, stride=2, padding=1)
                plain.weight, plain.bias = child.weight, child.bias
                setattr(module, name, plain)


class Reference:
    """Attributes of one dataset: double backward, three passes through D, G's repeated, Adam unfused, all losses read."""

    def __init__(self, image_size: int, labels: int, g: Generator | None = None, d: Discriminator | None = None) -> None:
        self.g, self.d = g or Generator(labels), d or Discriminator(image_size, labels)
        as_released(self.g)
        as_released(self.d)
        self.g_optimiser, self.d_optimiser = (
            torch.optim.Adam(network.parameters(), 1e-4, (0.5, 0.999)) for network in (self.g, self.d)
        )
        self.read: dict[str, float] = {}

    def iterate(self, iteration: int, x_real: Tensor, label_org: Tensor) -> None:
        """Take iteration number `iteration`: D's update, and after every fifth one G's."""
        label_trg = label_org[torch.randperm(len(label_org))]
        src_real, cls_real = self.d(x_real)
        x_fake = self.g(x_real, label_trg)
        src_fake, _ = self.d(x_fake.detach())
        alpha = torch.rand(len(x_real), 1, 1, 1)
        x_hat = (alpha * x_real + (1 - alpha) * x_fake).detach().requires_grad_()
        src_hat, _ = self.d(x_hat)
        d_real, d_fake, d_cls, d_gp = -src_real.mean(), src_fake.mean(), bce(cls_real, label_org), penalty(src_hat, x_hat)
        self._step(self.d_optimiser, d_real + d_fake + LAMBDA_CLS * d_cls + LAMBDA_GP * d_gp)
        self.read |= {"d_real": d_real.item(), "d_fake": d_fake.item(), "d_cls": d_cls.item(), "d_gp": d_gp.item()}
        if (iteration + 1) % N_CRITIC == 0:
            x_fake = self.g(x_real, label_trg)
            src_fake, cls_fake = self.d(x_fake)
            x_rec = self.g(x_fake, label_org)
            g_fake, g_cls, g_rec = -src_fake.mean(), bce(cls_fake, label_trg), (x_real - x_rec).abs().mean()
            self._step(self.g_optimiser, g_fake + LAMBDA_CLS * g_cls + LAMBDA_REC * g_rec)
            self.read |= {"g_fake": g_fake.item(), "g_cls": g_cls.item(), "g_rec": g_rec.item()}

    def _step(self, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
        """Update one network; the gradients of both are cleared, and computed."""
        for each in (self.g_optimiser, self.d_optimiser):
            each.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def bce(logits: Tensor, label: Tensor) -> Tensor:
    """Return Eqs. 2 and 3 for attributes: summed over attributes, averaged over images."""
    return F.binary_cross_entropy_with_logits(logits, label, reduction="sum") / len(logits)


def penalty(src: Tensor, x: Tensor) -> Tensor:
    """Return the gradient penalty, by a gradient that is itself differentiated."""
    (gradient,) = torch.autograd.grad(src, x, torch.ones_like(src), create_graph=True)
    return ((gradient.flatten(1).pow(2).sum(dim=1).sqrt() - 1) ** 2).mean()


def cycle(loop: Reference, batches: Iterable[tuple[Tensor, Tensor]]) -> None:
    """Take five iterations."""
    for iteration, (x, label) in enumerate(batches):
        loop.iterate(iteration, x, label)
