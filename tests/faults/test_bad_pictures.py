"""Pictures of every odd and bad kind, at every entry: taken as what they show, or refused by name."""

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faults.cells import IDENTICAL, REFUSED, Tell
from faults.raw import BAD, ENTRIES, STAGES, assert_refused, encoded, pictures_with, plain, sound_png, workspace, write_raw
from support.processes import hashes
from support.sets import write_generator
from support.stages import Ended, Stages

LOSSY = 6
"""Levels that a JPEG may be off on average."""


def turned(orientation: int, operation: Image.Transpose) -> tuple[bytes, str, Image.Image]:
    """Return a picture that lies on its side and says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(plain().transpose(operation), exif=exif), ".png", plain()


def grey16() -> tuple[bytes, str, Image.Image]:
    """Return 16 bits a pixel: clipped instead of scaled they would be white."""
    levels = np.asarray(plain().convert("L"))
    return encoded(Image.fromarray(levels.astype(np.uint16) * 257)), ".png", plain().convert("L")


def laid_on_white() -> tuple[bytes, str, Image.Image]:
    """Return a picture whose upper half is transparent."""
    rgba, expected = plain().convert("RGBA"), plain()
    rgba.paste((9, 9, 9, 0), (0, 0, 178, 109))
    expected.paste("white", (0, 0, 178, 109))
    return encoded(rgba), ".png", expected


# name -> bytes, suffix, the RGB picture that it shows
ACCEPTED: dict[str, Callable[[], tuple[bytes, str, Image.Image]]] = {
    "grey": lambda: (encoded(plain().convert("L")), ".png", plain().convert("L")),
    "grey JPEG": lambda: (encoded(plain().convert("L"), "JPEG", quality=95), ".jpg", plain().convert("L")),
    "1 bit": lambda: (encoded(plain().convert("1")), ".png", plain().convert("1")),
    "palette": lambda: (encoded(plain().quantize(64)), ".png", plain().quantize(64)),
    "CMYK": lambda: (encoded(plain().convert("CMYK"), "TIFF"), ".tif", plain()),
    "CMYK JPEG": lambda: (encoded(plain().convert("CMYK"), "JPEG", quality=95), ".jpg", plain()),
    "RGBA": lambda: (encoded(plain().convert("RGBA")), ".png", plain()),
    "RGBA laid on white": laid_on_white,
    "16 bits": grey16,
    "EXIF half turn": lambda: turned(3, Image.Transpose.ROTATE_180),
    "EXIF quarter turn": lambda: turned(6, Image.Transpose.ROTATE_90),
    "EXIF quarter turn back": lambda: turned(8, Image.Transpose.ROTATE_270),
    "EXIF mirrored": lambda: turned(2, Image.Transpose.FLIP_LEFT_RIGHT),
    "upper-case suffix": lambda: (encoded(plain()), ".PNG", plain()),
}


def huge(side: int) -> bytes:
    """Return a PNG whose header announces side x side pixels; its body is small."""
    png = encoded(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]


def frames(form: str, **options: object) -> bytes:
    """Return an animation of two frames."""
    return encoded(plain(), form, save_all=True, append_images=[Image.new("RGB", (178, 218), "red")], **options)


def jpeg() -> bytes:
    """Return a sound JPEG."""
    return encoded(plain(), "JPEG", quality=95)


# name -> bytes, suffix, what is said of it
REFUSED_KINDS: dict[str, Callable[[], tuple[bytes, str, str]]] = {
    "0 byte": lambda: (b"", ".jpg", "is empty"),
    "JPEG cut at 10 %": lambda: (jpeg()[: len(jpeg()) // 10], ".jpg", "can't be decoded|not a picture"),
    "JPEG cut at 50 %": lambda: (jpeg()[: len(jpeg()) // 2], ".jpg", "truncated"),
    "JPEG cut at 90 %": lambda: (jpeg()[: len(jpeg()) * 9 // 10], ".jpg", "truncated"),
    "PNG cut at 50 %": lambda: (encoded(plain())[: len(encoded(plain())) // 2], ".png", "truncated|can't be decoded"),
    "HTML": lambda: (b"<!DOCTYPE html><html><body>quota</body></html>", ".jpg", "is not a picture"),
    "animated PNG": lambda: (frames("PNG"), ".png", "animated"),
    "animated WebP": lambda: (frames("WEBP"), ".webp", "animated"),
    "several pages": lambda: (frames("TIFF"), ".tif", "several pages"),
    "20,000 x 20,000": lambda: (huge(20_000), ".png", "pixels"),
    "PNG named .jpg": lambda: (encoded(plain()), ".jpg", "is PNG but named .jpg"),
    "JPEG named .png": lambda: (jpeg(), ".png", "is JPEG but named .png"),
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generator of a few filters."""
    path = tmp_path_factory.mktemp("model") / "generator.safetensors"
    write_generator(path)
    return path


def command(entry: str, model: Path, picture: str) -> str:
    """Return the command that reads a picture at an entry."""
    translating = f"translate_image --model {model} --image {picture} --to happy --out out"
    return translating if entry == "image" else "prepare celeba"


def given(stages: Stages, work: Path, entry: str, model: Path, content: bytes, suffix: str) -> tuple[Ended, dict[str, str]]:
    """Give a picture at an entry; return how it ended and the hashes of before."""
    if entry == "image":
        (work / f"face{suffix}").write_bytes(content)
    else:
        write_raw(work, entry, pictures_with(content, suffix))
    before = hashes(work)
    return stages.run(work, command(entry, model, f"face{suffix}")), before


def shown(work: Path, entry: str) -> np.ndarray:
    """Return the pixels that the entry made of the odd picture."""
    if entry == "image":
        with Image.open(next((work / "out").iterdir())) as picture:
            return np.asarray(picture).astype(float)
    return np.asarray(np.load(work / "data/prepared/celeba/16/images.npy")[BAD - 1], dtype=float)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("kind", ACCEPTED)
def test_an_odd_picture_is_what_it_shows(
    stages: Stages, params: Path, model: Path, tmp_path: Path, tell: Tell, kind: str, entry: str
) -> None:
    """Catch a mode that is clipped, inverted or dropped, and an EXIF turn that is missed or made twice."""
    content, suffix, rgb = ACCEPTED[kind]()
    assert (content, suffix) != (encoded(plain()), ".png")
    odd, same = workspace(params, tmp_path, "odd"), workspace(params, tmp_path, "same")
    ended, _ = given(stages, odd, entry, model, content, suffix)
    assert ended.status == 0, ended
    ended, _ = given(stages, same, entry, model, encoded(rgb.convert("RGB")), ".png")
    assert ended.status == 0, ended
    difference = np.abs(shown(odd, entry) - shown(same, entry))
    assert difference.mean() <= LOSSY if "JPEG" in kind else difference.max() == 0
    tell("pictures", kind, STAGES[entry], IDENTICAL)


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("kind", REFUSED_KINDS)
def test_a_bad_picture_is_refused_by_name(
    stages: Stages, params: Path, model: Path, tmp_path: Path, tell: Tell, kind: str, entry: str
) -> None:
    """Catch half pictures trained on as grey, memory spent on a header's word, and tracebacks of decoders."""
    content, suffix, said = REFUSED_KINDS[kind]()
    work = workspace(params, tmp_path)
    ended, before = given(stages, work, entry, model, content, suffix)
    assert_refused(ended, work, before, rf"(?:{BAD:06d}|face)\{suffix}:? .*(?:{said})")
    tell("pictures", kind, STAGES[entry], REFUSED)


def link_out(folder: Path, path: Path) -> None:
    """Link to a picture that lies elsewhere."""
    (folder / "elsewhere.png").write_bytes(encoded(plain()))
    path.symlink_to(folder / "elsewhere.png")


# name -> what takes the picture's place, what is said of it
PLACES: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "link out of the folder": (link_out, "link out of the folder"),
    "link to nothing": (lambda _, path: path.symlink_to("nothing.png"), "is not a file"),
    "link to itself": (lambda _, path: path.symlink_to(path.name), "is not a file"),
    "named pipe": (lambda _, path: os.mkfifo(path), "is not a file"),
}


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_no_file_is_refused(
    stages: Stages, params: Path, model: Path, tmp_path: Path, tell: Tell, kind: str
) -> None:
    """Catch a read that leaves the folder, follows a circle, or waits for a pipe for ever."""
    make, said = PLACES[kind]
    work = workspace(params, tmp_path)
    write_raw(work, "folder", pictures_with(encoded(plain()), ".png"))
    path = work / f"data/raw/set/{BAD:06d}.png"
    path.unlink()
    make(tmp_path, path)
    before = hashes(work)
    ended = stages.run(work, "prepare celeba")
    assert_refused(ended, work, before, rf"{BAD:06d}\.png .*{said}")
    tell("pictures", kind, STAGES["folder"], REFUSED)


def test_a_subfolder_that_may_not_be_read(stages: Stages, params: Path, tmp_path: Path, tell: Tell) -> None:
    """Catch a set that is prepared without one of its folders."""
    work = workspace(params, tmp_path)
    write_raw(work, "folder", pictures_with(encoded(plain()), ".png"))
    (work / "data/raw/set/more").mkdir()
    (work / "data/raw/set/more/000099.png").write_bytes(sound_png())
    before = hashes(work)
    ended = stages.run(work, "prepare celeba", {"at": "os:scandir", "nth": 2, "errno": 13})  # root may read all
    assert ended.injected
    assert_refused(ended, work, before, "Permission denied")
    tell("pictures", "subfolder denied", STAGES["folder"], REFUSED)


@pytest.mark.parametrize("kind", ["named pipe", "folder", "link to itself"])
def test_no_file_among_pictures_to_translate(
    stages: Stages, params: Path, model: Path, tmp_path: Path, tell: Tell, kind: str
) -> None:
    """Catch a translation that waits for a pipe for ever."""
    work = workspace(params, tmp_path)
    (work / "photos").mkdir()
    path = work / "photos/a.png"
    if kind == "folder":
        path.mkdir()
    else:
        PLACES[kind][0](tmp_path, path)
    before = hashes(work)
    ended = stages.run(work, command("image", model, "photos"))
    assert_refused(ended, work, before, "photos: no picture there" if kind == "folder" else r"photos/a\.png: .*")
    tell("pictures", f"{kind} in the folder", STAGES["image"], REFUSED)
