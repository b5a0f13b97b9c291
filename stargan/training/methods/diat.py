"""DIAT (1610.05586): a generator and a critic for each ordered pair of domains, and an identity loss.

L_G = L_adv + lambda_id E[||F(x) - F(G(x))||_1], where F is frozen. The paper's F is a face-recognition network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from stargan.data.domains import LabelKind
from stargan.data.stream import Batch
from stargan.models.translators import Pair, PairTranslator, name_of
from stargan.training import losses
from stargan.training.adversaries import Adversary
from stargan.training.methods.base import Method, Update
from stargan.training.methods.pairs import named

Features = Callable[[Tensor], Tensor]


class Diat(Method):
    """All one-way models under training; an iteration trains each of them once."""

    def __init__(
        self,
        models: Mapping[Pair, tuple[nn.Module, nn.Module]],
        domains: Sequence[str],
        kind: LabelKind,
        *,
        adversary: Adversary,
        features: Features,
        lambda_id: float,
    ) -> None:
        """Take (G, D) of each pair; `domains` name the streams of batches in order."""
        self.models, self.domains, self.kind = models, domains, kind
        self.adversary, self.features, self.lambda_id = adversary, features, lambda_id
        self.networks: Mapping[str, nn.Module] = {
            f"{key}_{name_of(pair)}": network
            for pair, model in models.items()
            for key, network in zip("gd", model, strict=True)
        }
        self.translating = tuple(f"g_{name_of(pair)}" for pair in models)

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:  # noqa: ARG002
        """Yield D's and then G's update of each model."""
        images = {domain: batch.images for domain, batch in zip(self.domains, batches, strict=True)}
        for pair, (g, d) in self.models.items():
            x, y = images[pair[0]], images[pair[1]]
            y_fake = g(x)
            yield self.discriminator_update(pair, d, y, y_fake.detach())
            yield self.generator_update(pair, d, x, y_fake)

    def discriminator_update(self, pair: Pair, d: nn.Module, y: Tensor, y_fake: Tensor) -> Update:
        """Return D's objective: images of the target domain are real, translations fake."""
        d_real, d_fake = self.adversary(d(y), True), self.adversary(d(y_fake), False)
        return Update(f"d_{name_of(pair)}", d_real + d_fake, named(pair, d_real=d_real, d_fake=d_fake))

    def generator_update(self, pair: Pair, d: nn.Module, x: Tensor, y_fake: Tensor) -> Update:
        """Return G's objective: fool D, and keep what F sees."""
        g_adv = self.adversary(d(y_fake), True)
        g_id = losses.reconstruction(self.features(x).to(x.dtype), self.features(y_fake).to(x.dtype))
        return Update(f"g_{name_of(pair)}", g_adv + self.lambda_id * g_id, named(pair, g_adv=g_adv, g_id=g_id))

    def translator(self, networks: Mapping[str, nn.Module]) -> PairTranslator:
        """Return the generators as a translator."""
        return PairTranslator({pair: networks[f"g_{name_of(pair)}"] for pair in self.models}, self.kind)


def random_features(seed: int) -> nn.Module:
    """Return a frozen network of three strided convolutions with random weights, as F."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [
            nn.Conv2d(3, 32, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 64, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 64, 3, 2, 1),
        ]
        return nn.Sequential(*layers).requires_grad_(False)
