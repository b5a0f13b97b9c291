"""CelebA's raw form: aligned pictures, a table of attributes in {-1, 1}, and its own partition."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stargan.data.crops import CentreCrop
from stargan.data.domains import Attributes
from stargan.errors import Fault, nearest
from stargan.raw.rawset import RawSet, frame
from stargan.raw.source import Source, by_base_name, looks_like_picture
from stargan.raw.splits import OFFICIAL_TEST, official_split, random_split

VALUES = {"1": 1, "-1": -1}
PARTITION = {"0": "train", "1": "val", "2": "test"}
Line = tuple[int, str]
"""A line's number, from 1, and its text."""


@dataclass(frozen=True)
class Table:
    """A table of attributes, checked whole. `values` is int8 (pictures, attributes) in {-1, 1}."""

    path: Path
    pictures: list[str]
    lines: list[int]
    attributes: list[str]
    values: np.ndarray


def read_raw(
    source: Source,
    *,
    attributes: Path,
    partition: Path,
    labels: Sequence[str],
    exclusive: Sequence[Sequence[str]],
    crop: int,
    split: str,
    test_images: int,
    seed: int,
    key: str,
) -> RawSet:
    """Return CelebA's pictures with the chosen labels, in the table's order.

    Splits are drawn over the table's rows, so that a missing file moves no other picture to another side.
    Raises Fault on a table that is wrong anywhere, an unknown attribute, or a split that can't be made.
    key: the section of params.yaml, which faults name.
    """
    table = read_table(attributes)
    kind = _kind(table, labels, exclusive, key)
    if split == "random":
        splits = random_split(len(table.pictures), _fewer(test_images, table, key), seed)
    elif split == "official-code":
        _fewer(OFFICIAL_TEST, table, key)
        splits = official_split(len(table.pictures))
    else:
        sides = read_partition(partition)
        splits = [_side(sides, name, partition, key) for name in table.pictures]
    columns = [table.attributes.index(name) for name in kind.names]
    bits = (table.values[:, columns] == 1).astype(np.uint8)
    files = by_base_name(source)
    there = [position for position, name in enumerate(table.pictures) if name in files]
    rows = frame([files[table.pictures[i]] for i in there], [""] * len(there), [splits[i] for i in there])
    return RawSet(kind, CentreCrop(crop), rows, bits[there], _unmatched(table, files))


def read_table(path: Path) -> Table:
    """Return the attribute table in `path`, the .txt or the .csv form, told apart by their first line.

    Raises Fault with the line's number on any row, value or count that is not as CelebA publishes it.
    """
    lines = _lines(path)
    if not lines:
        raise Fault(f"{path}: is empty; fetch it again (python -m stages.fetch celeba)")
    csv = "," in lines[0][1]
    names, rows = _heading(path, lines, csv)
    values = np.empty((len(rows), len(names)), dtype=np.int8)
    pictures: dict[str, int] = {}
    for position, (line, text) in enumerate(rows):
        picture, *cells = _cells(text, csv)
        if len(cells) != len(names):
            raise Fault(f"{path}:{line}: {picture!r} has {len(cells)} values, not {len(names)}; mend the row")
        if picture in pictures:
            raise Fault(f"{path}:{line}: {picture!r} is in line {pictures[picture]} already; remove one")
        pictures[picture] = line
        values[position] = _row(path, line, names, cells)
    return Table(path, list(pictures), list(pictures.values()), names, values)


def _heading(path: Path, lines: list[Line], csv: bool) -> tuple[list[str], list[Line]]:
    """Return the attribute names and the rows below them. The .txt form first states the number of rows."""
    stated = None if csv else _count(path, *lines[0])
    names_line, *rows = lines if csv else lines[1:] or [(2, "")]
    names = _cells(names_line[1], csv)[1 if csv else 0 :]
    if not names or not all(names) or len(set(names)) != len(names):
        raise Fault(f"{path}:{names_line[0]}: attribute names are missing or repeated; fetch the table again")
    if stated is not None and stated != len(rows):
        raise Fault(f"{path}:1: {stated} rows are announced, {len(rows)} are there; fetch the table again")
    if not rows:
        raise Fault(f"{path}: no row below the attribute names; fetch the table again")
    return names, rows


def read_partition(path: Path) -> dict[str, str]:
    """Return {picture: 'train', 'val' or 'test'} from list_eval_partition, the .txt or the .csv form."""
    sides: dict[str, str] = {}
    for position, (line, text) in enumerate(_lines(path)):
        cells = _cells(text, "," in text)
        if position == 0 and "," in text and cells[-1] == "partition":
            continue
        if len(cells) != 2 or cells[1] not in PARTITION:
            raise Fault(f"{path}:{line}: {text.strip()[:60]!r} is not a name and 0, 1 or 2; fetch the file again")
        if cells[0] in sides:
            raise Fault(f"{path}:{line}: {cells[0]!r} is there twice; remove one")
        sides[cells[0]] = PARTITION[cells[1]]
    return sides


def _lines(path: Path) -> list[Line]:
    """Return all lines that are not blank."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Fault(
            f"{path}: cannot be read ({error.strerror}); fetch it (python -m stages.fetch celeba) or "
            "correct its path in params.yaml"
        ) from error
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Fault(f"{path}:{line}: holds a NUL byte, so it is damaged; fetch it again")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Fault(f"{path}:{line}: is not UTF-8; save the file as UTF-8 or fetch it again") from error
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _cells(text: str, csv: bool) -> list[str]:
    return [cell.strip() for cell in text.split(",")] if csv else text.split()


def _count(path: Path, line: int, text: str) -> int:
    if not text.strip().isdecimal():
        raise Fault(f"{path}:{line}: {text.strip()[:60]!r} is not the number of rows; fetch the table again")
    return int(text)


def _row(path: Path, line: int, names: list[str], cells: list[str]) -> list[int]:
    try:
        return [VALUES[cell] for cell in cells]
    except KeyError as error:
        name = names[next(i for i, cell in enumerate(cells) if cell not in VALUES)]
        raise Fault(f"{path}:{line}: {name} = {error.args[0]!r} is not 1 or -1; write -1 for an absent attribute") from error


def _kind(table: Table, labels: Sequence[str], exclusive: Sequence[Sequence[str]], section: str) -> Attributes:
    """Return the label kind; exclusive groups are cut to the chosen labels."""
    for key, names in (("labels", labels), *(("exclusive", group) for group in exclusive)):
        for name in names:
            if name not in table.attributes:
                raise Fault(f"{section}.{key}: attribute {name!r} is not in {table.path}{nearest(name, table.attributes)}")
        if len(set(names)) != len(names):
            raise Fault(f"{section}.{key}: {', '.join(names)} repeats an attribute; name each once")
    groups = (tuple(name for name in group if name in labels) for group in exclusive)
    return Attributes(tuple(labels), tuple(group for group in groups if len(group) > 1))


def _fewer(test: int, table: Table, key: str) -> int:
    if test >= len(table.pictures):
        raise Fault(
            f"{key}: {test} test images of {len(table.pictures)} in {table.path} leave none to train "
            f"on; lower {key}.test_images, with {key}.split=random"
        )
    return test


def _side(sides: dict[str, str], name: str, path: Path, key: str) -> str:
    if name not in sides:
        raise Fault(f"{path}: has no line for {name!r}; fetch it again or use {key}.split=random")
    return sides[name]


def _unmatched(table: Table, files: dict[str, str]) -> dict[str, str]:
    """Return rows without a file and files without a row, with the reason."""
    known = set(table.pictures)
    missing = {
        name: f"has no file, only line {line} of {table.path.name}"
        for name, line in zip(table.pictures, table.lines, strict=True)
        if name not in files
    }
    extra = {
        full: f"has no row in {table.path.name}"
        for base, full in files.items()
        if base not in known and looks_like_picture(base)
    }
    return missing | extra
