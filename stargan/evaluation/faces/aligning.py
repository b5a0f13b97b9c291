"""Turns, scales and shifts a picture so that its eyes lie where a dataset has them.

Places are in pixels from the picture's top left corner: pixel i reaches from i to i + 1, its middle is i + 0.5.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import NamedTuple

import numpy as np
from PIL import Image


class Eyes(NamedTuple):
    """The middles of both eyes; left and right as seen in the picture."""

    left_x: float
    left_y: float
    right_x: float
    right_y: float

    def scaled(self, width: float, height: float) -> "Eyes":
        """Return shares of a picture as pixels of one of `width` x `height`; 1 / width, 1 / height: the other way."""
        return Eyes(self.left_x * width, self.left_y * height, self.right_x * width, self.right_y * height)


CELEBA = Eyes(69.5 / 178, 91.5 / 178, 108.5 / 178, 91.5 / 178)
"""Where CelebA's aligned pictures have the eyes, in shares of their centre square of 178 pixels.

They are 178 x 218 pixels. list_landmarks_align_celeba.txt has eyes near pixels (69, 111) and (108, 111); the centre
square starts at line 20.
"""


@dataclass(frozen=True)
class Similarity:
    """Takes the point x + iy to turn (x + iy) + shift: a rotation, one scale and a shift."""

    turn: complex
    shift: complex

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point comes to lie."""
        place = self.turn * complex(x, y) + self.shift
        return place.real, place.imag

    @property
    def scale(self) -> float:
        """How many times as long lines become."""
        return abs(self.turn)

    def inverse(self) -> "Similarity":
        """Return the way back."""
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def after_shift(self, x: float, y: float) -> "Similarity":
        """Return what shifts by (x, y) first and then does this."""
        return Similarity(self.turn, self.shift + self.turn * complex(x, y))


def alignment(eyes: Eyes, places: Eyes, size: int) -> Similarity:
    """Return what takes a picture's pixels to those of a square of `size`, and `eyes` to `places`.

    `eyes` are two points in pixels, `places` shares of the square. Two points determine a similarity.
    """
    wanted = places.scaled(size, size)
    left, right = complex(*eyes[:2]), complex(*eyes[2:])
    turn = (complex(*wanted[2:]) - complex(*wanted[:2])) / (right - left)
    return Similarity(turn, complex(*wanted[:2]) - turn * left)


def aligned(picture: Image.Image, to_square: Similarity, size: int) -> Image.Image:
    """Return the RGB square of `size` pixels that `to_square` makes of an RGB picture."""
    return warped(picture, to_square, size, size)


def warped(picture: Image.Image, to_out: Similarity, width: int, height: int) -> Image.Image:
    """Return the RGB picture of `width` x `height` whose pixels `to_out` takes from an RGB picture.

    Smooth where it enlarges; averaged over all pixels where it shrinks. Beyond its edges the picture goes on in the
    border's colours: it makes stripes, where a reflection would make a second pair of eyes.
    """
    back = to_out.inverse()
    x, y = zip(*(back(x, y) for x in (0, width) for y in (0, height)), strict=True)
    left, top = floor(min(x)) - 2, floor(min(y)) - 2  # what interpolation reads beyond the edges
    across = np.clip(np.arange(left, ceil(max(x)) + 2), 0, picture.width - 1)
    down = np.clip(np.arange(top, ceil(max(y)) + 2), 0, picture.height - 1)
    part = Image.fromarray(np.asarray(picture)[down][:, across])
    # As many samples as pixels, then averaged: Pillow's transform alone skips pixels where it shrinks.
    fine = max(1, ceil(back.scale))
    turn, shift = back.turn / fine, back.shift - complex(left, top)
    matrix = (turn.real, -turn.imag, shift.real, turn.imag, turn.real, shift.imag)
    filtered = Image.Resampling.BICUBIC if fine == 1 else Image.Resampling.BILINEAR
    return part.transform((width * fine, height * fine), Image.Transform.AFFINE, matrix, filtered).reduce(fine)
