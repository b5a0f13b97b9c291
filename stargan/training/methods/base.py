"""What the engine knows of a method, and what evaluation knows of a trained one."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor, nn

from stargan.data.stream import Batch
from stargan.models.translators import Translator


@dataclass(frozen=True)
class Update:
    """One optimiser step to take: minimise `objective` over the parameters of `network` alone."""

    network: str
    objective: Tensor
    terms: Mapping[str, Tensor]
    """The named losses it consists of, for people and logs."""
    by_hand: Mapping[str, Tensor] | None = None
    """The gradient by each parameter's name, where the method has it already."""

    def gradients(self, network: nn.Module) -> tuple[Tensor, ...]:
        """Return the gradients by the parameters of `network` alone, in their order; no other network is touched."""
        if self.by_hand is not None:
            return tuple(self.by_hand[name] for name, _ in network.named_parameters())
        return torch.autograd.grad(self.objective, list(network.parameters()), materialize_grads=True)

    def named(self, owner: str) -> "Update":
        """Return it with its terms named by what they are of."""
        return replace(self, terms={f"{term}_{owner}": value.detach() for term, value in self.terms.items()})


class Method(Protocol):
    """A translation method under training."""

    networks: Mapping[str, nn.Module]
    translating: tuple[str, ...]
    """The names of the networks that translate."""
    cycle: int = 1
    """After so many iterations the same networks are trained again, in the same order."""

    def draw(self, iteration: int, labels: Sequence[Tensor], random: torch.Generator) -> list[dict[str, Tensor]]:  # noqa: ARG002
        """Return what is drawn, on the CPU, for each stream's batch of N, by name, N rows each: by default nothing."""
        return [{} for _ in labels]

    def trains(self, iteration: int) -> tuple[str, ...]:  # noqa: ARG002
        """Return the names of the networks that an iteration trains; by default all."""
        return tuple(self.networks)

    def phase(self, iteration: int) -> Hashable:
        """Return what tells iterations apart that differ in more than their batches; by default what they train."""
        return self.trains(iteration)

    def precompute(self, first: int, cycle: Sequence[Sequence[Batch]]) -> Sequence[Sequence[Batch]]:  # noqa: ARG002
        """Return the batches of the iterations `first`, ..., with draws that are better made for all of them at once."""
        return cycle

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:
        """Yield the updates of one iteration, one batch a stream; each is applied before the next is computed."""
        ...

    def translator(self, networks: Mapping[str, nn.Module]) -> Translator:
        """Return a translator by the networks of the names in `translating`: the method's own, or means of their weights."""
        ...
