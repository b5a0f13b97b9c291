"""Means of weights: what translates in the place of weights that still move."""

import copy
from collections.abc import Iterable, Mapping

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Means:
    """Copies of the networks that translate, whose weights are running means of theirs; with `ema` 0 there are none."""

    def __init__(self, networks: Mapping[str, nn.Module], names: Iterable[str], ema: float) -> None:
        """Begin with the networks of these names. ema: the share of a mean that an update keeps."""
        self.networks = {name: copy.deepcopy(networks[name]).requires_grad_(False) for name in names if ema}
        self._move = get_ema_multi_avg_fn(ema)  # type: ignore[no-untyped-call]

    @torch.no_grad()
    def follow(self, name: str, network: nn.Module) -> None:
        """Move the mean after an update: mean <- ema mean + (1 - ema) weights. Running statistics are copied."""
        if name not in self.networks:
            return
        mean = self.networks[name]
        self._move(list(mean.parameters()), list(network.parameters()), 0)
        for kept, now in zip(mean.buffers(), network.buffers(), strict=True):
            kept.copy_(now)
