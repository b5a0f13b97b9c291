"""Metrics as they are written: flat, rounded, and over several datasets."""

import math
from collections.abc import Collection, Mapping, Sequence

DIGITS = 6
BIASED = "_biased"


def rounded(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics rounded to 6 digits after the point; whole numbers stay whole."""
    return {key: value if isinstance(value, int) else round(float(value), DIGITS) for key, value in metrics.items()}


def joined(parts: Sequence[tuple[str, Mapping[str, float]]], apart: Collection[str] = ()) -> dict[str, float]:
    """Return one flat table of several datasets' metrics, given as (dataset, metrics).

    A key of one dataset alone stays as it is. A key that several have becomes `<key>_<dataset>` for each, and the plain
    key is their mean; of counts the sum. The ends of intervals, sizes of KID's subsets and keys that begin with one of
    `apart` have no mean: no plain key. Where a key is `<key>_biased` for one of them, their mean is `<key>_biased` too.
    """
    columns: dict[str, list[tuple[str, str, float]]] = {}
    for dataset, metrics in parts:
        for key, value in metrics.items():
            columns.setdefault(key.removesuffix(BIASED), []).append((key, dataset, value))
    table: dict[str, float] = {}
    for name, cells in columns.items():
        if len(cells) == 1:
            table[cells[0][0]] = cells[0][2]
            continue
        table |= {f"{key}_{dataset}": value for key, dataset, value in cells}
        values = [value for _, _, value in cells]
        plain = max((key for key, _, _ in cells), key=len)  # the biased one, if there is one
        if name.startswith(("kid_subset", *apart)) or name.endswith(("_low", "_high")):
            continue
        if name.endswith("_n") or "ground_truth_n_" in name:
            table[plain] = sum(values)
        else:
            table[plain] = math.fsum(values) / len(values)
    return table
