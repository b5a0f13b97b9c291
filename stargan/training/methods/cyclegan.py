"""CycleGAN (1703.10593): two generators and two critics for each pair of domains, held together by cycles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from stargan.data.domains import LabelKind
from stargan.data.stream import Batch
from stargan.models.translators import Pair, PairTranslator, name_of
from stargan.training import losses
from stargan.training.adversaries import Adversary
from stargan.training.methods.base import Method, Update
from stargan.training.methods.pairs import named


@dataclass(frozen=True)
class Cycle:
    """The networks of a pair (a, b): g_ab translates a to b, d_b tells real b from translations to b."""

    g_ab: nn.Module
    g_ba: nn.Module
    d_a: nn.Module
    d_b: nn.Module


class CycleGan(Method):
    """All pairs under training; an iteration trains each of them once."""

    def __init__(
        self,
        cycles: Mapping[Pair, Cycle],
        domains: Sequence[str],
        kind: LabelKind,
        *,
        adversary: Adversary,
        lambda_cyc: float,
        lambda_idt: float,
    ) -> None:
        """Take the networks of each pair; `domains` name the streams of batches in order."""
        self.cycles, self.domains, self.kind = cycles, domains, kind
        self.adversary, self.lambda_cyc, self.lambda_idt = adversary, lambda_cyc, lambda_idt
        networks: dict[str, nn.Module] = {}
        for pair, cycle in cycles.items():
            # Both generators share an objective, and so do both critics: one optimiser each.
            networks[f"g_{name_of(pair)}"] = nn.ModuleDict({"ab": cycle.g_ab, "ba": cycle.g_ba})
            networks[f"d_{name_of(pair)}"] = nn.ModuleDict({"a": cycle.d_a, "b": cycle.d_b})
        self.networks: Mapping[str, nn.Module] = networks
        self.translating = tuple(f"g_{name_of(pair)}" for pair in cycles)

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:  # noqa: ARG002
        """Yield the update of both D and then of both G of each pair."""
        images = {domain: batch.images for domain, batch in zip(self.domains, batches, strict=True)}
        for pair, cycle in self.cycles.items():
            a, b = images[pair[0]], images[pair[1]]
            b_fake, a_fake = cycle.g_ab(a), cycle.g_ba(b)
            yield self.discriminator_update(pair, a, b, a_fake.detach(), b_fake.detach())
            yield self.generator_update(pair, a, b, a_fake, b_fake)

    def discriminator_update(self, pair: Pair, a: Tensor, b: Tensor, a_fake: Tensor, b_fake: Tensor) -> Update:
        """Return the critics' objective, halved as in CycleGAN's section 7.1."""
        d_a, d_b = self.cycles[pair].d_a, self.cycles[pair].d_b
        d_real = self.adversary(d_a(a), True) + self.adversary(d_b(b), True)
        d_fake = self.adversary(d_a(a_fake), False) + self.adversary(d_b(b_fake), False)
        return Update(f"d_{name_of(pair)}", (d_real + d_fake) / 2, named(pair, d_real=d_real, d_fake=d_fake))

    def generator_update(self, pair: Pair, a: Tensor, b: Tensor, a_fake: Tensor, b_fake: Tensor) -> Update:
        """Return the generators' objective: fool both critics, come back in both cycles, leave what is there."""
        cycle = self.cycles[pair]
        g_adv = self.adversary(cycle.d_b(b_fake), True) + self.adversary(cycle.d_a(a_fake), True)
        g_cyc = losses.reconstruction(a, cycle.g_ba(b_fake)) + losses.reconstruction(b, cycle.g_ab(a_fake))
        objective, terms = g_adv + self.lambda_cyc * g_cyc, {"g_adv": g_adv, "g_cyc": g_cyc}
        if self.lambda_idt > 0:  # two more forward passes: not taken for nothing
            g_idt = losses.reconstruction(b, cycle.g_ab(b)) + losses.reconstruction(a, cycle.g_ba(a))
            objective, terms = objective + self.lambda_cyc * self.lambda_idt * g_idt, terms | {"g_idt": g_idt}
        return Update(f"g_{name_of(pair)}", objective, named(pair, **terms))

    def translator(self, networks: Mapping[str, nn.Module]) -> PairTranslator:
        """Return the generators of both directions as a translator."""
        one_way: dict[Pair, nn.Module] = {}
        for a, b in self.cycles:
            both = networks[f"g_{name_of((a, b))}"]
            one_way |= {(a, b): both.get_submodule("ab"), (b, a): both.get_submodule("ba")}
        return PairTranslator(one_way, self.kind)
