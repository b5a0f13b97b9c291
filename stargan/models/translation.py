"""Which translations are made of which images, and how a translator makes them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stargan.core.names import matched
from stargan.data.domains import Classes, DomainSpace, LabelKind
from stargan.data.pixels import from_uint8, to_uint8
from stargan.data.prepared import Prepared
from stargan.models.translators import Translator


@dataclass(frozen=True)
class Request:
    """Test faces of one dataset to one target of one dataset's labels, under a dataset's mask."""

    set: str
    """own; reconstruction (to its own label, at once or over the target); cross (another dataset's labels); wrong_mask."""
    faces: str
    labels: str
    target: str
    mask: str


def requests(space: DomainSpace, faces: Sequence[str], targets: Mapping[str, Sequence[str]]) -> list[Request]:
    """Return all translations that a run may make: own targets, there and back, and across datasets with either mask.

    `faces` are the datasets whose faces are translated, those of the space and others. Targets that name a label the
    run doesn't know are left out. Across datasets only classes are asked for: they say what a face shall be, whatever it
    is, while a flip needs a label that the face does not have. The wrong mask (Figure 7) names the faces' own dataset.
    """
    kinds = dict(zip(space.datasets, space.kinds, strict=True))
    found = []
    for name in faces:
        if name in kinds:
            mine = kinds[name]
            asked = dict.fromkeys(mine.written(target) for target in targets.get(name, ()) if known(mine, target))
            own = list(asked) or mine.singles()
            found += [Request("own", name, name, target, name) for target in own]
            found += [Request("reconstruction", name, name, target, name) for target in own]
        for labels, kind in kinds.items():
            if labels != name and isinstance(kind, Classes):
                found += [Request("cross", name, labels, target, labels) for target in kind.singles()]
                if space.mask_width and name in kinds:
                    found += [Request("wrong_mask", name, labels, target, name) for target in kind.singles()]
    return found


def known(kind: LabelKind, target: str) -> bool:
    """Return whether the kind has every label that a target names. A run has all classes: Fault on one that is none."""
    if isinstance(kind, Classes):
        kind.written(target)
    return all(matched(step.name, kind.names) for step in kind.steps(target))


def path_of(space: DomainSpace, request: Request, labels: torch.Tensor) -> list[torch.Tensor]:
    """Return the path of label vectors for faces with these own labels (N, width): what they are, what they shall be.

    Of a dataset that the run doesn't know no label is known: the path begins at zeros. A reconstruction goes on from the
    target back to the start.
    """
    position = {name: index for index, name in enumerate(space.datasets)}
    kind = space.kinds[position[request.labels]]
    start = labels.new_zeros((len(labels), space.width))
    if request.faces in position:
        start = space.vector(labels, position[request.faces])
    known_labels = labels if request.faces == request.labels else labels.new_zeros((len(labels), kind.width))
    goal = space.vector(kind.target(known_labels, request.target), position[request.labels], position[request.mask])
    return [start, goal, start] if request.set == "reconstruction" else [start, goal]


def labels_of(prepared: Prepared, positions: np.ndarray, device: torch.device) -> torch.Tensor:
    """Return the (N, width) labels of the images at `positions` as float32."""
    return torch.from_numpy(prepared.labels[positions]).to(device, torch.float32)


def served(
    translator: Translator, space: DomainSpace, request: Request, prepared: Prepared, positions: np.ndarray
) -> np.ndarray:
    """Return those of `positions` whose images the translator can take to the request's target."""
    labels = labels_of(prepared, positions, torch.device("cpu"))
    chosen: np.ndarray = positions[translator.can_translate(path_of(space, request, labels)).numpy()]
    return chosen


def feasible(
    translator: Translator, space: DomainSpace, wanted: Sequence[Request], sets: Mapping[str, Prepared]
) -> dict[Request, np.ndarray]:
    """Return the requests that the translator can serve, each with the test positions.

    Where only a path's end counts, all ways there and back are the same, and the first one stands for them.
    """
    found: dict[Request, np.ndarray] = {}
    back: set[str] = set()
    for request in wanted:
        if request.faces in back and request.set == "reconstruction" and translator.direct:
            continue
        prepared = sets[request.faces]
        positions = served(translator, space, request, prepared, prepared.split("test"))
        if len(positions):
            found[request] = positions
            back |= {request.faces} if request.set == "reconstruction" else set()
    return found


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
        path = path_of(space, request, labels_of(prepared, chosen, device))
        yield to_uint8(translator.translate(x, path)).cpu().numpy()


def shown_positions(positions: np.ndarray, count: int) -> np.ndarray:
    """Return up to `count` of the positions, spread evenly over them, so that people differ."""
    chosen: np.ndarray = positions[np.linspace(0, len(positions) - 1, min(count, len(positions))).astype(int)]
    return chosen


def rows_of_faces(
    translator: Translator,
    space: DomainSpace,
    wanted: Sequence[Request],
    prepared: Prepared,
    positions: np.ndarray,
    device: torch.device,
) -> np.ndarray:
    """Return uint8 (faces, 1 + requests, s, s, 3): each face, then its translations, as in the paper's figures.

    What the translator can't make is white.
    """
    columns = [prepared.images[positions]]
    for request in wanted:
        column = np.full_like(columns[0], 255)
        mine = served(translator, space, request, prepared, positions)
        made = list(translated(translator, space, request, prepared, mine, 64, device))
        if made:
            column[np.isin(positions, mine)] = np.concatenate(made)
        columns.append(column)
    return np.stack(columns, axis=1)
