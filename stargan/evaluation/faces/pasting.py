"""Puts a square that was cut from a photograph, and changed, back to where it was."""

from math import ceil, floor

import numpy as np
from PIL import Image

from stargan.evaluation.faces.aligning import Similarity, warped

_SOFT = 0.15
"""How far the square fades in from its edges, as a share of its side."""


def pasted(photo: Image.Image, square: Image.Image, to_square: Similarity) -> Image.Image:
    """Return an RGB photo with a square laid where `to_square`, the way from photo to square, took it from.

    It fades in over a seventh of its side; no pixel beyond its edges changes.
    """
    size, back = square.width, to_square.inverse()
    x, y = zip(*(back(x, y) for x in (0, size) for y in (0, size)), strict=True)
    left, right = max(0, floor(min(x))), min(photo.width, ceil(max(x)))
    top, bottom = max(0, floor(min(y))), min(photo.height, ceil(max(y)))
    if left >= right or top >= bottom:
        return photo.copy()
    here = to_square.after_shift(left, top)
    opaque = _opaque(here, right - left, bottom - top, size)[..., None]
    new = np.asarray(warped(square, here.inverse(), right - left, bottom - top), dtype=np.float32)
    pixels = np.array(photo)
    part = pixels[top:bottom, left:right]
    part[:] = np.rint(part + opaque * (new - part))
    return Image.fromarray(pixels)


def _opaque(to_square: Similarity, width: int, height: int, size: int) -> np.ndarray:
    """Return how much of the square is seen at each pixel, float32 (height, width): 0 beyond its edges, 1 inside."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    place = to_square.turn * (x + 1j * y) + to_square.shift
    inside = np.minimum.reduce([place.real, size - place.real, place.imag, size - place.imag])
    share = np.clip(inside / (_SOFT * size), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)
