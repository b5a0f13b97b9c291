"""Any folder or zip of class folders: train/<class>/*, test/<class>/*, or <class>/* alone."""

from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from stargan.data.crops import CentreCrop
from stargan.data.domains import Classes
from stargan.errors import Fault, nearest
from stargan.raw.rafd import class_splits, shot
from stargan.raw.rawset import RawSet, frame
from stargan.raw.source import Source

SECTIONS = ("train", "test")


def read_raw(source: Source, *, title: str, split: str, test_share: float, seed: int, key: str) -> RawSet:
    """Return the pictures of class folders, classes in alphabetical order, with the largest centred square.

    With split `folders` the sides are train/ and test/; else the folders that hold pictures are the classes.
    Raises Fault where a class is on one side only: it would shift every label after it.
    key: the section of params.yaml, which faults name.
    """
    if not source.names:
        raise Fault(f"{source.path}: holds no file; put a folder a class in it")
    parts = [PurePosixPath(name).parts for name in source.names]
    depth = 3 if split == "folders" else 2
    shallow = next((name for name, part in zip(source.names, parts, strict=True) if len(part) < depth), None)
    if shallow:
        form = "train/<class>/ or test/<class>/" if depth == 3 else "a folder <class>/"
        raise Fault(f"{source.path}: {shallow} does not lie in {form}; move or remove it")
    classes = [part[-2] for part in parts]
    if split == "folders":
        sides = [part[-3] for part in parts]
        names = _names_of_both(source, classes, sides, key)
    else:
        names = sorted(set(classes))
        sides = class_splits([_person(name) for name in source.names], split, test_share, seed, key)
    if len(names) < 2:
        raise Fault(f"{source.path}: only one class folder, {names[0]}; at least two are needed")
    labels = np.eye(len(names), dtype=np.uint8)[[names.index(name) for name in classes]]
    rows = frame(list(source.names), [_person(name) for name in source.names], sides)
    return RawSet(Classes(tuple(names), title), CentreCrop(), rows, labels)


def _names_of_both(source: Source, classes: Sequence[str], sides: Sequence[str], key: str) -> list[str]:
    """Return the class names, equal on both sides. Raises Fault that names the first that is not."""
    for side in sides:
        if side not in SECTIONS:
            raise Fault(f"{source.path}: folder {side!r} is neither train nor test; rename or remove it")
    pairs = set(zip(sides, classes, strict=True))
    train, test = (sorted(name for side, name in pairs if side == section) for section in SECTIONS)
    if not train or not test:
        raise Fault(
            f"{source.path}: no picture in {'test' if train else 'train'}/; use {key}.split=image to draw a test set"
        )
    for name in test:
        if name not in train:
            raise Fault(f"{source.path}: class {name!r} of test/ is unknown to train/{nearest(name, train)}")
    for name in train:
        if name not in test:
            raise Fault(f"{source.path}: class {name!r} of train/ is missing in test/{nearest(name, test)}")
    return train


def _person(name: str) -> str:
    found = shot(name)
    return found.person if found else ""
