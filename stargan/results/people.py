"""Who is shown: translations of one person are not independent tries."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from stargan.data.prepared import Prepared


def persons(prepared: Prepared) -> np.ndarray:
    """Return a name for who is shown in each image: the person, or `image <i>` where that is unknown."""
    return np.array([who or f"image {i}" for i, who in enumerate(prepared.rows["person"])], dtype=str)


def people_of(sets: Mapping[str, Prepared], rows: pd.DataFrame) -> np.ndarray:
    """Return a name for who is shown in each row of an index. Equal names in two datasets are two people."""
    names = {dataset: persons(prepared) for dataset, prepared in sets.items()}
    found = [f"{faces} {names[faces][image]}" for faces, image in zip(rows["faces"], rows["image"], strict=True)]
    return np.array(found, dtype=str)
