"""RaFD's raw form: everything that is known of a picture stands in its file name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from stargan.data.crops import CentreCrop, ShareCrop
from stargan.data.domains import Classes
from stargan.errors import Fault
from stargan.raw.rawset import RawSet, chosen, class_sides, frame, pictures_of
from stargan.raw.source import Source

EXPRESSIONS = ("angry", "contemptuous", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")
NAME = re.compile(
    r"Rafd(?P<angle>000|045|090|135|180)_(?P<person>\d+)_(?P<group>[A-Za-z]+)_(?P<gender>female|male)_"
    rf"(?P<expression>{'|'.join(EXPRESSIONS)})_(?P<gaze>frontal|left|right)\.(?:jpg|JPG|jpeg|png)"
)
EXAMPLE = "Rafd090_01_Caucasian_female_angry_frontal.jpg"


@dataclass(frozen=True)
class Shot:
    """What a file name says: camera angle in degrees (90 is frontal), person, expression, gaze."""

    angle: int
    person: str
    expression: str
    gaze: str


def shot(name: str) -> Shot | None:
    """Return what a RaFD file name (folders before it are ignored) says, or None where it is no such name."""
    found = NAME.fullmatch(PurePosixPath(name).name)
    return found and Shot(int(found["angle"]), found["person"], found["expression"], found["gaze"])


def read_raw(
    source: Source,
    *,
    title: str,
    labels: Sequence[str],
    angles: Sequence[int],
    crop: Sequence[float] | None,
    split: str,
    test_share: float,
    seed: int,
    key: str,
) -> RawSet:
    """Return RaFD's pictures of the chosen camera angles and expressions, in the order of their file names.

    crop: left, top and side of the face square as shares; None: the largest centred square. labels: the expressions that are
    taken; []: all. Raises Fault where no picture is of these angles, or on a split that can't be made. Pictures that are not
    named as RaFD names them are returned as bad. key: the section of params.yaml, which faults name.
    """
    names, note = pictures_of(source)
    files = by_base_name(source.path, names)
    shots = {full: shot(base) for base, full in files.items()}
    bad = {name: f"is not named as in RaFD ({EXAMPLE})" for name, found in shots.items() if not found}
    taken = {name: found for name, found in shots.items() if found and found.angle in angles}
    if not taken:
        there = sorted({found.angle for found in shots.values() if found})
        raise Fault(
            f"{source.path}: no RaFD picture of angles {list(angles)}, but of {there or 'none'}; set "
            f"{key}.angles, or {key}.form=folders for a folder a class"
        )
    classes, dropped = chosen([found.expression for found in taken.values()], EXPRESSIONS, labels, source, key)
    taken = {name: found for name, found in taken.items() if found.expression in classes}
    persons, mine = [found.person for found in taken.values()], [found.expression for found in taken.values()]
    sides = class_sides(source, mine, persons, split, test_share, seed, key)
    places = {name: place for place, name in enumerate(classes)}
    one_hot = np.eye(len(classes), dtype=np.uint8)[[places[name] for name in mine]]
    square = CentreCrop() if crop is None else ShareCrop(*crop)
    return RawSet(Classes(tuple(classes), title), square, frame(list(taken), persons, sides), one_hot, bad).noted(
        note, dropped
    )


def by_base_name(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return {file name without folders: full name}, sorted. Raises Fault where two files share a name."""
    found: dict[str, str] = {}
    for name in names:
        base = PurePosixPath(name).name
        if base in found:
            raise Fault(f"{path}: {found[base]} and {name} have the same file name; remove one")
        found[base] = name
    return dict(sorted(found.items()))
