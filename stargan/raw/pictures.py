"""A picture's bytes to a square of RGB: decoded, turned as its EXIF says, cropped, then resized."""

import io
import warnings
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from stargan.data.crops import BadPicture, CentreCrop, square
from stargan.errors import Fault

# Pillow's format of each accepted suffix. A phone's "MPO" is a JPEG with further pictures behind it.
FORMATS = {
    ".bmp": ("BMP",),
    ".jpeg": ("JPEG", "MPO"),
    ".jpg": ("JPEG", "MPO"),
    ".png": ("PNG",),
    ".tif": ("TIFF",),
    ".tiff": ("TIFF",),
    ".webp": ("WEBP",),
}


def read_face(path: Path | str, size: int) -> np.ndarray:
    """Return the centre square of a picture, uint8 (size, size, 3). Raises Fault that names a bad picture."""
    path = Path(path)
    try:
        if not path.is_file():  # a pipe would be waited for
            raise OSError("is not a file")
        return square(decode(path.read_bytes(), path.name), CentreCrop(), size)
    except (OSError, BadPicture) as error:
        raise Fault(f"{path}: {error}; give another picture") from error


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
