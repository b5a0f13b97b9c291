"""Translation between two domains at a time: one network for each ordered pair, chained where labels differ by several."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from stargan.domains import LabelKind

Pair = tuple[str, str]
"""(from, to) domains: a class, 'Male', or '-Male' for those without."""


def name_of(pair: Pair) -> str:
    """Return a pair as a part of names of networks and losses."""
    return f"{pair[0]}_to_{pair[1]}"


def named(pair: Pair, **terms: Tensor) -> dict[str, Tensor]:
    """Return the terms of an update under names that tell the pair, detached."""
    return {f"{term}_{name_of(pair)}": value.detach() for term, value in terms.items()}


class PairTranslator:
    """Trained one-way networks. A path is walked label by label: the paper's several attributes are chained steps."""

    jumps = False

    def __init__(self, networks: Mapping[Pair, nn.Module], kind: LabelKind) -> None:
        self.networks, self.kind = networks, kind

    def steps(self, path: Sequence[Tensor]) -> Iterator[tuple[Pair, Tensor, Tensor]]:
        """Yield (pair, which images (N,) it is applied to, their labels (N, width) after it) along a path."""
        labels = path[0]
        for goal in path[1:]:
            for pair in self.networks:
                here, there = pair
                inside = self.kind.inside
                rows = inside(labels, here) & inside(goal, there) & ~inside(labels, there)
                labels = torch.where(rows[:, None], self.kind.target(labels, there), labels)
                yield pair, rows, labels

    def serves(self, path: Sequence[Tensor]) -> Tensor:
        """Return which images (N,) reach every entry of the path, each by one network at least.

        An image that no network touches is no translation.
        """
        served = torch.ones(len(path[0]), dtype=torch.bool, device=path[0].device)
        for start, goal in pairwise(path):
            moved, labels = torch.zeros_like(served), start
            for _, rows, labels in self.steps([start, goal]):  # noqa: B007
                moved |= rows
            served &= moved & (labels == goal).all(dim=1)
        return served

    @torch.no_grad()
    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        """Return the images after each network that a step of the path asks for."""
        x = x.clone()
        for pair, rows, _ in self.steps(path):
            if rows.any():
                x[rows] = self.networks[pair](x[rows])
        return x
