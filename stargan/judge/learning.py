"""Training of the judge on real images."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from stargan.data.domains import LabelKind
from stargan.data.pixels import from_uint8
from stargan.errors import Fault
from stargan.judge.classifier import Classifier

Log = Callable[[int, float], None]
"""Called after every step with the step, from 1, and its loss."""


def orders(images: int, batch: int, epochs: int, random: torch.Generator) -> Iterator[Tensor]:
    """Yield the positions of each batch: every epoch is a fresh permutation of `images`.

    It is cut into nearly equal parts of at least `batch`: batch norm cannot take a lone image at the end.
    """
    for _ in range(epochs):
        yield from torch.randperm(images, generator=random).tensor_split(steps_an_epoch(images, batch))


def steps_an_epoch(images: int, batch: int) -> int:
    """Return the number of steps in which an epoch shows every image once."""
    return max(1, images // batch)


def flipped(images: Tensor, random: torch.Generator) -> Tensor:
    """Return (N, 3, s, s) images of which each was mirrored left to right with probability 1/2."""
    coin = (torch.rand(len(images), generator=random) < 0.5).to(images.device)
    return torch.where(coin[:, None, None, None], images.flip(3), images)


def learn(
    network: Classifier,
    kind: LabelKind,
    images: np.ndarray,
    labels: np.ndarray,
    positions: np.ndarray,
    *,
    epochs: int,
    batch: int,
    lr: float,
    weight_decay: float,
    random: torch.Generator,
    log: Log,
) -> None:
    """Train `network` in place on those at the N `positions` of uint8 (M, s, s, 3) images and (M, width) labels.

    AdamW under one cycle of the learning rate, whose peak is `lr`; random mirroring. `random`, a CPU
    generator, is the only source of randomness. Images are read a batch at a time: memory-mapped ones
    need not fit in memory. Raises Fault where there are fewer than two positions.
    """
    if len(positions) < 2:
        raise Fault(f"{len(positions)} image(s) in the train split; the classifier needs 2 or more")
    device = next(network.parameters()).device
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    steps = epochs * steps_an_epoch(len(positions), batch)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=max(2, steps))
    wanted = torch.from_numpy(np.array(labels[positions])).to(torch.float32)
    network.train()
    for step, order in enumerate(orders(len(positions), batch, epochs, random), start=1):
        faces = flipped(from_uint8(torch.from_numpy(images[positions[order.numpy()]]).to(device)), random)
        loss = kind.classification_loss(network(faces)[1], wanted[order].to(device))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        cycle.step()
        log(step, float(loss.detach()))
    network.eval()
