"""What a dataset's own reader makes of its raw form: which pictures, with which labels, on which side."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from stargan.core.names import checked_labels, index_of
from stargan.data.crops import Crop
from stargan.data.domains import LabelKind
from stargan.errors import Fault
from stargan.raw.pictures import begins_as_picture, is_picture
from stargan.raw.source import Source
from stargan.raw.splits import class_split, person_split

SHOWN = 3
"""Names that stand for a longer list."""


@dataclass(frozen=True)
class RawSet:
    """A dataset before its pictures are decoded; `rows` and `labels` in the order they shall have."""

    kind: LabelKind
    crop: Crop
    rows: pd.DataFrame
    """source (name in the zip or folder), person ('' where unknown), split ('train', 'test' or 'val')."""
    labels: np.ndarray
    """uint8 (rows, kind.width) in {0, 1}."""
    bad: Mapping[str, str] = field(default_factory=dict)
    """Pictures that can't be used: {name: reason}."""
    notes: Sequence[str] = ()
    """What a user should know of how the set was read, a sentence each."""

    def without(self, bad: Mapping[str, str]) -> "RawSet":
        """Return the set without the rows of `bad` pictures, which join those known to be bad."""
        kept = ~self.rows["source"].isin(list(bad)).to_numpy()
        return replace(self, rows=self.rows[kept], labels=self.labels[kept], bad={**self.bad, **bad})

    def noted(self, *notes: str) -> "RawSet":
        """Return the set with further notes; empty ones are none."""
        return replace(self, notes=(*self.notes, *filter(None, notes)))

    def counts(self) -> pd.DataFrame:
        """Return how many pictures have each label: a row a label, a column a side that has pictures."""
        sides = [side for side in ("train", "val", "test") if (self.rows["split"] == side).any()]
        columns = {side: self.labels[(self.rows["split"] == side).to_numpy()].sum(axis=0, dtype=int) for side in sides}
        return pd.DataFrame(columns, index=list(self.kind.names))


def frame(sources: list[str], persons: list[str], splits: list[str]) -> pd.DataFrame:
    """Return the rows of a RawSet."""
    return pd.DataFrame({"source": sources, "person": persons, "split": splits}, dtype=str)


def pictures_of(source: Source, *used: str) -> tuple[list[str], str]:
    """Return the names of a source's pictures, and what is to be said of other files that are not `used`; "" of none."""
    names = [name for name in source.names if is_picture(name)]
    others = [name for name in source.names if not is_picture(name) and name not in used]
    suffixes = Counter(PurePosixPath(name).suffix for name in others)
    told = [f"{count} {suffix or 'without a suffix'}" for suffix, count in sorted(suffixes.items())]
    hidden = [f"{source.hidden} hidden"] if source.hidden else []
    unnamed = [name for name in others if begins_as_picture(_head(source, name))]
    note = f"passed over: {', '.join([*told, *hidden])} ({few(others)})" if others else ""
    note = note or (f"passed over: {hidden[0]}" if hidden else "")
    if unnamed:
        note += f"; of these {len(unnamed)} hold a picture whose suffix is unknown ({few(unnamed)}): rename them to use them"
    return names, note


def _head(source: Source, name: str) -> bytes:
    """Return how a file begins that is passed over; b"" where it can't be read, which nobody asked for."""
    try:
        return source.read(name, 16)
    except OSError:
        return b""


def chosen(
    classes: Sequence[str], known: Iterable[str], labels: Sequence[str], source: Source, key: str
) -> tuple[list[str], str]:
    """Return the classes that `labels` names, in alphabetical order, [] names all; and what is to be said of the others.

    classes: of each picture; known: all there are. Raises Fault on a label that is no class.
    """
    there = sorted(set(known))
    try:
        wanted = [there[index_of(name, there)] for name in labels] or there
    except Fault as fault:
        raise Fault(f"{key}.labels: {fault}; these are the classes of {source.path}") from fault
    if len(set(wanted)) < len(wanted):
        raise Fault(f"{key}.labels: {', '.join(labels)} repeats a class; name each once")
    left = sorted(set(there) - set(wanted))
    count = sum(times for name, times in Counter(classes).items() if name in left)
    return sorted(wanted), f"{key}.labels leaves out {count} pictures of {few(left)}" if left else ""


def class_sides(
    source: Source, classes: Sequence[str], persons: Sequence[str], split: str, share: float, seed: int, key: str
) -> list[str]:
    """Return 'train' or 'test' a picture, split by `person`, or by `image` within each class.

    Raises Fault where persons are not known, or a class has a single picture.
    """
    if split == "person":
        if "" in persons:
            raise Fault(f"{key}.split=person needs RaFD's file names; use {key}.split=image or folders")
        return person_split(persons, share, seed)
    lone = sorted(name for name, times in Counter(classes).items() if times == 1)
    if lone:
        rest = ", ".join(json.dumps(name, ensure_ascii=False) for name in sorted(set(classes) - set(lone)))
        raise Fault(
            f"{source.path}: class {few(lone)} has a single picture, which can't be on both sides; add pictures, or leave "
            f"it out: {key}.labels: [{rest}] in params.yaml"
        )
    return class_split(classes, share, seed)


def few(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def check_splits(raw: RawSet, path: object, key: str) -> None:
    """Raise Fault where a label has no proper name, a side is empty, or training has no picture of a label.

    A validation side stands in for a test side that is missing. key: the section of params.yaml, which faults name.
    """
    try:
        checked_labels(raw.kind.names)
    except ValueError as error:
        raise Fault(f"{path}: {error}") from error
    if raw.rows.empty and raw.bad:
        name, reason = next(iter(raw.bad.items()))
        raise Fault(f"{path}: none of {len(raw.bad)} pictures can be used: {name} {reason}; mend them, or give others")
    sides = set(raw.rows["split"])
    lack = "train" if "train" not in sides else "" if sides & {"test", "val"} else "test"
    if lack:
        raise Fault(f"{path}: no picture for {lack} among {len(raw.rows)}; change {key}.split or add pictures")
    train = raw.labels[(raw.rows["split"] == "train").to_numpy()]
    lacking = [name for name, some in zip(raw.kind.names, train.sum(axis=0), strict=True) if not some]
    if lacking:
        raise Fault(f"{path}: no training picture is {', '.join(lacking)}; add some, or name the others in {key}.labels")
