"""Which form raw files have, by looking at them, and the params that read them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from stargan.core.names import composed
from stargan.data.crops import BadPicture
from stargan.errors import Fault
from stargan.raw.folder import SIDES, below_root
from stargan.raw.matching import files_of
from stargan.raw.pictures import decode, is_picture
from stargan.raw.rafd import shot
from stargan.raw.source import Source, open_source
from stargan.raw.table import Table, read_partition, read_table

TABLES = (".csv", ".txt", ".tsv")
HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
"""CelebA's hair colours, which rule each other out."""
PAPER = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young")
"""The attributes of the paper, which are taken of a table that has all of them."""
ALIGNED = (178, 218)
"""Width and height of CelebA's aligned pictures, of which the paper cuts the middle 178 x 178."""
FEW = 2000
"""Pictures below which a fifth is tested, not a tenth."""
NO_TABLE = "there is no .csv or .txt beside the pictures"
LOOKED_AT = 50
"""Pictures that are opened to tell how large all are."""


@dataclass(frozen=True)
class Form:
    """values: a section of params.yaml without its path. why: in words, what told it."""

    values: Mapping[str, Any]
    why: str


def form_of(source: Source) -> Form:
    """Return the form of a folder or zip. Raises Fault where it holds no picture that could be labelled."""
    pictures = [name for name in source.names if is_picture(name)]
    packed = [name for name in source.names if name.lower().endswith(".zip")]
    if not pictures and len(packed) == 1 and source.path.is_dir():
        with open_source(source.path / packed[0]) as inner:
            try:
                return attributes_of(source, inner, [name for name in inner.names if is_picture(name)], packed[0])
            except Fault as fault:
                remedy = f"for class folders give {packed[0]} itself as the path"
                raise Fault(f"{source.path}: holds a zip and no table of its pictures: {fault}; {remedy}") from fault
    if not pictures:
        raise Fault(f"{source.path}: holds no picture; give a folder or a zip of pictures")
    shots = [found for name in pictures if (found := shot(name))]
    if 2 * len(shots) > len(pictures):
        square = len({side for size in sizes(source, pictures) for side in size}) == 1
        return Form(
            {
                "form": "rafd",
                "title": "expression",
                "angles": sorted({found.angle for found in shots}),
                "crop": None if square else [0.08, 0.155, 0.84],
                "split": "person" if len({found.person for found in shots}) > 1 else "image",
                "test_share": share(len(pictures)),
            },
            f"{len(shots)} of {len(pictures)} pictures are named as in RaFD",
        )
    try:
        return attributes_of(source, source, pictures, "")
    except Fault as fault:
        if any("/" in name for name in pictures):
            return folders(pictures, "" if str(fault) == NO_TABLE else f"; no table was taken: {fault}")
        raise Fault(f"{source.path}: is neither class folders nor pictures beside a table: {fault}") from fault


def folders(pictures: Sequence[str], passed_over: str) -> Form:
    """Return the form of class folders: with a split of their own where they hold train and a side beside it.

    passed_over: why tables beside the pictures are none.
    """
    parts = [{part.lower() for part in PurePosixPath(name).parts[:-2]} for name in pictures]
    sides = {SIDES[part] for part in set().union(*parts) if part in SIDES}
    given = "train" in sides and len(sides) > 1
    values: dict[str, Any] = {
        "form": "folders",
        "title": "class",
        "split": "folders" if given else "image",
        "test_share": share(len(pictures)),
    }
    if not given:
        _, paths = below_root({name: PurePosixPath(composed(name)).parts for name in pictures}, "image")
        counts = Counter(path[0] for path in paths.values() if len(path) > 1)
        several = sorted(name for name, count in counts.items() if count > 1)
        if 1 < len(several) < len(counts):  # a class of one picture can't be on both sides
            values["labels"] = several
    why = f"pictures lie in folders, {'of ' + ', '.join(sorted(sides)) if given else 'one a class'}"
    return Form(values, why + passed_over)


def attributes_of(outer: Source, inner: Source, pictures: Sequence[str], images: str) -> Form:
    """Return the form of pictures beside a table. Raises Fault where there is no table, or none that names the pictures.

    outer: what holds the table; inner: what holds the pictures, the zip `images` below it where that is named.
    """
    table, reasons = None, list[str]()
    for found in tables(outer, reasons):
        named = len(files_of(found.pictures, pictures).files)
        if 2 * named > len(pictures) and found.columns():
            table = found
            break
        lack = "holds no column of yes and no" if 2 * named > len(pictures) else f"names {named} of {len(pictures)} pictures"
        reasons.append(f"{found.path.name} {lack}")
    if table is None:
        raise Fault("; ".join(reasons) or NO_TABLE)
    name = table.path.relative_to(outer.path).as_posix()
    known = table.columns()
    columns = [name for name, bits in zip(known, table.bits(known).T, strict=True) if 0 < bits.sum() < len(bits)]
    if not columns:
        raise Fault(f"{table.path.name}: all pictures agree in {', '.join(known)}, so there is nothing to learn")
    labels = list(PAPER) if set(PAPER) <= set(columns) else columns
    hair = [name for name in labels if name in HAIR]
    partition = next((one for one in outer.names if one != name and partitions(outer, one, table)), "")
    values = {
        "form": "attributes",
        "images": images,
        "attributes": name,
        "partition": partition,
        "labels": labels,
        "exclusive": [hair] if len(hair) > 1 else [],
        "crop": ALIGNED[0] if set(sizes(inner, pictures)) == {ALIGNED} else None,
        "split": "partition" if partition else "random",
        "test_images": max(1, round(share(len(table.pictures)) * len(table.pictures))),
    }
    taken = f"{len(labels)} of {len(columns)}" if len(labels) < len(columns) else f"{len(columns)}"
    left = len(table.attributes) - len(columns)
    other = f", {left} other column{'s' if left > 1 else ''} passed over" if left else ""
    return Form(values, f"{name} names the pictures and has attributes: {taken} taken{other}")


def tables(source: Source, reasons: list[str]) -> Iterator[Table]:
    """Yield the tables in a folder or zip, those at the top first; `reasons` takes why others are none."""
    named = [name for name in source.names if PurePosixPath(name).suffix.lower() in TABLES]
    for name in sorted(named, key=lambda one: (one.count("/"), one)):
        try:
            yield read_table(source.path / name, source.read(name))
        except (Fault, OSError) as fault:
            reasons.append(str(fault) if isinstance(fault, Fault) else f"{name} {fault}")


def partitions(source: Source, name: str, table: Table) -> bool:
    """Say whether a file tells the side of each picture of the table."""
    if PurePosixPath(name).suffix.lower() not in TABLES:
        return False
    try:
        return set(table.pictures) <= read_partition(source.path / name, source.read(name)).keys()
    except (Fault, OSError):
        return False


def sizes(source: Source, pictures: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield width and height in pixels of some of the pictures, spread over all; those that can't be read are left out."""
    for name in pictures[:: max(1, len(pictures) // LOOKED_AT)]:
        try:
            yield decode(source.read(name), name).size
        except (BadPicture, OSError):
            continue


def share(pictures: int) -> float:
    """Return the share of the pictures that is tested."""
    return 0.2 if pictures < FEW else 0.1


def path_of(path: Path) -> str:
    """Return a path as params.yaml has it: relative within the workspace, else absolute."""
    here, there = Path.cwd(), path.resolve()
    return there.relative_to(here).as_posix() if there.is_relative_to(here) else there.as_posix()
