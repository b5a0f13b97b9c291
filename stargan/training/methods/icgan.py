"""IcGAN (1611.06355): a conditional GAN, then two encoders that invert it; an edit is G(E_z(x), y')."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stargan.data.domains import DomainSpace
from stargan.data.stream import Batch
from stargan.models.networks.batch_norm import BatchNorm
from stargan.models.networks.icgan import ConditionalDiscriminator, ConditionalGenerator, Encoder
from stargan.models.translators import IcGanTranslator
from stargan.training import losses
from stargan.training.methods.base import Draws, Method, Update


class IcGan(Method):
    """IcGAN under training: the GAN for `gan_iterations`, then both encoders with G frozen."""

    def __init__(
        self, g: ConditionalGenerator, d: ConditionalDiscriminator, e_z: Encoder, e_y: Encoder, *,
        space: DomainSpace, z: int, gan_iterations: int,
    ) -> None:  # fmt: skip
        self.g, self.d, self.e_z, self.e_y = g, d, e_z, e_y
        self.space, self.z, self.gan_iterations = space, z, gan_iterations
        self.networks: Mapping[str, nn.Module] = {"d": d, "g": g, "e_z": e_z, "e_y": e_y}
        self.norms = [m for network in self.networks.values() for m in network.modules() if isinstance(m, BatchNorm)]

    def draws(self, iteration: int, batches: Sequence[Batch], random: torch.Generator) -> Draws:  # noqa: ARG002
        """Return for each batch noise z (N, nz), and an order of its labels, which gives wrong ones."""
        sizes = [len(batch.labels) for batch in batches]
        return [(torch.randn(n, self.z, generator=random), torch.randperm(n, generator=random)) for n in sizes]

    def step(self, iteration: int, batches: Sequence[Batch], draws: Draws) -> Iterator[Update]:
        """Yield the updates of D and G, or of E_z and E_y. A lone image is passed over: batch norm can't take it."""
        for dataset, (batch, (z, order)) in enumerate(zip(batches, draws, strict=True)):
            if len(batch.labels) < 2:
                continue
            for norm in self.norms:
                norm.shared = len(batch.x) < len(batch.labels)
            labels = self.space.vector(batch.labels, dataset)
            x, y, z = batch.x, labels[batch.rows], z[batch.rows].to(batch.x)
            if self.phase(iteration) == 0:
                differs = (labels != labels[order]).any(dim=1).to(x.dtype)
                count = differs.sum().clamp_min(1) * (len(x) / len(labels))  # its mean over the processes
                yield from self.gan_updates(x, y, z, labels[order][batch.rows], differs[batch.rows], count)
            else:
                yield from self.encoder_updates(x, y, z)

    def gan_updates(
        self, x: Tensor, y: Tensor, z: Tensor, y_wrong: Tensor, differs: Tensor, count: Tensor
    ) -> Iterator[Update]:
        """Yield D's update, against fakes and against real images with a wrong label, and G's."""
        self.g.train()
        x_fake = self.g(z, y)
        d_real = losses.vanilla(self.d(x, y), True)
        d_fake = losses.vanilla(self.d(x_fake.detach(), y), False)
        d_wrong = self.wrong_label(x, y_wrong, differs, count)
        terms = {"d_real": d_real, "d_fake": d_fake, "d_wrong": d_wrong}
        yield Update("d", d_real + (d_fake + d_wrong) / 2, _detached(terms))
        g_adv = losses.vanilla(self.d(x_fake, y), True)
        yield Update("g", g_adv, _detached({"g_adv": g_adv}))

    def wrong_label(self, x: Tensor, y_wrong: Tensor, differs: Tensor, count: Tensor) -> Tensor:
        """Return the loss of calling real images under a wrong label real.

        Images whose label came out right don't count: `differs` (N,) is 0 for them, and `count` how many do.
        """
        each = F.softplus(self.d(x, y_wrong).flatten())  # -log(1 - D)
        return (each * differs).sum() / count

    def encoder_updates(self, x: Tensor, y: Tensor, z: Tensor) -> Iterator[Update]:
        """Yield E_z's update, on generated images whose noise is known, and E_y's, on real images with their labels."""
        self.g.eval()
        with torch.no_grad():
            x_fake = self.g(z, y)
        e_z = F.mse_loss(self.e_z(x_fake), z)
        yield Update("e_z", e_z, _detached({"e_z": e_z}))
        e_y = F.mse_loss(self.e_y(x), y)
        yield Update("e_y", e_y, _detached({"e_y": e_y}))

    def phase(self, iteration: int) -> int:
        """Return 0 while the GAN is trained, then 1."""
        return int(iteration >= self.gan_iterations)

    def translator(self) -> tuple[IcGanTranslator, tuple[str, ...]]:
        """Return G and E_z as a translator, and their names."""
        return IcGanTranslator(self.g, self.e_z), ("g", "e_z")


def _detached(terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in terms.items()}
