"""Metrics as they are written: flat, rounded, and over several datasets."""

import math
from collections.abc import Mapping, Sequence

DIGITS = 6


def rounded(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics rounded to 6 digits after the point; whole numbers stay whole."""
    return {key: value if isinstance(value, int) else round(float(value), DIGITS) for key, value in metrics.items()}


def joined(parts: Sequence[tuple[str, Mapping[str, float]]]) -> dict[str, float]:
    """Return one flat table of several datasets' metrics, given as (dataset, metrics).

    A key of one dataset alone stays as it is. A key that several have becomes `<key>_<dataset>` for each, and
    the plain key is their mean; of counts (`_n`) the sum. The ends of intervals have no mean: no plain key.
    """
    keys = [key for _, metrics in parts for key in metrics]
    table: dict[str, float] = {}
    for key in dict.fromkeys(keys):
        values = {dataset: metrics[key] for dataset, metrics in parts if key in metrics}
        if len(values) == 1:
            table[key] = next(iter(values.values()))
            continue
        table |= {f"{key}_{dataset}": value for dataset, value in values.items()}
        if key.endswith("_n"):
            table[key] = sum(values.values())
        elif not key.endswith(("_low", "_high")):
            table[key] = math.fsum(values.values()) / len(values)
    return table
