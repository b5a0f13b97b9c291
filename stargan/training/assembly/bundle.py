"""What the builders of methods hand to `build_training`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from stargan.core.params import Train
from stargan.training.methods.base import Method
from stargan.training.schedule import rate_factor


@dataclass(frozen=True)
class Adam:
    """The settings of a network's optimiser, and the iterations in which it works: (start, length)."""

    lr: float
    beta1: float
    beta2: float
    span: tuple[int, int]

    def optimiser(self, network: nn.Module) -> torch.optim.Optimizer:
        """Return Adam over the network's parameters; `initial_lr` stays what the rate is a share of.

        On a GPU the rate is a tensor, which a captured graph reads anew each time.
        """
        parameters = list(network.parameters())
        on_gpu = parameters[0].is_cuda
        lr = torch.tensor(self.lr, device=parameters[0].device) if on_gpu else self.lr
        made = torch.optim.Adam(parameters, lr, betas=(self.beta1, self.beta2), fused=True, capturable=on_gpu)
        made.param_groups[0]["initial_lr"] = self.lr
        made._warned_capturable_if_run_uncaptured = True  # the first iterations are taken without a graph, on purpose
        return made

    def rate_factor(self, train: Train, decay_share: float) -> "partial[float]":
        """Return the share of the rate as a function of the training's iteration: a schedule over the span."""
        start, length = self.span
        return partial(_within, train.schedule, start, length, round(length * decay_share))


def _within(schedule: Any, start: int, length: int, decay: int, iteration: int) -> float:
    if not start <= iteration < start + length:
        return 0.0
    return rate_factor(schedule, iteration - start, length, decay)


@dataclass(frozen=True)
class MethodBundle:
    """A method with its optimisers' settings by network."""

    method: Method
    adams: Mapping[str, Adam]
    models: int
    """How many (G, D) it trains: Table 3's 'x 7'."""
