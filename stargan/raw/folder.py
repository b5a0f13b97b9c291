"""Class folders as torchvision's ImageFolder reads them: <class>/..., or train/<class>/..., val/..., test/..."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from stargan.core.names import composed
from stargan.data.crops import CentreCrop
from stargan.data.domains import Classes
from stargan.errors import Fault, nearest
from stargan.raw.rafd import shot
from stargan.raw.rawset import RawSet, chosen, class_sides, few, frame, pictures_of
from stargan.raw.source import Source

SIDES = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}
"""The sides of a split by the usual names of their folders, in lower case."""
Paths = Mapping[str, tuple[str, ...]]
"""The parts of each picture's path below the root, composed, by its name."""


def read_raw(
    source: Source, *, title: str, labels: Sequence[str], split: str, test_share: float, seed: int, key: str
) -> RawSet:
    """Return the pictures of class folders, classes in alphabetical order, with the largest centred square.

    A class is a folder of the root; its pictures may lie deeper. With split `folders` the root holds train/, val/ and test/,
    and these hold the classes. labels: the classes that are taken; []: all. Raises Fault where a class is not on all sides:
    it would shift every label after it. key: the section of params.yaml, which faults name.
    """
    names, note = pictures_of(source)
    if not names:
        raise Fault(f"{source.path}: holds no picture; put a folder a class in it" + (f" ({note})" if note else ""))
    wrappers, paths = below_root({name: PurePosixPath(composed(name)).parts for name in names}, split)
    (check_sides if split == "folders" else refuse_sides)(source, paths, key)
    depth = 1 if split == "folders" else 0
    bad = {name: "lies in no class folder" for name, path in paths.items() if len(path) < depth + 2}
    paths = {name: path for name, path in paths.items() if name not in bad}
    mine = [path[depth] for path in paths.values()]
    classes, dropped = chosen(mine, mine, labels, source, key)
    kept = set(classes)
    paths = {name: path for name, path in paths.items() if path[depth] in kept}
    mine, persons = [path[depth] for path in paths.values()], [_person(name) for name in paths]
    if len(classes) < 2:
        stray = "".join(f"; {name} {reason}" for name, reason in list(bad.items())[:1])
        raise Fault(f"{source.path}: only one class folder, {few(classes) or 'none'}; at least two are needed{stray}")
    if split == "folders":
        sides = [SIDES[path[0].lower()] for path in paths.values()]
        check_classes(source, mine, sides, key)
    else:
        sides = class_sides(source, mine, persons, split, test_share, seed, key)
    places = {name: place for place, name in enumerate(classes)}
    one_hot = np.eye(len(classes), dtype=np.uint8)[[places[name] for name in mine]]
    rows = frame(list(paths), persons, sides)
    raw = RawSet(Classes(tuple(classes), title), CentreCrop(), rows, one_hot, bad)
    return raw.noted(note, dropped, *structure(source, names, wrappers, paths, depth), *sides_told(sides))


def below_root(paths: Paths, split: str) -> tuple[tuple[str, ...], Paths]:
    """Return the folders that wrap the whole set, and the paths below them.

    A zip often has one. A folder is none that is itself a side, or that holds the only class.
    """
    wrappers: tuple[str, ...] = ()
    while len({path[0] for path in paths.values()}) == 1 and all(len(path) > 2 for path in paths.values()):
        first = next(iter(paths.values()))[0]
        below = {name: path[1:] for name, path in paths.items()}
        if split == "folders" and first.lower() in SIDES:
            break
        if split != "folders" and len({path[0] for path in below.values()}) == 1 and any(len(p) < 3 for p in below.values()):
            break
        wrappers, paths = (*wrappers, first), below
    return wrappers, paths


def check_sides(source: Source, paths: Paths, key: str) -> None:
    """Raise Fault where a folder of the root is no side, two are the same one, or there is no train or nothing beside it."""
    folders = sorted({path[0] for path in paths.values() if len(path) > 1})
    odd = next((name for name in folders if name.lower() not in SIDES), None)
    if odd:
        raise Fault(f"{source.path}: folder {odd!r} is none of train, val and test; rename or remove it")
    twice = [side for side, times in Counter(SIDES[name.lower()] for name in folders).items() if times > 1]
    if twice:
        same = [name for name in folders if SIDES[name.lower()] == twice[0]]
        raise Fault(f"{source.path}: {' and '.join(same)} are both the {twice[0]} side; put their pictures into one")
    sides = {SIDES[name.lower()] for name in folders}
    if "train" not in sides or len(sides) < 2:
        lack = "test" if "train" in sides else "train"
        raise Fault(f"{source.path}: no picture in {lack}/; use {key}.split=image to draw a test set")


def refuse_sides(source: Source, paths: Paths, key: str) -> None:
    """Raise Fault where the root holds sides, of which no split is to be drawn: test pictures would be trained on."""
    within = {path[1].lower() for path in paths.values() if len(path) > 2}
    if len({SIDES[name] for name in within if name in SIDES}) > 1 and within <= SIDES.keys():
        raise Fault(
            f"{source.path}: classes hold {' and '.join(f'{name}/' for name in sorted(within))}; put the sides first, as in "
            f"train/{next(iter(paths.values()))[0]}/, and take them by {key}.split: folders"
        )
    found = sorted({path[0] for path in paths.values() if len(path) > 2 and path[0].lower() in SIDES})
    if len({SIDES[name.lower()] for name in found}) > 1:
        raise Fault(
            f"{source.path}: holds {' and '.join(f'{name}/' for name in found)}, so a split is given; take it by "
            f"{key}.split=folders, or give one of these folders as the path"
        )


def check_classes(source: Source, classes: Sequence[str], sides: Sequence[str], key: str) -> None:
    """Raise Fault that names the first class which is not in train, or not where tests are made."""
    pairs = sorted(set(zip(sides, classes, strict=True)))
    of = {side: [name for one, name in pairs if one == side] for side in dict.fromkeys(sides)}
    train = of.get("train", [])
    for side, names in of.items():
        for name in names:
            if name not in train:
                raise Fault(f"{source.path}: class {name!r} of {side}/ is unknown to train/{nearest(name, train)}")
    tested = "test" if "test" in of else "val"
    for name in train:
        if name not in of.get(tested, []):
            raise Fault(
                f"{source.path}: class {name!r} of train/ is missing in {tested}/{nearest(name, of.get(tested, []))}; "
                f"add it, or name the others alone in {key}.labels"
            )


def structure(source: Source, pictures: Sequence[str], wrappers: tuple[str, ...], paths: Paths, depth: int) -> Iterator[str]:
    """Yield what is to be said of how folders were read."""
    if wrappers:
        yield f"the set is taken to begin in {'/'.join(wrappers)}/"
    deep = [name for name, path in paths.items() if len(path) > depth + 2]
    if deep:
        yield f"{len(deep)} pictures lie deeper than their class, such as {deep[0]} (class {paths[deep[0]][depth]})"
    start = len(wrappers) + depth
    folders = (PurePosixPath(composed(name)).parts for name in source.folders)
    there = {part[start] for part in folders if len(part) > start and part[: len(wrappers)] == wrappers}
    empty = sorted(there - {PurePosixPath(composed(name)).parts[start] for name in pictures if name.count("/") > start})
    if empty:
        yield f"folders without a picture are no classes: {few(empty)}"
    classes = {path[depth] for path in paths.values()}
    lower = Counter(name.lower() for name in classes)
    alike = sorted(name for name in classes if lower[name.lower()] > 1)
    if alike:
        yield f"classes whose names differ in case alone are kept apart: {few(alike)}"


def sides_told(sides: Iterable[str]) -> Iterator[str]:
    """Yield what is to be said of the sides that are there."""
    if "test" not in set(sides):
        yield "there is no test side: the validation side is taken in its place"


def _person(name: str) -> str:
    found = shot(name)
    return found.person if found else ""
