"""The ground truth of a translation: the same face drawn with the edit. Only for faces this project drew itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from stargan.data.crops import crop_from, square
from stargan.data.domains import Attributes, LabelKind
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.synthetic import EXPRESSIONS, RENDERER, Face, celeba_face, edited, rafd_face, render_form


@dataclass(frozen=True)
class Truth:
    """What a translation should be.

    image: uint8 (s, s, 3). changed: bool (s, s), where the drawings before and after the edit differ. Elsewhere
    `image` is the translated image itself: what an edit leaves alone stays as it is, JPEG noise included.
    """

    image: np.ndarray
    changed: np.ndarray


def truths(prepared: Prepared, position: int, kind: LabelKind, targets: Sequence[str]) -> list[Truth]:
    """Return the truth of the image at `position` for each target of `kind`, drawn, cropped and resized as it was.

    `kind` need not be the dataset's own where it is one of classes: a CelebA face can be drawn with an expression.
    Raises Fault on faces that were not drawn, or by another renderer.
    """
    face = drawn_face(prepared, position)
    before = picture(prepared, face)
    source = np.asarray(prepared.images[position])
    label = torch.from_numpy(np.array(prepared.labels[position : position + 1]))
    found = []
    for target in targets:
        after = picture(prepared, edited(face, changes(kind, label, target)))
        changed = (after != before).any(axis=2)
        found.append(Truth(np.where(changed[:, :, None], after, source), changed))
    return found


def changes(kind: LabelKind, label: torch.Tensor, target: str) -> dict[str, bool] | str:
    """Return the edit that `target` asks of a face with the (1, width) label, as `edited` takes it."""
    if not isinstance(kind, Attributes):
        return target
    asked = kind.target(label, target)[0]
    return {kind.names[column]: bool(asked[column]) for column in kind.touched(target)}


def drawable(prepared: Prepared, position: int, target: str) -> bool:
    """Return whether the drawn face at `position` can be given the class `target`, and does not show it already."""
    return target in EXPRESSIONS and drawn_face(prepared, position).expression != target


def drawn_face(prepared: Prepared, position: int) -> Face:
    """Return the face behind the image at `position`. Raises Fault where it was not drawn by this renderer."""
    origin = prepared.origin
    if not prepared.synthetic or origin["renderer"] != RENDERER:
        raise Fault(
            f"{prepared.dataset}: its origin is {dict(origin)}, not renderer {RENDERER}, so its truth cannot be "
            "drawn; run the synthesize and prepare stages again"
        )
    read = celeba_face if origin["form"] == "celeba" else rafd_face
    return read(int(origin["seed"]), str(prepared.rows["source"].iloc[position]))


def picture(prepared: Prepared, face: Face) -> np.ndarray:
    """Return a face as a prepared image, uint8 (s, s, 3), but without the archive's JPEG."""
    origin = prepared.origin
    raw = render_form(face, origin["form"], int(origin["seed"]), int(origin["height"]))
    return square(raw, crop_from(prepared.crop), prepared.size)
