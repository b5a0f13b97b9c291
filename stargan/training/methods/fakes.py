"""Fakes of several iterations at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from stargan.data.stream import Batch

if TYPE_CHECKING:
    from stargan.training.methods.star import Star


def with_fakes(star: "Star", first: int, cycle: Sequence[Sequence[Batch]]) -> Sequence[Sequence[Batch]]:
    """Return the batches of the iterations `first`, ..., those that leave G as it is with their fakes, by one pass of G."""
    still = [(iteration, batches) for iteration, batches in enumerate(cycle, first) if "g" not in star.trains(iteration)]
    if len(still) < 2:
        return cycle
    inputs = [
        (batch.images, star.space.vector(batch.draws["label_trg"], star.labelled_as(iteration, dataset)))
        for iteration, batches in still
        for dataset, batch in enumerate(batches)
    ]
    x, c_trg = (torch.cat(part) for part in zip(*inputs, strict=True))
    with torch.no_grad():
        fakes = iter(torch.split(star.translated(x, c_trg), [len(x) for x, _ in inputs]))
    return [
        batches
        if "g" in star.trains(iteration)
        else [batch._replace(draws={**batch.draws, "x_fake": next(fakes)}) for batch in batches]
        for iteration, batches in enumerate(cycle, first)
    ]
