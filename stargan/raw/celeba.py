"""Pictures beside a table of attributes, with a partition of its own: CelebA's raw form, and any CSV over a folder."""

from collections.abc import Iterator, Mapping, Sequence

from stargan.core.names import matched
from stargan.data.crops import CentreCrop
from stargan.data.domains import Attributes
from stargan.errors import Fault, nearest
from stargan.raw.matching import OTHER_SUFFIX, Found, files_of
from stargan.raw.rawset import RawSet, few, frame, pictures_of
from stargan.raw.source import Source
from stargan.raw.splits import OFFICIAL_TEST, official_split, random_split
from stargan.raw.table import Table


def read_raw(
    source: Source,
    table: Table,
    *,
    tables: Sequence[str],
    partition: Mapping[str, str] | None,
    labels: Sequence[str],
    exclusive: Sequence[Sequence[str]],
    crop: int | None,
    split: str,
    test_images: int,
    seed: int,
    key: str,
) -> RawSet:
    """Return the pictures of a table with the chosen labels, in the table's order.

    Splits are drawn over the table's rows, so that a missing file moves no other picture to another side. partition: the
    side of each row, where the split is `partition`. tables: names of files that are read beside the pictures.
    crop: side of the centred square in pixels; None: the largest.
    Raises Fault on a column that is wrong anywhere, an unknown attribute, or a split that can't be made. key: the section of
    params.yaml, which faults name.
    """
    kind = _kind(table, labels, exclusive, key)
    bits = table.bits(kind.names)
    if split == "random":
        splits = random_split(len(table.pictures), _fewer(test_images, table, key), seed)
    elif split == "official-code":
        _fewer(OFFICIAL_TEST, table, key)
        splits = official_split(len(table.pictures))
    else:
        splits = [_side(partition or {}, name, key) for name in table.pictures]
    names, note = pictures_of(source, *tables)
    found = files_of(table.pictures, names)
    if not found.files:
        raise Fault(
            f"{source.path}: no picture is named as in {table.path}: the table has {few(table.pictures)}, the files are "
            f"{few(names) or 'none'}; correct the table or the path"
        )
    there = [position for position, name in enumerate(table.pictures) if name in found.files]
    rows = frame([found.files[table.pictures[i]] for i in there], [""] * len(there), [splits[i] for i in there])
    raw = RawSet(kind, CentreCrop(crop), rows, bits[there], _unmatched(table, names, found))
    return raw.noted(note, *_told(found, len(table.pictures)))


def _told(found: Found, rows: int) -> Iterator[str]:
    """Yield by what else than their whole path or file name rows were matched."""
    other = found.by.get(OTHER_SUFFIX, ())
    if other:
        yield (
            f"{len(other)} of {rows} rows name another kind of file than there is, such as {other[0]} for "
            f"{found.files[other[0]]}: matched by the name before the suffix"
        )


def _kind(table: Table, labels: Sequence[str], exclusive: Sequence[Sequence[str]], section: str) -> Attributes:
    """Return the label kind; exclusive groups are cut to the chosen labels."""
    names = _attributes(table, labels, f"{section}.labels")
    cut = ([name for name in _attributes(table, group, f"{section}.exclusive") if name in names] for group in exclusive)
    return Attributes(tuple(names), tuple(tuple(group) for group in cut if len(group) > 1))


def _attributes(table: Table, names: Sequence[str], key: str) -> list[str]:
    """Return names as the table has them, which may differ in case or have blanks for underscores."""
    found = []
    for name in names:
        alike = matched(name, table.attributes)
        if len(alike) != 1:
            hint = f"; it may be {' or '.join(alike)}" if alike else nearest(name, table.attributes)
            raise Fault(f"{key}: attribute {name!r} is not in {table.path}{hint}")
        found += alike
    if len(set(found)) != len(found):
        raise Fault(f"{key}: {', '.join(names)} repeats an attribute; name each once")
    return found


def _fewer(test: int, table: Table, key: str) -> int:
    if test >= len(table.pictures):
        raise Fault(
            f"{key}: {test} test images of {len(table.pictures)} in {table.path} leave none to train "
            f"on; lower {key}.test_images, with {key}.split=random"
        )
    return test


def _side(sides: Mapping[str, str], name: str, key: str) -> str:
    if name not in sides:
        raise Fault(f"{key}.partition: has no line for {name!r}; add it, or use {key}.split=random")
    return sides[name]


def _unmatched(table: Table, names: Sequence[str], found: Found) -> dict[str, str]:
    """Return rows without a file and files without a row, with the reason."""
    taken = set(found.files.values())
    missing = {
        name: f"could be {few(found.unclear[name])}"
        if name in found.unclear
        else f"has no file, only line {line} of {table.path.name}"
        for name, line in zip(table.pictures, table.lines, strict=True)
        if name not in found.files
    }
    return missing | {name: f"has no row in {table.path.name}" for name in names if name not in taken}
