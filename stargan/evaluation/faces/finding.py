"""Finds faces in pictures of any size, and their eyes, by the faces extra."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from stargan.evaluation.faces.aligning import Eyes, Similarity, warped
from stargan.evaluation.faces.extra import detector, dlib, predictor

_SHORT_SIDE = 800  # small pictures are enlarged to it: the detector finds faces from 80 pixels
_MOST_PIXELS = 3_000_000  # larger ones are shrunk to it; finding takes a quarter of a second then
_LOOKS = (1.0, 0.75, 0.5)  # a face that is missed at one size may be found at another
_SURE = 0.3  # dlib's scores: photographed faces have about 1, what is none has mostly less than this
_LEAST = -0.1  # a drawn face often has less than that: where none is sure, the surest down to here counts
_FACE = 200  # pixels of a box in which eyes are looked for
_MARGIN = 100  # pixels around it
_SHIFTS = (-16, 0, 16)  # pixels by which the box is moved for further opinions
_BLUR = 3.0  # pixels; outlines of drawings mislead the predictor, which has learned from photographs


@dataclass(frozen=True)
class Face:
    """A face in a picture: its box (left, top, right, bottom) and its eyes in pixels, and how sure dlib is of it."""

    box: tuple[float, float, float, float]
    eyes: Eyes
    score: float

    @property
    def area(self) -> float:
        """Its size in square pixels."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


def faces_in(picture: Image.Image) -> list[Face]:
    """Return the faces of an RGB picture, the largest first. Raises Fault without the faces extra.

    A picture in which none is sure gives the surest alone, or none. In a picture of 20 megapixels the smallest face
    that is found is about 210 pixels wide, in one below 3 megapixels 80 pixels.
    """
    faces = [Face(box, _eyes(picture, box), score) for score, box in _boxes(picture)]
    return sorted(faces, key=lambda face: (-face.area, face.box))


_Box = tuple[float, float, float, float]


def _boxes(picture: Image.Image) -> list[tuple[float, _Box]]:
    """Return score and box of the faces, in pixels of the picture."""
    width, height = picture.size
    scale = min(max(1.0, _SHORT_SIDE / min(width, height)), sqrt(_MOST_PIXELS / (width * height)))
    large = _resized(picture, scale)
    unsure: list[tuple[float, _Box]] = []
    for look in _LOOKS:
        seen = _detected(_resized(large, look), width, height)
        sure = [found for found in seen if found[0] >= _SURE]
        if sure:
            return sure
        unsure += seen
    return [max(unsure)] if unsure else []


def _resized(picture: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BICUBIC)


def _detected(picture: Image.Image, width: int, height: int) -> list[tuple[float, _Box]]:
    """Return score and box of what dlib sees in a picture, in pixels of one of `width` x `height`."""
    boxes, scores, _ = detector().run(np.asarray(picture), 0, _LEAST)
    x, y = width / picture.width, height / picture.height
    places = [(one.left() * x, one.top() * y, (one.right() + 1) * x, (one.bottom() + 1) * y) for one in boxes]
    return list(zip(scores, places, strict=True))


def _eyes(picture: Image.Image, box: _Box) -> Eyes:
    """Return the eyes of the face in a box: the median of opinions from boxes moved a little, and from its mirror image.

    One opinion is off by a tenth of the distance between the eyes on a drawn face.
    """
    left, top, right, _ = box
    scale = _FACE / (right - left)
    to_close = Similarity(scale, complex(_MARGIN, _MARGIN) - scale * complex(left, top))
    side = _FACE + 2 * _MARGIN
    close = warped(picture, to_close, side, side).filter(ImageFilter.GaussianBlur(_BLUR))
    seen, mirrored = np.asarray(close), np.asarray(ImageOps.mirror(close))
    opinions = []
    for x in _SHIFTS:
        for y in _SHIFTS:
            opinions.append(_opinion(seen, x, y))
            right_x, right_y, left_x, left_y = _opinion(mirrored, x, y)
            opinions.append((side - left_x, left_y, side - right_x, right_y))
    left_x, left_y, right_x, right_y = np.median(opinions, axis=0).tolist()
    back = to_close.inverse()
    return Eyes(*back(left_x, left_y), *back(right_x, right_y))


def _opinion(close: np.ndarray, x: int, y: int) -> tuple[float, float, float, float]:
    """Return the eyes that the predictor sees, each the mean of its corners, with its box moved by x and y."""
    start = dlib().rectangle(_MARGIN + x, _MARGIN + y, _MARGIN + _FACE + x - 1, _MARGIN + _FACE + y - 1)
    found: Any = predictor()(close, start)
    corners = [found.part(i) for i in range(4)]  # dlib lists the eye that is on the picture's right first
    right, left = ([sum(p.x for p in pair) / 2, sum(p.y for p in pair) / 2] for pair in (corners[:2], corners[2:]))
    return left[0] + 0.5, left[1] + 0.5, right[0] + 0.5, right[1] + 0.5  # dlib counts from the first pixel's middle
