"""StarGAN: one generator and one discriminator for all domains of all datasets (paper, section 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stargan.data.domains import DomainSpace
from stargan.data.stream import Batch
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.translators import StarTranslator
from stargan.training import losses
from stargan.training.d_gradients import forward_chain, input_chain, put_tangents, weight_gradients
from stargan.training.methods.base import Draws, Method, Round, Update


@dataclass(frozen=True)
class Weights:
    """The weights of the losses (Eqs. 5, 6, 8)."""

    lambda_cls: float
    lambda_rec: float
    lambda_gp: float


class Star(Method):
    """StarGAN under training. Joint training takes the datasets in turn within an iteration (section 3.3)."""

    def __init__(
        self, g: Generator, d: Discriminator, space: DomainSpace, weights: Weights, n_critic: int, *, plain: bool = False
    ) -> None:
        self.g, self.d, self.space, self.weights, self.n_critic = g, d, space, weights, n_critic
        self.networks: Mapping[str, nn.Module] = {"d": d, "g": g}
        self.cycle = n_critic
        self.discriminator_update = self.plain_discriminator_update if plain else self.fast_discriminator_update

    def draws(self, iteration: int, batches: Sequence[Batch], random: torch.Generator) -> Draws:  # noqa: ARG002
        """Return for each batch an order of its labels, which gives the targets, and alpha of x^ (Eq. 8), (N, 1, 1, 1)."""
        sizes = [len(batch.labels) for batch in batches]
        return [
            (torch.randperm(n, generator=random), torch.rand(n, 1, 1, 1, generator=random, dtype=torch.float64))
            for n in sizes
        ]

    def ahead(self, first: int, rounds: Sequence[Round]) -> Sequence[Round]:
        """Return the rounds with fakes in the draws of iterations that leave G as it is, all by one pass of G."""
        still = [round_ for iteration, round_ in enumerate(rounds, first) if self.phase(iteration) == 0]
        if len(still) < 2:
            return rounds
        asked = [
            (batch.x, self.space.vector(_targets(batch, order), dataset))
            for each in still for dataset, (batch, (order, _)) in enumerate(zip(*each, strict=True))
        ]  # fmt: skip
        x, c_trg = (torch.cat(part) for part in zip(*asked, strict=True))
        with torch.no_grad():
            fakes = iter(self.g(x, c_trg).split([len(x) for x, _ in asked]))
        return [
            (batches, [(*draw, next(fakes)) for draw in draws] if self.phase(iteration) == 0 else draws)
            for iteration, (batches, draws) in enumerate(rounds, first)
        ]

    def step(self, iteration: int, batches: Sequence[Batch], draws: Draws) -> Iterator[Update]:
        """Yield D's update for each dataset, and every n_critic-th iteration G's after it."""
        trains_g = self.phase(iteration) == 1
        for dataset, (batch, (order, alpha, *made)) in enumerate(zip(batches, draws, strict=True)):
            x_real, label_org, label_trg = batch.x, batch.labels[batch.rows], _targets(batch, order)
            alpha = alpha[batch.rows].to(x_real)
            c_org, c_trg = (self.space.vector(label, dataset) for label in (label_org, label_trg))
            # G does not change during D's update: one fake serves both, with a graph only where G needs one.
            with torch.set_grad_enabled(trains_g):
                x_fake = made[0] if made else self.g(x_real, c_trg)
            yield self.discriminator_update(x_real, x_fake.detach(), alpha, label_org, dataset)
            if trains_g:
                yield self.generator_update(x_real, x_fake, c_org, label_trg, dataset)

    @torch.no_grad()
    def fast_discriminator_update(
        self, x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor, dataset: int
    ) -> Update:
        """Return Eq. 5 with its gradients by hand: real, fake and x^ go through D, and back, together."""
        d, n = self.d, len(x_real)
        x_hat = slice(2 * n, None)
        h = forward_chain(d, torch.cat([x_real, x_fake, torch.lerp(x_fake, x_real, alpha)]))
        src = d.src(h[-1]).to(x_real.dtype)
        src_real, src_fake, _ = src.chunk(3)
        logits_real = d.cls(h[-1][:n]).flatten(1).to(x_real.dtype)
        # What comes back to D's outputs: Eq. 5 takes means of D_src for real and fake, and the gradient of its sum at x^.
        src_back = src.new_ones(src.shape)
        src_back[:n], src_back[n : 2 * n] = -1 / src_real.numel(), 1 / src_fake.numel()
        with torch.enable_grad():
            cls_real = self.space.classification_loss(logits_real.requires_grad_(), label, dataset)
            (cls_back,) = torch.autograd.grad(self.weights.lambda_cls * cls_real, logits_real)
        cotangents, gradient = input_chain(d, h, src_back, cls_back, x_hat)
        with torch.enable_grad():
            gradient = gradient.to(x_real.dtype)  # the norm is none for bfloat16
            penalty = losses.gradient_penalty(gradient.requires_grad_())
            (direction,) = torch.autograd.grad(self.weights.lambda_gp * penalty, gradient)
        put_tangents(d, h, direction, x_hat)
        by_hand = weight_gradients(d, h, cotangents, src_back, cls_back, features=slice(2 * n))
        return self._discriminator_update(src_real, src_fake, cls_real, penalty, dataset, by_hand)

    def plain_discriminator_update(
        self, x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor, dataset: int
    ) -> Update:
        """Return Eq. 5 as it reads, the penalty by double backward: the oracle of the fast form."""
        src_real, logits_real = self.d(x_real)
        src_fake, _ = self.d(x_fake)
        x_hat = (alpha * x_real + (1 - alpha) * x_fake).requires_grad_()
        src_hat, _ = self.d(x_hat)
        (gradient,) = torch.autograd.grad(src_hat.sum(), x_hat, create_graph=True)
        cls_real = self.space.classification_loss(logits_real, label, dataset)
        return self._discriminator_update(src_real, src_fake, cls_real, losses.gradient_penalty(gradient), dataset)

    def _discriminator_update(
        self, src_real: Tensor, src_fake: Tensor, cls_real: Tensor, penalty: Tensor, dataset: int,
        by_hand: Mapping[str, Tensor] | None = None,
    ) -> Update:  # fmt: skip
        l_adv = losses.adversarial(src_real, src_fake, penalty, self.weights.lambda_gp)
        return Update(
            "d", losses.discriminator(l_adv, cls_real, self.weights.lambda_cls),
            self._named(dataset, d_real=src_real.mean(), d_fake=src_fake.mean(), d_gp=penalty, d_cls=cls_real), by_hand,
        )  # fmt: skip

    def generator_update(self, x_real: Tensor, x_fake: Tensor, c_org: Tensor, label_trg: Tensor, dataset: int) -> Update:
        """Return Eq. 6: fool D, be classified as the target, and come back to the input."""
        src_fake, logits_fake = self.d(x_fake)
        cls_fake = self.space.classification_loss(logits_fake, label_trg, dataset)
        l_adv = -src_fake.mean()  # the terms of Eq. 8 that depend on G
        l_rec = losses.reconstruction(x_real, self.g(x_fake, c_org))
        return Update(
            "g", losses.generator(l_adv, cls_fake, l_rec, self.weights.lambda_cls, self.weights.lambda_rec),
            self._named(dataset, g_fake=src_fake.mean(), g_cls=cls_fake, g_rec=l_rec),
        )  # fmt: skip

    def phase(self, iteration: int) -> int:
        """Return 1 for iterations that train G too, else 0."""
        return int((iteration + 1) % self.n_critic == 0)

    def translator(self) -> tuple[StarTranslator, tuple[str, ...]]:
        """Return G as a translator, and its name."""
        return StarTranslator(self.g), ("g",)

    def _named(self, dataset: int, **terms: Tensor) -> dict[str, Tensor]:
        name = self.space.datasets[dataset]
        return {f"{term}_{name}": value.detach() for term, value in terms.items()}


def _targets(batch: Batch, order: Tensor) -> Tensor:
    """Return the labels that the images of this process get: those of the batch in another order."""
    return batch.labels[order][batch.rows]
