"""The square that is cut from a picture, and resized."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

from stargan.errors import Fault


class BadPicture(Fault):
    """A picture that can't be used; the message is the reason alone, without the name."""


@dataclass(frozen=True)
class CentreCrop:
    """A centred square of `side` pixels; None: as large as the picture allows."""

    side: int | None = None

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom in pixels. Raises BadPicture where the picture is too small."""
        side = self.side or min(width, height)
        if side > min(width, height):
            raise BadPicture(f"is {width} x {height}, smaller than the crop of {side}")
        left, top = round((width - side) / 2), round((height - side) / 2)
        return left, top, left + side, top + side


@dataclass(frozen=True)
class ShareCrop:
    """A square given as shares: left and side of the picture's width, top of its height."""

    left: float
    top: float
    side: float

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom in pixels. Raises BadPicture where the square is not in it."""
        left, top, side = round(self.left * width), round(self.top * height), round(self.side * width)
        if left < 0 or top < 0 or side < 1 or left + side > width or top + side > height:
            raise BadPicture(f"is {width} x {height}, the crop of {side} at ({left}, {top}) leaves it")
        return left, top, left + side, top + side


Crop = CentreCrop | ShareCrop


def crop_as_dict(crop: Crop) -> dict[str, Any]:
    """Return a crop as JSON values; `crop_from` reads them back."""
    return {"kind": "centre" if isinstance(crop, CentreCrop) else "shares", **asdict(crop)}


def crop_from(values: Mapping[str, Any]) -> Crop:
    """Return the crop that `crop_as_dict` described. Raises Fault on another kind."""
    if values["kind"] == "centre":
        return CentreCrop(values["side"])
    if values["kind"] == "shares":
        return ShareCrop(values["left"], values["top"], values["side"])
    raise Fault(f"crop kind {values['kind']!r} is unknown; use centre or shares")


def square(picture: Image.Image, crop: Crop, size: int) -> np.ndarray:
    """Return an RGB picture cropped and then, as a second step, resized: uint8 (size, size, 3).

    Bilinear with Pillow's antialiasing, as in the released code. Raises BadPicture where the crop does not fit.
    """
    cropped = picture.crop(crop.box(*picture.size))
    return np.asarray(cropped.resize((size, size), Image.Resampling.BILINEAR))
