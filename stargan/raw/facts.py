"""What a user should know of a dataset before a training: counts, sizes, what can't be read, what is odd."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from stargan.data.crops import CentreCrop, Crop
from stargan.data.domains import Attributes, LabelKind
from stargan.raw.likeness import Pair, same_bytes, same_look
from stargan.raw.packing import Packed, Seen
from stargan.raw.rawset import RawSet, few

THIRD = 1 / 3
"""The share of a picture's area below which a crop is said to be small."""
RARE, UNEVEN = 0.02, 10
"""An attribute of fewer training pictures than this share is said to be rare; a class that another outnumbers so, small."""


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset once its pictures are packed.

    counts: pictures a label (rows) and side (columns). sides: pictures a side. sizes: (width, height) in pixels, upright,
    and how many pictures have it, the most frequent first. bad: {picture: why it can't be used}. notes: sentences.
    """

    kind: LabelKind
    counts: pd.DataFrame
    sides: dict[str, int]
    sizes: list[tuple[tuple[int, int], int]]
    bad: dict[str, str]
    notes: list[str]


def facts_of(raw: RawSet, packed: Packed, size: int, key: str) -> Facts:
    """Return the facts of a set without its bad pictures. size: px, of its squares. key: its section of params.yaml."""
    sides, names = raw.rows["split"].tolist(), raw.rows["source"].tolist()
    digests = [one.digest for one in packed.seen]
    equal = same_bytes(digests, sides)
    alike = [
        (one, other) for one, other in same_look([one.look for one in packed.seen], sides) if digests[one] != digests[other]
    ]
    notes = [
        *raw.notes,
        *(told_pairs("the very same file", equal, names, sides)),
        *(told_pairs("what looks like the same picture", alike, names, sides)),
        *cropped(packed.seen, raw.crop, size, key),
        *balance(raw, key),
    ]
    return Facts(
        raw.kind,
        raw.counts(),
        {side: sides.count(side) for side in ("train", "val", "test") if side in sides},
        Counter((one.width, one.height) for one in packed.seen).most_common(),
        dict(raw.bad),
        notes,
    )


def told_pairs(what: str, pairs: Sequence[Pair], names: Sequence[str], sides: Sequence[str]) -> Iterator[str]:
    """Yield how often a picture is on two sides: what was trained on is tested."""
    if pairs:
        shown = few([f"{names[one]} ({sides[one]}) and {names[other]} ({sides[other]})" for one, other in pairs])
        yield f"{what} is on two sides of the split, {len(pairs)} times: {shown}"


def cropped(seen: Sequence[Seen], crop: Crop, size: int, key: str) -> Iterator[str]:
    """Yield a note where the crop keeps little of pictures, and one where squares are enlarged to `size` pixels."""
    small = [one for one in seen if one.kept < THIRD]
    if small:
        least = min(small, key=lambda one: one.kept)
        larger = "" if crop == CentreCrop() else f"; {key}.crop: null in params.yaml takes the largest square"
        yield (
            f"the crop keeps less than a third of {len(small)} of {len(seen)} pictures, {least.kept:.0%} of one of "
            f"{least.width} x {least.height}{larger}"
        )
    enlarged = sum(one.kept * one.width * one.height < size * size for one in seen)
    if enlarged:
        yield f"the square of {enlarged} of {len(seen)} pictures has fewer than {size} x {size} pixels and is enlarged"


def balance(raw: RawSet, key: str) -> Iterator[str]:
    """Yield notes on labels that have few training pictures, or no test picture."""
    counts = raw.counts()
    train, total = counts["train"], int((raw.rows["split"] == "train").sum())
    if isinstance(raw.kind, Attributes):
        rare = [str(name) for name, n in train.items() if min(n, total - n) < RARE * total]
        if rare:
            yield f"nearly all training pictures agree in {few(rare)}: little to learn it from; {key}.labels can drop it"
    elif train.max() > UNEVEN * train.min():
        most, least = train.idxmax(), train.idxmin()
        yield f"classes are uneven: {train.max()} training pictures of {most}, {train.min()} of {least}"
    tested = "test" if "test" in counts else "val"
    untested = [str(name) for name, n in counts[tested].items() if n == 0] if tested in counts else []
    if untested:
        yield f"no {tested} picture is {few(untested)}, so nothing is measured of it"


def lines(facts: Facts) -> Iterator[str]:
    """Yield the facts as lines of text."""
    what = "attributes" if isinstance(facts.kind, Attributes) else "classes"
    yield f"{what}: {len(facts.kind.names)}; pictures: {', '.join(f'{n} {side}' for side, n in facts.sides.items())}"
    width = max(len(name) for name in facts.kind.names)
    for name, row in facts.counts.iterrows():
        yield f"  {name!s:{width}}  {', '.join(f'{n} {side}' for side, n in row.items())}"
    sizes = few([f"{width} x {height} ({n})" for (width, height), n in facts.sizes])
    yield f"sizes in pixels: {sizes}"
    yield f"can't be used: {len(facts.bad)}"
    yield from (f"  {name} {reason}" for name, reason in list(facts.bad.items())[:10])
    yield from (f"note: {note}" for note in facts.notes)
