"""The squares of a photo that are translated: its faces, aligned, or its centre."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from stargan.data.crops import CentreCrop, square
from stargan.evaluation.faces.aligning import Eyes, Similarity, aligned, alignment
from stargan.evaluation.faces.finding import faces_in


@dataclass(frozen=True)
class Square:
    """A face as a model takes it, uint8 (s, s, 3), and the way from the photo's pixels to it."""

    pixels: np.ndarray
    to_square: Similarity


def squares_of(photo: Image.Image, size: int, eyes: Eyes | None, *, every: bool) -> tuple[list[Square], str]:
    """Return the squares of `size` pixels that are translated, one at least, and what is to be said of the choice.

    eyes: where they shall lie, in shares of the square; None: the centre square is taken. every: all faces, the largest
    first, not it alone. Where no face is found the centre square is taken too. Raises Fault without the faces extra.
    """
    faces = faces_in(photo) if eyes else []
    if eyes is None or not faces:
        return [centre(photo, size)], "no face was found, so its centre square is translated" if eyes else ""
    ways = [alignment(face.eyes, eyes, size) for face in (faces if every else faces[:1])]
    left = len(faces) - len(ways)
    note = f"{len(faces)} faces were found, and the largest is translated; --all takes all" if left else ""
    return [Square(np.asarray(aligned(photo, way, size)), way) for way in ways], note


def centre(photo: Image.Image, size: int) -> Square:
    """Return the largest centred square of a photo."""
    crop = CentreCrop()
    left, top, right, _ = crop.box(*photo.size)
    scale = size / (right - left)
    return Square(square(photo, crop, size), Similarity(scale, -scale * complex(left, top)))
