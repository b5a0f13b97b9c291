"""What a training costs, and how long a baseline may train by each rule."""

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stargan.data.stream import Batch
from stargan.training.methods.base import Method


def flops(method: Method, batches: Sequence[tuple[Tensor, Tensor]], length: int) -> int:
    """Return the floating-point operations of `length` iterations: matrix products and convolutions, both passes.

    An iteration of each kind, told by its phase, is counted once, on shapes alone (torch's meta device); a
    multiplication and an addition are two. `batches` of images and labels give the shapes.
    """
    shapes = copy.deepcopy(method)
    for network in shapes.networks.values():
        network.to("meta")
    empty = [(images.to("meta"), labels.to("meta")) for images, labels in batches]
    first: dict[Hashable, int] = {}
    for iteration in range(length):
        first.setdefault(method.phase(iteration), iteration)
    counts = Counter(method.phase(iteration) for iteration in range(length))
    return sum(counts[phase] * flops_of_iteration(shapes, empty, iteration) for phase, iteration in first.items())


def flops_of_iteration(method: Method, batches: Sequence[tuple[Tensor, Tensor]], iteration: int) -> int:
    """Return the floating-point operations of one iteration."""
    random = torch.Generator().manual_seed(0)
    with FlopCounterMode(display=False) as counter:
        draws = method.draw(iteration, [labels for _, labels in batches], random)
        drawn = [Batch(*batch, draw) for batch, draw in zip(batches, draws, strict=True)]
        for update in method.updates(iteration, drawn):
            update.gradients(method.networks[update.network])
    return int(counter.get_total_flops())


def iterations(
    rule: Literal["images_per_model", "images_per_domain", "compute"],
    base: int,
    domains_a_model: float,
    base_flops: Callable[[], int],
    own_flops: Callable[[], int],
) -> int:
    """Return how many iterations a baseline trains, where the run that it is measured with has `base`; at least one.

    images_per_model: as many. images_per_domain: as many images for each target domain as that run, where a model of the
    baseline serves the share `domains_a_model` of the domains. compute: as many operations in all, its models together;
    `base_flops` and `own_flops` tell the operations of `base` iterations of either.
    """
    if rule == "images_per_model":
        return base
    share = domains_a_model if rule == "images_per_domain" else base_flops() / own_flops()
    return max(1, round(base * share))
