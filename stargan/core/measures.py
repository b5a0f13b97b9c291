"""Measures: what is measured of a run, as one table, and the few numbers of it that people compare runs by."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import fmean

from stargan.core.files import write_bytes
from stargan.core.names import encoded
from stargan.errors import Fault

DIGITS = 6
"""Digits after the point in tables."""
BIASED = "_biased"
"""How a measure ends that is biased: FID from fewer images than features."""
MOST = 12
"""Headline numbers of a run."""
HEADLINES: Mapping[str, int] = {
    "error": 2,
    "preserved_error": 2,
    "fid": 1,
    "fid_classifier": 1,
    "kid": 2,
    "kid_classifier": 2,
    "changed_ratio": 3,
    "kept_l1": 4,
    "reconstruction_psnr": 2,
    "cross_error": 2,
    "cross_changed_ratio": 3,
    "wrong_mask_error": 2,
}
"""The measures that people compare runs by, and their digits after the point."""


@dataclass(frozen=True)
class Measure:
    """One number: what is measured, of which dataset's labels, for which target ("": all of one step).

    low, high: its 95 % interval. n: how many images, labels or answers it is of. docs/metrics.md lists the measures.
    """

    measure: str
    dataset: str
    target: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def key(self) -> str:
        """The measure's name in tables of measures: 'error/celeba/~Male'. Neither measures nor datasets hold a '/'."""
        return "/".join(part for part in (self.measure, self.dataset, self.target) if part)


MEASURES = Path("metrics/evaluate")
"""Where the tables of runs are."""
COLUMNS = tuple(field.name for field in fields(Measure))


def headline(measures: Iterable[Measure]) -> dict[str, float]:
    """Return at most `MOST` rounded numbers: each of `HEADLINES` over all targets, the mean over the datasets.

    A run on several datasets has `error_<dataset>` of each as well, where all of them fit. A mean of FIDs of which one
    is biased is biased.
    """
    whole = [one for one in measures if not one.target]
    means = {}
    for name, digits in HEADLINES.items():
        rows = [one for one in whole if one.measure.removesuffix(BIASED) == name]
        if rows:
            means[max((one.measure for one in rows), key=len)] = round(fmean(one.value for one in rows), digits)
    errors = {f"error_{one.dataset}": round(one.value, HEADLINES["error"]) for one in whole if one.measure == "error"}
    return united(means, errors) if 1 < len(errors) <= MOST - len(means) else means


def named(measures: Sequence[Measure]) -> dict[str, float]:
    """Return the values under names that MLflow takes: 'error/celeba', 'error/celeba flip Male'; '+' is ' and '.

    A blank, and any other character that MLflow or a store of files refuses, is a code: no two measures have one name,
    and no name is another's folder. Raises ValueError where two measures are one.
    """
    return united(*({"/".join(filter(None, (one.measure, one.dataset))) + said(one.target): one.value} for one in measures))


def said(target: str) -> str:
    """Return a target as the end of a name, after a blank; "" where there is none.

    No code has a blank, so ' and ' and 'flip ' can only stand for the operators.
    """
    words = {"+": " and ", "~": "flip "}
    return " " + "".join(words.get(letter) or encoded(letter) for letter in target) if target else ""


def united(*parts: Mapping[str, float]) -> dict[str, float]:
    """Return numbers as one mapping. Raises ValueError where two have one key."""
    twice = [key for key, times in Counter(key for part in parts for key in part).items() if times > 1]
    if twice:
        raise ValueError(f"measured twice: {', '.join(twice)}")
    return {key: value for part in parts for key, value in part.items()}


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Return numbers rounded to `DIGITS`; whole numbers stay whole."""
    return {key: value if isinstance(value, int) else round(float(value), DIGITS) for key, value in values.items()}


def write_measures(path: Path, measures: Iterable[Measure]) -> None:
    """Write the table as CSV with `COLUMNS`, rounded to `DIGITS`; what a measure does not have is empty.

    Raises ValueError where two measures have one key.
    """
    measures, text = list(measures), io.StringIO()
    united(*({one.key: one.value} for one in measures))
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([round(cell, DIGITS) if isinstance(cell, float) else cell for cell in astuple(one)] for one in measures)
    write_bytes(path, text.getvalue().encode())


def read_measures(path: Path, remedy: str) -> list[Measure]:
    """Return the measures in a CSV file. Raises Fault, with the remedy, where it is missing or of another form."""
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, csv.Error) as error:
        raise Fault(f"{path}: no measures there ({error}); {remedy}") from error


def parsed(text: str) -> list[Measure]:
    """Return the measures in the text of a CSV file. Raises ValueError where it is of another form, or two have one key."""
    head, *rows = csv.reader(io.StringIO(text, newline="")) if text else [[]]
    if tuple(head) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise ValueError(f"the columns are not {','.join(COLUMNS)}")
    found = [measure_of(*row) for row in rows]
    united(*({one.key: one.value} for one in found))
    return found


def measure_of(measure: str, dataset: str, target: str, value: str, low: str, high: str, n: str) -> Measure:
    """Return the measure whose fields are these texts. Raises ValueError where a number is none."""
    ends = [float(end) if end else None for end in (low, high)]
    return Measure(measure, dataset, target, float(value), ends[0], ends[1], int(n) if n else None)


def by_key(measures: Sequence[Measure]) -> dict[str, Measure]:
    """Return the measures by their keys."""
    return {one.key: one for one in measures}
