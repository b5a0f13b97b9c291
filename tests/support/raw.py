"""CelebA's raw form with six pictures, and what prepare makes of it."""

import io
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from stages.prepare import run
from stargan.core.params import AnyDataset, AttributeTable, load
from stargan.data.prepared import Prepared, read_prepared
from support.processes import ROOT

RED, BLUE = (255, 0, 0), (0, 0, 255)


def jpeg(width: int, height: int, box: tuple[int, int, int, int], level: int = 255) -> bytes:
    """Return a red JPEG with a blue box."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste((0, 0, level), box)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


def celeba_picture(level: int = 255) -> bytes:
    return jpeg(178, 218, (0, 20, 178, 198), level)


TABLE = "6\nBald Young \n" + "".join(f"{n:06d}.jpg {'-1' if n % 3 == 1 else ' 1'}  1\n" for n in range(1, 7))
PICTURES = {f"img_align_celeba/{n:06d}.jpg": celeba_picture(100 + 20 * n) for n in range(1, 7)}


def celeba(folder: Path, members: dict[str, bytes] = PICTURES, comment: bytes = b"", **changes: Any) -> AttributeTable:
    """Write a set in CelebA's form below `folder` and return the params that read it."""
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    (folder / "list_attr_celeba.txt").write_text(TABLE)
    values = {
        "images": str(folder / "img_align_celeba.zip"),
        "attributes": str(folder / "list_attr_celeba.txt"),
        "labels": ["Bald", "Young"],
        "exclusive": [],
        "test_images": 2,
        "seed": 1,  # tests the pictures 3 and 4
    }
    section = load(ROOT / "params.yaml").dataset("celeba").model_copy(update=values | changes)
    assert isinstance(section, AttributeTable)
    return section


def prepared(folder: Path, section: AnyDataset, size: int = 16) -> Prepared:
    out = folder / "prepared" / "celeba"
    run("celeba", [size], section, out)
    return read_prepared(out / str(size))
