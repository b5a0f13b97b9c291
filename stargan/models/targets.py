"""What a face shall become, as people write it: 'Blond_Hair,Young'."""

import torch
from torch import Tensor

from stargan.core.target import steps_of
from stargan.data.domains import DomainSpace
from stargan.errors import Fault, nearest


def names_in(text: str) -> list[str]:
    """Return the steps of a comma-separated list of labels."""
    return [name.strip() for name in text.split(",") if name.strip()]


def dataset_of(space: DomainSpace, steps: list[str]) -> int:
    """Return the dataset whose labels the steps name. Raises Fault on an unknown name or a mixture."""
    names = [one.name for step in steps for one in steps_of(step)]
    every = [name for kind in space.kinds for name in kind.names]
    for name in names:
        if name not in every:
            raise Fault(f"target: label {name!r} is unknown to this model{nearest(name, every)}")
    for index, kind in enumerate(space.kinds):
        if set(names) <= set(kind.names):
            return index
    raise Fault(f"target {','.join(steps)}: the labels belong to different datasets; ask for those of one at a time")


def target_path(space: DomainSpace, to: str, given: str) -> list[Tensor]:
    """Return c~ (1, width) of faces that are `given`, and of what they shall be. Raises Fault on unknown names."""
    steps = names_in(to)
    if not steps:
        raise Fault("the target names no label; give for instance Young")
    dataset = dataset_of(space, steps)
    kind = space.kinds[dataset]
    path = [torch.zeros(1, kind.width)]
    for part in (names_in(given), steps):
        label = path[-1]
        for step in part:
            label = kind.target(label, step)
        path.append(label)
    return [space.vector(label, dataset) for label in path[1:]]
