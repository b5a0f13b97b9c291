"""Sets in CelebA's form, as a zip or a folder, of six pictures of which one may be odd."""

import functools
import io
import re
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from support.processes import hashes
from support.stages import Ended, assert_clean

SOURCES = ("zip", "folder")
ENTRIES = (*SOURCES, "image")
STAGES = {"zip": "prepare from zip", "folder": "prepare from folder", "image": "translate_image"}
ROWS = 6
BAD = 4
"""Which of the six pictures is the odd one: it is trained on."""


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """Return a picture's bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


@functools.cache
def sound_png() -> bytes:
    """Return the bytes of a sound picture."""
    return encoded(plain())


def plain() -> Image.Image:
    """Return a smooth picture of CelebA's size without any symmetry, so that a wrong turn shows."""
    y, x = np.mgrid[0:218, 0:178]
    return Image.fromarray(np.stack([x, y, (x * y) // 218], axis=-1).astype(np.uint8))


def write_raw(folder: Path, source: str, pictures: dict[str, bytes], table: bytes | None = None) -> None:
    """Write a set in CelebA's form: data/raw/set, a zip or a folder, and data/raw/table."""
    raw = folder / "data/raw"
    raw.mkdir(parents=True)
    if source == "zip":
        with zipfile.ZipFile(raw / "set", "w") as archive:
            for name, content in pictures.items():
                archive.writestr(name, content)
    else:
        (raw / "set").mkdir()
        for name, content in pictures.items():
            (raw / "set" / name).write_bytes(content)
    rows = "".join(f"{name} {1 if n % 2 else -1:2d}  1\n" for n, name in enumerate(pictures))
    (raw / "table").write_bytes(f"{len(pictures)}\nBald Young \n{rows}".encode() if table is None else table)


def workspace(params: Path, folder: Path, *names: str) -> Path:
    """Return a workspace with params.yaml, in which an earlier prepare has left a result."""
    work = folder.joinpath("w", *names)
    (work / "data/prepared/celeba/16").mkdir(parents=True)
    (work / "data/prepared/celeba/16/manifest.json").write_text("of before")
    (work / "params.yaml").write_text(params.read_text())
    return work


def pictures_with(content: bytes, suffix: str) -> dict[str, bytes]:
    """Return six pictures, one of which has this content."""
    whole = sound_png()
    return {f"{n:06d}{suffix if n == BAD else '.png'}": content if n == BAD else whole for n in range(1, ROWS + 1)}


def assert_refused(ended: Ended, work: Path, before: dict[str, str], said: str) -> None:
    """Assert one line that says it, and a workspace as before: no output, no temporary file."""
    assert_clean(ended)
    lines = ended.stderr.splitlines()
    assert len([line for line in lines if line.startswith("error: ")]) == 1, lines
    assert re.search(said, lines[-1]), lines[-1]
    assert hashes(work) == before
