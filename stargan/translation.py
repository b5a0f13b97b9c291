"""Which translations are made of which images, and how a translator makes them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stargan.data.prepared import Prepared
from stargan.data.stream import from_uint8, to_uint8
from stargan.domains import Classes, DomainSpace
from stargan.methods.base import Translator


@dataclass(frozen=True)
class Request:
    """Test faces of one dataset to one target of one dataset's labels; datasets by position in the space."""

    set: str
    """own; reconstruction (the target is the image's own label); cross (labels of another dataset); wrong_mask."""
    faces: int
    labels: int
    target: str
    mask: int


def requests(space: DomainSpace, targets: Mapping[str, Sequence[str]]) -> list[Request]:
    """Return all translations of a run: own targets, reconstruction, and across datasets with either mask.

    Across datasets only classes are asked for: they say what a face shall be, whatever it is, while a flip needs
    a label that the face does not have. The wrong mask (Figure 7) names the faces' own dataset.
    """
    found = []
    for faces, name in enumerate(space.datasets):
        own = targets.get(name) or space.kinds[faces].singles()
        found += [Request("own", faces, faces, target, faces) for target in own]
        found.append(Request("reconstruction", faces, faces, "", faces))
        for labels, kind in enumerate(space.kinds):
            if labels != faces and isinstance(kind, Classes):
                found += [Request("cross", faces, labels, target, labels) for target in kind.singles()]
                found += [Request("wrong_mask", faces, labels, target, faces) for target in kind.singles()]
    return found


def path_of(space: DomainSpace, request: Request, labels: torch.Tensor) -> list[torch.Tensor]:
    """Return the path of label vectors for faces with these own labels (N, width): what they are, what they shall be."""
    start = space.vector(labels, request.faces)
    if request.faces == request.labels:
        goal = space.kinds[request.labels].target(labels, request.target) if request.target else labels
    else:
        blank = labels.new_zeros((len(labels), space.kinds[request.labels].width))
        goal = space.kinds[request.labels].target(blank, request.target)
    return [start, space.vector(goal, request.labels, request.mask)]


def translated(
    translator: Translator,
    space: DomainSpace,
    request: Request,
    prepared: Prepared,
    positions: np.ndarray,
    batch: int,
    device: torch.device,
) -> Iterator[np.ndarray]:
    """Yield the translations of the images at `positions`, in order, as uint8 blocks (<= batch, s, s, 3)."""
    for start in range(0, len(positions), batch):
        chosen = positions[start : start + batch]
        x = from_uint8(torch.from_numpy(prepared.images[chosen]).to(device))
        labels = torch.from_numpy(prepared.labels[chosen]).to(device, torch.float32)
        yield to_uint8(translator.translate(x, path_of(space, request, labels))).cpu().numpy()


def shown_positions(prepared: Prepared, count: int) -> np.ndarray:
    """Return up to `count` test positions spread evenly over the test split, so that people differ."""
    test = prepared.split("test")
    chosen: np.ndarray = test[np.linspace(0, len(test) - 1, min(count, len(test))).astype(int)]
    return chosen


def rows_of_faces(
    translator: Translator,
    space: DomainSpace,
    wanted: Sequence[Request],
    prepared: Prepared,
    positions: np.ndarray,
    device: torch.device,
) -> np.ndarray:
    """Return uint8 (faces, 1 + requests, s, s, 3): each face, then its translations, as in the paper's figures."""
    columns = [prepared.images[positions]]
    for request in wanted:
        columns.append(np.concatenate(list(translated(translator, space, request, prepared, positions, 64, device))))
    return np.stack(columns, axis=1)
