"""What a dataset's own reader makes of its raw form: which pictures, with which labels, on which side."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from stargan.data.crops import Crop
from stargan.data.domains import LabelKind
from stargan.errors import Fault


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

    def without(self, bad: Mapping[str, str]) -> "RawSet":
        """Return the set without the rows of `bad` pictures, which join those known to be bad."""
        kept = ~self.rows["source"].isin(list(bad)).to_numpy()
        return replace(self, rows=self.rows[kept], labels=self.labels[kept], bad={**self.bad, **bad})


def frame(sources: list[str], persons: list[str], splits: list[str]) -> pd.DataFrame:
    """Return the rows of a RawSet."""
    return pd.DataFrame({"source": sources, "person": persons, "split": splits}, dtype=str)


def check_splits(raw: RawSet, path: object) -> None:
    """Raise Fault where a side is empty, or where training has no picture of a label."""
    for split in ("train", "test"):
        if not (raw.rows["split"] == split).any():
            raise Fault(
                f"{path}: no picture for {split} among {len(raw.rows)}; change the split in params.yaml or add pictures"
            )
    train = raw.labels[(raw.rows["split"] == "train").to_numpy()]
    lacking = [name for name, some in zip(raw.kind.names, train.sum(axis=0), strict=True) if not some]
    if lacking:
        raise Fault(f"{path}: no training picture is {', '.join(lacking)}; choose other labels")
