"""Mean and spread of metrics over seeds, for variants of the experiment, from what git and DVC keep.

    python -m stages.summary 'default=HEAD,seed2' 'no cls loss=no-cls,no-cls-2' \\
        --keys metrics/evaluate/rafd.json:rafd.error metrics/evaluate/rafd.csv:error/rafd/angry --out metrics/ablations.md

A variant is a name and its git revisions or DVC experiments, which differ in `seed` alone. Prints a Markdown table;
with --out writes it, and the same numbers as a CSV file beside it. Not a DVC stage.
"""

import argparse
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stargan.comparison.revisions import SEED, Revision, read_revision
from stargan.core.files import write_bytes
from stargan.core.measures import DIGITS
from stargan.errors import Fault, main

NOTE = (
    "Means over seeds. (a to b): the smallest and the largest, of two seeds. ± s: the standard deviation (n - 1), "
    "of three or more."
)
ENOUGH = 3
"""Seeds from which on a standard deviation says more than the two ends."""


@dataclass(frozen=True)
class Variant:
    """A setup trained with one or more seeds."""

    name: str
    revisions: Sequence[Revision]


@dataclass(frozen=True)
class Key:
    """A number in a metrics file."""

    path: str
    key: str

    @property
    def title(self) -> str:
        """The column's head: the file's name without its end, and the key."""
        return f"{Path(self.path).stem}: {self.key}"


@dataclass(frozen=True)
class Spread:
    """A metric of a variant over its seeds; deviation: None for fewer than `ENOUGH`."""

    variant: str
    path: str
    key: str
    seeds: tuple[int, ...]
    mean: float
    low: float
    high: float
    deviation: float | None

    @property
    def cell(self) -> str:
        """The metric as text: '2.1', '2.1 (2.0 to 2.2)' for two seeds, '2.1 ± 0.1' for three or more."""
        if len(self.seeds) == 1:
            return short(self.mean)
        if self.deviation is None:
            return f"{short(self.mean)} ({short(self.low)} to {short(self.high)})"
        return f"{short(self.mean)} ± {short(self.deviation)}"


def short(value: float) -> str:
    """Return a number with two digits after the point, below 1 with four."""
    return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.4f}"


def variant_of(text: str) -> Variant:
    """Return the variant that 'name=revision,revision' names. Raises Fault where its revisions do not belong together."""
    name, _, names = text.rpartition("=")
    if not name or not all(names.split(",")):
        raise Fault(f"{text!r} is no variant; give name=revision,revision")
    revisions = [read_revision(one) for one in names.split(",")]
    check_alike(name, revisions)
    return Variant(name, revisions)


def check_alike(name: str, revisions: Sequence[Revision]) -> None:
    """Raise Fault where two revisions have one seed, or differ in code or in another param than the seed."""
    first, seen = revisions[0], dict[int, str]()
    for one in revisions:
        if one.seed in seen:
            raise Fault(f"{name}: {seen[one.seed]} and {one.name} both have seed {one.seed}; leave one out")
        seen[one.seed] = one.name
        if one.code != first.code:
            raise Fault(
                f"{name}: stages or stargan differ between {first.name} and {one.name}; "
                "run the experiments again on one commit"
            )
        for key in sorted({*first.params, *one.params} - {SEED}):
            here, there = (revision.params.get(key, "absent") for revision in (first, one))
            if here != there:
                raise Fault(
                    f"{name}: {key} is {here} at {first.name} and {there} at {one.name}; "
                    "give revisions that differ in seed alone"
                )


def key_of(text: str) -> Key:
    """Return the key that 'path:key' names. Raises Fault on another form."""
    found = re.fullmatch(r"(.+?\.\w+):(.+)", text)
    if not found:
        raise Fault(f"{text!r} is no key; give a metrics file and its key, as metrics/evaluate/rafd.json:rafd.error")
    return Key(found[1], found[2])


def spreads(variants: Sequence[Variant], keys: Sequence[Key]) -> Iterator[Spread]:
    """Yield each variant's spread of each key, variant by variant."""
    for variant in variants:
        for key in keys:
            values = [revision.metric(key.path, key.key) for revision in variant.revisions]
            deviation = statistics.stdev(values) if len(values) >= ENOUGH else None
            yield Spread(
                variant.name,
                key.path,
                key.key,
                tuple(revision.seed for revision in variant.revisions),
                statistics.fmean(values),
                min(values),
                max(values),
                deviation,
            )


def table(variants: Sequence[Variant], keys: Sequence[Key], found: Sequence[Spread]) -> str:
    """Return the Markdown table: a row a variant, a column a key, and a note on what the spread is."""
    rows = [["variant", "seeds", *(key.title for key in keys)], ["---"] * (len(keys) + 2)]
    for position, variant in enumerate(variants):
        mine = found[position * len(keys) : (position + 1) * len(keys)]
        seeds = ", ".join(str(seed) for seed in mine[0].seeds)
        rows.append([variant.name, f"{len(mine[0].seeds)} ({seeds})", *(one.cell for one in mine)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + f"\n{NOTE}\n"


def numbers(found: Sequence[Spread]) -> bytes:
    """Return the spreads as CSV, one row each, rounded; `seeds` are joined by blanks."""
    rows = [
        {
            "variant": one.variant,
            "path": one.path,
            "key": one.key,
            "n": len(one.seeds),
            "seeds": " ".join(map(str, one.seeds)),
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "deviation": one.deviation,
        }
        for one in found
    ]
    return pd.DataFrame(rows).round(DIGITS).to_csv(index=False, lineterminator="\n").encode()


def run(variants: Sequence[str], keys: Sequence[str], out: Path | None) -> str:
    """Return the table of variants and keys, given as texts; with `out`, PATH.md, write it and PATH.csv."""
    if out is not None and out.suffix != ".md":
        raise Fault(f"--out {out}: not a .md file; name one")
    chosen, columns = [variant_of(text) for text in variants], [key_of(text) for text in keys]
    found = list(spreads(chosen, columns))
    text = table(chosen, columns, found)
    if out is not None:
        write_bytes(out, text.encode())
        write_bytes(out.with_suffix(".csv"), numbers(found))
    return text


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.summary", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("variants", nargs="+", help="name=revision,revision: git revisions or DVC experiments")
    parser.add_argument(
        "--keys", nargs="+", required=True, help="path:key of metrics files; in a .csv a key is measure/dataset/target"
    )
    parser.add_argument("--out", type=Path, help="PATH.md to write; PATH.csv gets the numbers")
    given = parser.parse_args()
    print(run(given.variants, given.keys, given.out), end="")


if __name__ == "__main__":
    main(command, answers=True)
