"""A picture's bytes to a square of RGB: decoded, turned as its EXIF says, cropped, then resized."""

import errno
import io
import warnings
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from stargan.data.crops import BadPicture, CentreCrop, square
from stargan.errors import Fault

SCARCE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""What a machine that is short of something says of any picture, however good that is."""
register_heif_opener()
Image.init()
STILL = {
    *("AVIF", "BMP", "DIB", "GIF", "HEIF", "ICNS", "ICO", "JPEG", "JPEG2000", "MPO", "PCX", "PNG", "PPM", "PSD", "QOI"),
    *("SGI", "TGA", "TIFF", "WEBP"),
}
"""Pillow's formats of still pictures. Of those that it has beside them some are films or data, some start other programs."""
FORMATS: dict[str, tuple[str, ...]] = {
    **{suffix: (form,) for suffix, form in sorted(Image.registered_extensions().items()) if form in STILL},
    **dict.fromkeys((".jpe", ".jpeg", ".jpg", ".mpo"), ("JPEG", "MPO")),
}
"""The formats of each suffix. A phone's "MPO" is a JPEG with further pictures behind it."""
UNSIGNED = {"TGA", "PCX"}
"""Formats without a beginning of their own: any bytes may pass for one."""
MOST_SIDE = 65_500
"""Pixels of a side: what JPEG has at most. A picture of 1 x 89,000,000 pixels takes gigabytes to resize."""
ONE_PICTURE = ("MPO", "ICO", "ICNS", "PSD")
"""Formats whose further frames are the same picture: other views, other sizes, its layers."""
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"8BPS", b"\0\0\0\x0cjP  ")
"""How files of the usual formats begin."""


def is_picture(name: str) -> bool:
    """Say whether a file is named as a picture that can be read."""
    return PurePosixPath(name).suffix.lower() in FORMATS


def begins_as_picture(head: bytes) -> bool:
    """Say whether a file's first 16 bytes are those of a picture, whatever its name."""
    return head.startswith(SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:8] == b"ftyp"


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

    Grey, palette, CMYK, transparent (laid on white), 16-bit (0 to 65535) and float (0 to 1) pictures become RGB. Raises
    BadPicture with the reason: empty, cut, not a picture, of another format than its suffix says, animated, too large, or
    with values out of that range.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        raise BadPicture(f"has the suffix {suffix!r}, which is none of {', '.join(FORMATS)}")
    if not content:
        raise BadPicture("is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            forms = {*STILL - UNSIGNED, *FORMATS[suffix]} - {"MPO"}  # which JPEG's opener tells by itself
            picture = Image.open(io.BytesIO(content), formats=sorted(forms))
            _check_format(picture, suffix)
            picture.load()
            return _rgb(ImageOps.exif_transpose(picture))
    except (BadPicture, MemoryError):  # a want of memory says nothing of the picture
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
    if max(picture.size) > MOST_SIDE:
        raise BadPicture(f"is {picture.width} x {picture.height}, above {MOST_SIDE} pixels a side")
    if picture.format not in ONE_PICTURE and _has_another(picture):
        raise BadPicture("is animated or has several pages")


def _has_another(picture: Image.Image) -> bool:
    """Say whether a second frame follows: to count them would read all pages of a TIFF."""
    try:
        picture.seek(1)
    except EOFError:
        return False
    picture.seek(0)
    return True


def _rgb(picture: Image.Image) -> Image.Image:
    # Pillow's own conversion would clip at 255.
    if picture.mode.startswith("I"):
        return _grey(np.asarray(picture), 65535, picture.info.get("transparency"))
    if picture.mode == "F":
        return _grey(np.asarray(picture), 1)
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return picture.convert("RGB")


def _grey(values: np.ndarray, white: int, clear: int | None = None) -> Image.Image:
    """Return a grey picture whose values lie from 0 to `white`, of which `clear` is transparent.

    Raises BadPicture where they don't.
    """
    low, high = float(values.min()), float(values.max())
    if not 0 <= low <= high <= white:
        raise BadPicture(f"has values from {low:g} to {high:g}, not from 0 to {white}; save it as 8-bit")
    values = values if clear is None else np.where(values == clear, white, values)
    return Image.fromarray((values.astype(np.float64) * 255 / white).round().astype(np.uint8)).convert("RGB")
