"""Decoding, turning, cropping and resizing of single pictures, and what is refused."""

import io
import struct
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.nn import functional as F

from stargan.data.crops import BadPicture, CentreCrop, ShareCrop, crop_as_dict, crop_from, square
from stargan.raw.pictures import decode

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def noise(width: int = 178, height: int = 218) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


JPEG = encoded(noise(), "JPEG", quality=95)
PALETTE = Image.new("P", (4, 4), 1)
PALETTE.putpalette([0, 0, 0, 200, 10, 30])


@pytest.mark.parametrize(
    ("content", "name", "colour"),
    [
        (encoded(Image.new("L", (4, 4), 100)), "grey.png", (100, 100, 100)),
        (encoded(Image.new("1", (4, 4), 1)), "bits.png", (255, 255, 255)),
        (encoded(PALETTE), "palette.PNG", (200, 10, 30)),
        (encoded(Image.new("CMYK", (4, 4), (0, 0, 0, 255)), "TIFF"), "cmyk.tif", (0, 0, 0)),
        (encoded(Image.new("RGBA", (4, 4), (9, 9, 9, 0))), "clear.png", (255, 255, 255)),  # laid on white
        (encoded(Image.new("LA", (4, 4), (0, 51))), "half.png", (204, 204, 204)),  # 255 x (1 - 51/255)
        (encoded(Image.fromarray(np.full((4, 4), 51400, np.uint16))), "deep.png", (200, 200, 200)),  # 51400 / 257
        (encoded(Image.new("RGB", (4, 4), RED), "WEBP", lossless=True), "web.webp", RED),
    ],
)
def test_any_mode_becomes_rgb(content: bytes, name: str, colour: tuple[int, int, int]) -> None:
    picture = decode(content, name)
    assert picture.mode == "RGB"
    assert picture.size == (4, 4)
    assert picture.getpixel((2, 2)) == colour


def test_exif_turns_the_picture() -> None:
    picture = Image.new("RGB", (40, 20), RED)
    picture.paste(BLUE, (20, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown after a quarter turn clockwise: the left half comes on top
    turned = decode(encoded(picture, exif=exif), "phone.png")
    assert turned.size == (20, 40)
    assert turned.getpixel((10, 5)) == RED
    assert turned.getpixel((10, 35)) == BLUE


def huge_png(side: int) -> bytes:
    """Return a PNG whose header announces side x side pixels; its body is small."""
    png = encoded(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


FRAMES = [Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.jpg", "is empty"),
        *[(JPEG[: len(JPEG) * share // 100], "a.jpg", "truncated|can't be decoded|not a picture") for share in (10, 50, 90)],
        (b"<!DOCTYPE html><html><body>quota</body></html>", "a.jpg", "is not a picture"),
        (encoded(FRAMES[0], save_all=True, append_images=FRAMES[1:]), "a.png", "animated"),
        (encoded(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]), "a.webp", "animated"),
        (encoded(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "a.gif", "animated"),
        (encoded(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]), "a.tif", "several pages"),
        (encoded(FRAMES[0]), "a.xyz", "suffix '.xyz'"),
        (huge_png(20_000), "a.png", "more than 89478485 pixels"),
        (huge_png(10_000), "a.png", "more than 89478485 pixels"),  # where Pillow itself only warns
        (encoded(FRAMES[0]), "a.jpg", "is PNG but named .jpg"),
        (JPEG, "a", "suffix ''"),
    ],
)
def test_bad_pictures_are_refused(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(BadPicture, match=reason):
        decode(content, name)


@pytest.mark.parametrize(
    ("form", "suffix"),
    [("HEIF", ".heic"), ("HEIF", ".HEIF"), ("AVIF", ".avif"), ("GIF", ".gif"), ("JPEG2000", ".jp2"), ("TGA", ".tga")],
)
def test_other_formats_of_still_pictures_are_read(form: str, suffix: str) -> None:
    found = decode(encoded(Image.new("RGB", (32, 32), RED), form), f"IMG_1{suffix}")
    assert found.size == (32, 32)
    assert np.abs(np.asarray(found).astype(int)[16, 16] - RED).max() <= 12


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (np.array([[0, 257, 65535]], np.uint16), [0, 1, 255]),
        (np.array([[0, 32896, 65535]], np.int32), [0, 128, 255]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
    ],
)
def test_deep_pictures_have_a_stated_range(values: np.ndarray, levels: list[int]) -> None:
    found = decode(encoded(Image.fromarray(values), "TIFF"), "deep.tif")
    assert np.asarray(found)[0].tolist() == [[level] * 3 for level in levels]


@pytest.mark.parametrize("clear", [0, 300, 65535])
def test_a_deep_picture_s_transparent_level_is_laid_on_white(clear: int) -> None:
    picture = Image.fromarray(np.array([[clear, 25700]], np.uint16))
    assert np.asarray(decode(encoded(picture, transparency=clear), "deep.png"))[0].tolist() == [[255] * 3, [100] * 3]


@pytest.mark.parametrize(
    "values",
    [
        np.array([[0, 65536]], np.int32),
        np.array([[-1, 5]], np.int32),
        np.array([[0.0, 1.5]], np.float32),
        np.array([[0.0, 255.0]], np.float32),
        np.array([[0.0, np.nan]], np.float32),
    ],
)
def test_values_out_of_that_range_are_refused(values: np.ndarray) -> None:
    """A clip would make them white, which nobody sees in a set of thousands."""
    with pytest.raises(BadPicture, match=r"has values from .* not from 0 to (1|65535); save it as 8-bit"):
        decode(encoded(Image.fromarray(values), "TIFF"), "deep.tif")


def test_a_picture_is_not_called_bad_for_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "convert", lacking)
    with pytest.raises(MemoryError):
        decode(encoded(Image.new("L", (4, 4))), "a.png")


def test_a_side_beyond_all_cameras_is_refused() -> None:
    with pytest.raises(BadPicture, match="is 1 x 70000, above 65500 pixels a side"):
        decode(encoded(Image.new("1", (1, 70_000))), "a.png")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([0, 1]), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_bytes_give_a_picture_or_a_reason(which: int, changes: list[tuple[int, int]]) -> None:
    content = bytearray((encoded(noise(9, 7), "JPEG"), encoded(noise(9, 7)))[which])
    for place, value in changes:
        content[place % len(content)] = value
    try:
        found = decode(bytes(content), ("a.jpg", "a.png")[which]).mode
    except BadPicture as reason:
        found = str(reason)
    assert found == "RGB" or (found and "\n" not in found)


def test_celebas_crop() -> None:
    # 178 x 218 loses 20 rows above and below; mixed-up axes or a crop from the corner would let a band in.
    picture = Image.new("RGB", (178, 218), RED)
    picture.paste(BLUE, (0, 20, 178, 198))
    assert CentreCrop(178).box(178, 218) == (0, 20, 178, 198)
    assert (square(picture, CentreCrop(178), 32) == BLUE).all()


def test_rafds_crop() -> None:
    # 0.08 x 681 = 54.5, 0.155 x 1024 = 158.7, 0.84 x 681 = 572.04
    crop = ShareCrop(0.08, 0.155, 0.84)
    assert crop.box(681, 1024) == (54, 159, 626, 731)
    picture = Image.new("RGB", (681, 1024), RED)
    picture.paste(BLUE, (54, 159, 626, 731))
    assert (square(picture, crop, 64) == BLUE).all()


def test_a_crop_takes_the_largest_square() -> None:
    assert CentreCrop().box(30, 20) == (5, 0, 25, 20)
    assert CentreCrop().box(20, 31) == (0, 6, 20, 26)  # 5.5 rounds to even


@pytest.mark.parametrize(("crop", "size"), [(CentreCrop(178), (177, 300)), (ShareCrop(0, 0.14, 1), (256, 256))])
def test_a_crop_that_does_not_fit_is_refused(crop: CentreCrop | ShareCrop, size: tuple[int, int]) -> None:
    with pytest.raises(BadPicture, match=f"is {size[0]} x {size[1]}"):
        square(Image.new("RGB", size), crop, 8)


def test_resize_is_antialiased_bilinear() -> None:
    # Independent oracle: torch's own antialiased bilinear; nearest, box or bicubic differ by tens of levels.
    picture = noise()
    found = square(picture, CentreCrop(178), 64).astype(float)
    cropped = torch.from_numpy(np.asarray(picture)[20:198].astype(np.float32)).permute(2, 0, 1)[None]
    expected = F.interpolate(cropped, size=(64, 64), mode="bilinear", antialias=True)[0].permute(1, 2, 0).numpy()
    assert np.abs(found - expected).max() <= 1.0


@pytest.mark.parametrize("crop", [CentreCrop(), CentreCrop(178), ShareCrop(0.08, 0.155, 0.84)])
def test_a_crop_survives_json(crop: CentreCrop | ShareCrop) -> None:
    assert crop_from(crop_as_dict(crop)) == crop
