"""The judge's own errors, on real images."""

import numpy as np

from stargan.core.measures import Measure
from stargan.data.domains import Attributes, LabelKind
from stargan.judge.intervals import rate


def real_misses(kind: LabelKind, seen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return where the judge sees another label than the real one: bits (N, width) of attributes, else images (N,)."""
    wrong = seen != labels
    return wrong if isinstance(kind, Attributes) else np.asarray(wrong.any(axis=1))


def real_errors(measure: str, dataset: str, kind: LabelKind, seen: np.ndarray, labels: np.ndarray) -> list[Measure]:
    """Return the judge's own error on N >= 1 real images: of all, and of each attribute or class that they have.

    Attributes: every attribute of every image counts. Classes: every image, and for a class those of it.
    """
    wrong = real_misses(kind, seen, labels)
    parts = {"": wrong}
    for column, name in enumerate(kind.names):
        parts[name] = wrong[:, column] if isinstance(kind, Attributes) else wrong[labels[:, column] == 1]
    return [rate(measure, dataset, name, int(part.sum()), part.size) for name, part in parts.items() if part.size]
