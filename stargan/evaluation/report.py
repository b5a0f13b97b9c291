"""Metrics as they are written: flat, rounded, and over several datasets."""

import math
from collections.abc import Mapping, Sequence

DIGITS = 6
BIASED = "_biased"


def rounded(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics rounded to 6 digits after the point; whole numbers stay whole."""
    return {key: value if isinstance(value, int) else round(float(value), DIGITS) for key, value in metrics.items()}


def joined(parts: Sequence[tuple[str, Mapping[str, float]]]) -> dict[str, float]:
    """Return one flat table of several datasets' metrics, given as (dataset, metrics).

    A key of one dataset alone stays as it is. A key that several have becomes `<key>_<dataset>` for each, and the plain
    key is their mean; of counts (`_n`) the sum. The ends of intervals have no mean: no plain key. Where a key is
    `<key>_biased` for one of them, their mean is `<key>_biased` too.
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
        if name.endswith("_n"):
            table[plain] = sum(values)
        elif not name.endswith(("_low", "_high")):
            table[plain] = math.fsum(values) / len(values)
    return table
