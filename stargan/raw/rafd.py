"""RaFD's raw form: everything that is known of a picture stands in its file name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from stargan.data.crops import ShareCrop
from stargan.data.domains import Classes
from stargan.errors import Fault
from stargan.raw.rawset import RawSet, frame
from stargan.raw.source import Source, by_base_name, looks_like_picture
from stargan.raw.splits import person_split, random_split

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
    angles: Sequence[int],
    crop: Sequence[float],
    split: str,
    test_share: float,
    seed: int,
    key: str,
) -> RawSet:
    """Return RaFD's pictures of the chosen camera angles, in the order of their file names.

    Raises Fault where no picture is of these angles, or on a split that can't be made. Pictures that are not
    named as RaFD names them are returned as bad. key: the section of params.yaml, which faults name.
    """
    files = {full: base for base, full in by_base_name(source).items() if is_candidate(base)}
    shots = {full: shot(base) for full, base in files.items()}
    bad = {name: f"is not named as in RaFD ({EXAMPLE})" for name, found in shots.items() if not found}
    taken = {name: found for name, found in shots.items() if found and found.angle in angles}
    if not taken:
        there = sorted({found.angle for found in shots.values() if found})
        raise Fault(
            f"{source.path}: no RaFD picture of angles {list(angles)}, but of {there or 'none'}; set "
            f"{key}.angles, or {key}.form=folders for a folder a class"
        )
    persons = [found.person for found in taken.values()]
    sides = class_splits(persons, split, test_share, seed, key)
    order = [EXPRESSIONS.index(found.expression) for found in taken.values()]
    labels = np.eye(len(EXPRESSIONS), dtype=np.uint8)[order]
    rows = frame(list(taken), persons, sides)
    return RawSet(Classes(EXPRESSIONS, title), ShareCrop(*crop), rows, labels, bad)


def is_candidate(name: str) -> bool:
    """Say whether a file lies there as a picture of the set, be it rightly named or not."""
    return name.startswith("Rafd") or looks_like_picture(name)


def class_splits(persons: Sequence[str], split: str, share: float, seed: int, key: str) -> list[str]:
    """Return 'train' or 'test' a picture, split by `person` or by `image`. Raises Fault where it can't be."""
    if split == "image":
        return random_split(len(persons), min(max(1, round(share * len(persons))), len(persons) - 1), seed)
    if "" in persons:
        raise Fault(f"{key}.split=person needs RaFD's file names; use {key}.split=image or folders")
    return person_split(persons, share, seed)
