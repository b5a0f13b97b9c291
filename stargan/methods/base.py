"""What the engine knows of a method, and what evaluation knows of a trained one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from stargan.data.stream import Batch


@dataclass(frozen=True)
class Update:
    """One optimiser step to take: minimise `objective` over the parameters of `network` alone."""

    network: str
    objective: Tensor
    terms: Mapping[str, Tensor]
    """The named losses it consists of, for people and logs."""


class Method(Protocol):
    """A translation method under training."""

    networks: Mapping[str, nn.Module]

    def step(self, iteration: int, batches: Sequence[Batch], random: torch.Generator) -> Iterator[Update]:
        """Yield the updates of one iteration, one batch a dataset; each is applied before the next is computed."""
        ...


class Translator(Protocol):
    """A trained method."""

    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        """Return images like x (N, 3, H, W) in [-1, 1], translated along a path of label vectors.

        The path leads from what the images are to what they shall be, each entry (N, width of the domain space).
        """
        ...
