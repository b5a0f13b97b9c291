"""What was tried on a GPU and is no part of the project: other layouts without a compiler, ReLUs in place.

Each change takes a training that is ready for its first iteration. docs/gpu.md has what they gave.
"""

from typing import Any

import torch
from torch import Tensor, nn

from stargan.training.engine import Training
from stargan.training.methods.star import Star


def star_of(made: Training) -> Star:
    """Return the training's method, which is StarGAN."""
    assert isinstance(made.method, Star)
    return made.method


def relu_in_place(made: Training) -> None:
    """Let G's ReLUs overwrite what they take, as they did: what instance norm gives is a view."""
    for module in star_of(made).g.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = True


def channels_last(made: Training) -> None:
    """Let weights and images lie with their channels innermost."""
    for network in made.method.networks.values():
        network.to(memory_format=torch.channels_last)
    for stream in made.streams:
        plain = stream.batch

        def batch(iteration: int, device: Any, plain: Any = plain) -> tuple[Tensor, Tensor]:
            images, labels = plain(iteration, device)
            return images.to(memory_format=torch.channels_last), labels

        stream.batch = batch  # type: ignore[method-assign, assignment]
