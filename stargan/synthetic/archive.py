"""Writes drawn faces as the real sets lie on disk, byte for byte the same for the same arguments."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from stargan.core.files import whole_file, write_bytes
from stargan.progress import progress
from stargan.synthetic.face import ATTRIBUTES, EXPRESSIONS, Face, edited
from stargan.synthetic.people import celeba_face, celeba_name, rafd_name, rafd_people
from stargan.synthetic.render import RENDERER, render_form

_JPEG_QUALITY = 95
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def write_celeba(folder: Path, images: int, seed: int) -> None:
    """Write CelebA's form: `img_align_celeba.zip` with pictures 1 to `images`, and its three tables.

    The tables are `list_attr_celeba.csv` (as on Kaggle), `list_attr_celeba.txt` and
    `list_eval_partition.txt` (0 train, 1 validation, 2 test: about 80, 10 and 10 %, in this order).
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [celeba_name(index) for index in range(1, images + 1)]
    faces = [celeba_face(seed, name) for name in names]
    rows = [[1 if face.attributes[name] else -1 for name in ATTRIBUTES] for face in faces]
    _write_attributes(folder, names, rows)
    parts = [(10 * place >= 8 * images) + (10 * place >= 9 * images) for place in range(images)]
    table = [f"{name} {part}" for name, part in zip(names, parts, strict=True)]
    _write_lines(folder / "list_eval_partition.txt", table)
    pictures = (render_form(face, "celeba", seed) for face in faces)
    members = zip((f"img_align_celeba/{name}" for name in names), pictures, strict=True)
    _write_zip(folder / "img_align_celeba.zip", members, images, {"form": "celeba", "seed": seed, "height": 218})


def _write_attributes(folder: Path, names: list[str], rows: list[list[int]]) -> None:
    table = list(zip(names, rows, strict=True))
    commas = [",".join([name, *map(str, row)]) for name, row in table]
    _write_lines(folder / "list_attr_celeba.csv", [",".join(["image_id", *ATTRIBUTES]), *commas])
    # As in the real file: two blanks before 1, one before -1, and one at the end of the header.
    blanks = [name + "".join(f" {value:2d}" for value in row) for name, row in table]
    _write_lines(folder / "list_attr_celeba.txt", [str(len(names)), " ".join(ATTRIBUTES) + " ", *blanks])


def write_rafd(folder: Path, people: int, seed: int, height: int, angles: Sequence[int], gazes: Sequence[str]) -> None:
    """Write RaFD's form: `rafd.zip` with every camera angle, person, expression and gaze, named as RaFD's."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = list(_sittings(rafd_people(seed, people), angles, gazes))
    digits = max(2, len(str(people)))
    members = ((rafd_name(face, seed, digits), render_form(face, "rafd", seed, height)) for face in faces)
    _write_zip(folder / "rafd.zip", members, len(faces), {"form": "rafd", "seed": seed, "height": height})


def _sittings(people: Sequence[Face], angles: Sequence[int], gazes: Sequence[str]) -> Iterator[Face]:
    """Yield every picture that is taken of some people."""
    for angle in angles:
        for person in people:
            for expression in EXPRESSIONS:
                for gaze in gazes:
                    yield replace(edited(person, expression), gaze=gaze, angle=angle)


def _write_zip(path: Path, members: Iterable[tuple[str, Image.Image]], count: int, drawing: Mapping[str, Any]) -> None:
    """Write pictures as JPEGs to a zip whose comment tells a drawn set from a real one, and which drawing it is."""
    comment = json.dumps({**drawing, "renderer": RENDERER}, sort_keys=True)
    with whole_file(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, image in progress(members, count, "picture", f"draw {drawing['form']}"):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, _jpeg(image))
        archive.comment = comment.encode()


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue()


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())
