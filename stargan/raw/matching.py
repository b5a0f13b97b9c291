"""Which file is meant by each row of a table: by its whole path, else its file name, else its stem."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from stargan.core.names import composed
from stargan.raw.pictures import is_picture


def path_of(name: str) -> str:
    """Return a name with its letters composed, '/' between folders whatever system wrote it, and no './'."""
    return PurePosixPath(composed(name).replace("\\", "/")).as_posix()


def base_of(name: str) -> str:
    """Return a name without folders."""
    return PurePosixPath(path_of(name)).name


def stem_of(name: str) -> str:
    """Return a name without folders and without a picture's suffix."""
    base = PurePosixPath(base_of(name))
    return base.stem if is_picture(base.name) else base.name


OTHER_SUFFIX = "name with another suffix"
KEYS: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "path": (path_of, path_of),
    "file name": (base_of, base_of),
    "name without its suffix": (base_of, stem_of),
    OTHER_SUFFIX: (stem_of, stem_of),
}
"""By what a row and a file are compared, in this order."""


@dataclass(frozen=True)
class Found:
    """files: {row: file}. unclear: {row: files that it could mean}. by: {key: rows whose file it told}."""

    files: Mapping[str, str]
    unclear: Mapping[str, Sequence[str]]
    by: Mapping[str, Sequence[str]]


def files_of(rows: Iterable[str], files: Iterable[str]) -> Found:
    """Return which file each row means. A key counts where one row and one file of those that are left have it."""
    left, free = list(rows), list(files)
    found: dict[str, str] = {}
    unclear: dict[str, Sequence[str]] = {}
    by: dict[str, list[str]] = {}
    for name, (of_row, of_file) in KEYS.items():
        asked, there = _by(of_row, left), _by(of_file, free)
        pairs = {mine[0]: there[value][0] for value, mine in asked.items() if len(mine) == len(there.get(value, ())) == 1}
        unclear |= {row: there[value] for value, mine in asked.items() if value in there for row in mine if row not in pairs}
        found |= pairs
        by |= {name: list(pairs)} if pairs else {}
        taken = set(pairs.values())
        left, free = [row for row in left if row not in pairs], [file for file in free if file not in taken]
    return Found(found, {row: known for row, known in unclear.items() if row not in found}, by)


def _by(key: Callable[[str], str], names: Iterable[str]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for name in names:
        found[key(name)].append(name)
    return found
