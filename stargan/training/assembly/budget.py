"""What a training costs, and how long a baseline may train by each rule."""

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch.utils.flop_counter import FlopCounterMode

from stargan.data.stream import Batch
from stargan.training.methods.base import Method, drawn


def flops(method: Method, batches: Sequence[Batch], length: int) -> int:
    """Return the floating-point operations of `length` iterations: matrix products and convolutions, both passes.

    An iteration of each phase is counted once, on shapes alone (torch's meta device); a multiplication and an
    addition are two. `batches` give the shapes.
    """
    shapes = copy.deepcopy(method)
    for network in shapes.networks.values():
        network.to("meta")
    empty = [Batch(batch.x.to("meta"), batch.labels.to("meta")) for batch in batches]
    first: dict[int, int] = {}
    for iteration in range(length):
        first.setdefault(method.phase(iteration), iteration)
    counts = Counter(method.phase(iteration) for iteration in range(length))
    return sum(counts[phase] * flops_of_iteration(shapes, empty, iteration) for phase, iteration in first.items())


def flops_of_iteration(method: Method, batches: Sequence[Batch], iteration: int) -> int:
    """Return the floating-point operations of one iteration."""
    with FlopCounterMode(display=False) as counter:
        draws = drawn(method, iteration, batches, torch.Generator().manual_seed(0))
        for update in method.step(iteration, batches, draws):
            update.gradients(method.networks[update.network])
    return int(counter.get_total_flops())


def iterations(
    rule: Literal["images_per_model", "images_per_domain", "compute"], base: int, domains_a_model: float,
    base_flops: Callable[[], int], own_flops: Callable[[], int],
) -> int:  # fmt: skip
    """Return how many iterations a baseline trains, where the run that it is measured with has `base`; at least one.

    images_per_model: as many. images_per_domain: as many images for each target domain as that run, where a model of the
    baseline serves the share `domains_a_model` of the domains. compute: as many operations in all, its models together;
    `base_flops` and `own_flops` tell the operations of `base` iterations of either.
    """
    if rule == "images_per_model":
        return base
    share = domains_a_model if rule == "images_per_domain" else base_flops() / own_flops()
    return max(1, round(base * share))
