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
from stargan.training.adversaries import vanilla
from stargan.training.methods.base import Method, Update


class IcGan(Method):
    """IcGAN under training: the GAN for `gan_iterations`, then both encoders with G frozen."""

    def __init__(
        self,
        g: ConditionalGenerator,
        d: ConditionalDiscriminator,
        e_z: Encoder,
        e_y: Encoder,
        *,
        space: DomainSpace,
        z: int,
        gan_iterations: int,
    ) -> None:
        self.g, self.d, self.e_z, self.e_y = g, d, e_z, e_y
        self.space, self.z, self.gan_iterations = space, z, gan_iterations
        self.networks: Mapping[str, nn.Module] = {"d": d, "g": g, "e_z": e_z, "e_y": e_y}
        self.translating = ("g", "e_z")
        self.norms = [m for network in self.networks.values() for m in network.modules() if isinstance(m, BatchNorm)]

    def draw(self, iteration: int, labels: Sequence[Tensor], random: torch.Generator) -> list[dict[str, Tensor]]:  # noqa: ARG002
        """Return noise z (N, nz), the labels in another order, which are wrong ones, and (N,) times how many differ."""
        return [self._drawn(own, random) for own in labels]

    def _drawn(self, labels: Tensor, random: torch.Generator) -> dict[str, Tensor]:
        n = len(labels)
        z, order = torch.randn(n, self.z, generator=random), torch.randperm(n, generator=random)
        wrong = labels[order.to(labels.device)]
        differing = (labels != wrong).any(dim=1).to(labels.dtype).sum()
        return {"z": z.to(labels), "label_wrong": wrong, "differing": differing.expand(n)}

    def trains(self, iteration: int) -> tuple[str, ...]:
        """Return D and G, after `gan_iterations` E_z and E_y."""
        return ("d", "g") if iteration < self.gan_iterations else ("e_z", "e_y")

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:
        """Yield the updates of D and G, or of E_z and E_y. A lone image is passed over: batch norm can't take it."""
        for dataset, (x, label, draws, share) in enumerate(batches):
            if len(x) < 2 and share == 1:
                continue
            for norm in self.norms:
                norm.shared = share < 1
            y, y_wrong = (self.space.vector(each, dataset) for each in (label, draws["label_wrong"]))
            if "d" in self.trains(iteration):
                count = draws["differing"][0].clamp_min(1) * share  # its mean over the processes
                yield from self.gan_updates(x, y, draws["z"], y_wrong, (y != y_wrong).any(dim=1).to(x.dtype), count)
            else:
                yield from self.encoder_updates(x, y, draws["z"])

    def gan_updates(
        self, x: Tensor, y: Tensor, z: Tensor, y_wrong: Tensor, differs: Tensor, count: Tensor
    ) -> Iterator[Update]:
        """Yield D's update, against fakes and against real images with a wrong label, and G's."""
        self.g.train()
        x_fake = self.g(z, y)
        d_real = vanilla(self.d(x, y), True)
        d_fake = vanilla(self.d(x_fake.detach(), y), False)
        d_wrong = self.wrong_label(x, y_wrong, differs, count)
        terms = {"d_real": d_real, "d_fake": d_fake, "d_wrong": d_wrong}
        yield Update("d", d_real + (d_fake + d_wrong) / 2, _detached(terms))
        g_adv = vanilla(self.d(x_fake, y), True)
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

    def translator(self, networks: Mapping[str, nn.Module]) -> IcGanTranslator:
        """Return G and E_z as a translator."""
        return IcGanTranslator(networks["g"], networks["e_z"])


def _detached(terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in terms.items()}
