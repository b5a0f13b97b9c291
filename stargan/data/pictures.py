"""A picture's bytes to a square of RGB: decoded, turned as its EXIF says, cropped, then resized."""

import io
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from stargan.errors import Fault

# Pillow's format of each accepted suffix. A phone's "MPO" is a JPEG with further pictures behind it.
FORMATS = {
    ".bmp": ("BMP",), ".jpeg": ("JPEG", "MPO"), ".jpg": ("JPEG", "MPO"), ".png": ("PNG",),
    ".tif": ("TIFF",), ".tiff": ("TIFF",), ".webp": ("WEBP",),
}  # fmt: skip


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


def decode(content: bytes, name: str) -> Image.Image:
    """Return the picture in `content` as RGB, turned upright; its format must fit the suffix of `name`.

    Grey, palette, CMYK, 16-bit and transparent (laid on white) pictures become RGB. Raises BadPicture with
    the reason: empty, cut, not a picture, of another format than its suffix says, animated, or too large.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        raise BadPicture(f"has the suffix {suffix!r}, which is none of {', '.join(FORMATS)}")
    if not content:
        raise BadPicture("is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[*{form[0] for form in FORMATS.values()}])
            _check_format(picture, suffix)
            picture.load()
            return _rgb(ImageOps.exif_transpose(picture))
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture(f"has more than {Image.MAX_IMAGE_PIXELS} pixels") from error
    except UnidentifiedImageError as error:
        raise BadPicture("is not a picture, whatever its name says") from error
    except Exception as error:  # on damaged bytes Pillow's decoders raise nearly any type
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadPicture(f"can't be decoded ({reason})") from error


def _check_format(picture: Image.Image, suffix: str) -> None:
    if picture.format not in FORMATS[suffix]:
        raise BadPicture(f"is {picture.format} but named {suffix}")
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise BadPicture("is animated or has several pages")


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey: Pillow's own conversion would clip at 255
        grey = np.clip(np.asarray(picture) / 257, 0, 255).round().astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return picture.convert("RGB")
