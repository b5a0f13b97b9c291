"""What the engine knows of a method, and what evaluation knows of a trained one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


Draws = Sequence[tuple[Tensor, ...]]
"""What an iteration takes besides its batches, for each of these: the random numbers of all N images, whoever has them,
and of a method that looks ahead what it has made of the batch already."""

Round = tuple[Sequence[Batch], Draws]
"""What an iteration takes: one batch a stream, and the draws."""


class Method(Protocol):
    """A translation method under training."""

    networks: Mapping[str, nn.Module]
    cycle: int = 1
    """So many iterations may be taken as one, counted from the first iteration."""

    def draws(self, iteration: int, batches: Sequence[Batch], random: torch.Generator) -> Draws:  # noqa: ARG002
        """Return the random numbers of one iteration; by default none, where all chance is in the batches."""
        return [() for _ in batches]

    def ahead(self, first: int, rounds: Sequence[Round]) -> Sequence[Round]:  # noqa: ARG002
        """Return the rounds of the iterations `first`, ..., with what is better made for all of them at once."""
        return rounds

    def step(self, iteration: int, batches: Sequence[Batch], draws: Draws) -> Iterator[Update]:
        """Yield the updates of one iteration, one batch a stream; each is applied before the next is computed."""
        ...

    def phase(self, iteration: int) -> int:  # noqa: ARG002
        """Return a number that is equal for iterations of equal work; by default all are alike."""
        return 0

    def translator(self) -> tuple[Translator, tuple[str, ...]]:
        """Return a translator that shares the weights, and the names of the networks that it needs."""
        ...


def drawn(method: Method, iteration: int, batches: Sequence[Batch], random: torch.Generator) -> Draws:
    """Return the random numbers of an iteration beside its images: drawn on the CPU, they are the same on every device."""
    draws = method.draws(iteration, batches, random)
    return [tuple(draw.to(batch.x.device) for draw in own) for batch, own in zip(batches, draws, strict=True)]
