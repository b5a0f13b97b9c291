"""Trained networks as translators: each takes images along a path of label vectors."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor, nn

from stargan.core.names import joined
from stargan.data.domains import LabelKind


class Translator(Protocol):
    """A trained method. `direct`: whether of a path only its end counts, else each step is walked."""

    direct: bool

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
        """Return which (N,) of the images it can take along a path: it may have no model for a step."""
        ...

    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        """Return images like x (N, 3, H, W) in [-1, 1], translated along a path of label vectors.

        The path leads from what the images are to what they shall be, each entry (N, width of the domain space).
        """
        ...


class StarTranslator:
    """A trained generator: it jumps to the end of the path."""

    direct = True

    def __init__(self, g: nn.Module) -> None:
        self.g = g

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
        """Return that every image can be translated, (N,)."""
        return torch.ones(len(path[-1]), dtype=torch.bool, device=path[-1].device)

    @torch.no_grad()
    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        """Return G(x, last label vector of the path)."""
        return self.g(x, path[-1])  # type: ignore[no-any-return]


class IcGanTranslator:
    """A trained G and E_z: it jumps to the end of the path."""

    direct = True

    def __init__(self, g: nn.Module, e_z: nn.Module) -> None:
        self.g, self.e_z = g, e_z

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
        """Return that every image can be translated, (N,)."""
        return torch.ones(len(path[-1]), dtype=torch.bool, device=path[-1].device)

    @torch.no_grad()
    def translate(self, x: Tensor, path: Sequence[Tensor]) -> Tensor:
        """Return G(E_z(x), last label vector of the path), both with running statistics."""
        was_training = self.g.training, self.e_z.training  # a training shares these networks
        self.g.eval()
        self.e_z.eval()
        out: Tensor = self.g(self.e_z(x), path[-1])
        self.g.train(was_training[0])
        self.e_z.train(was_training[1])
        return out


Pair = tuple[str, str]
"""(from, to) domains: a class, 'Male', or '-Male' for those without."""


def name_of(pair: Pair) -> str:
    """Return a pair as a part of names of networks and losses, 'neutral_to_happy'; no other pair has the same."""
    return joined(pair, "to")


class PairTranslator:
    """Trained one-way networks. A path is walked label by label: the paper's several attributes are chained steps."""

    direct = False

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

    def can_translate(self, path: Sequence[Tensor]) -> Tensor:
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
