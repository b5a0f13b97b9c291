"""Who is shown: translations of one person are not independent tries."""

import numpy as np

from stargan.data.prepared import Prepared


def persons(prepared: Prepared) -> np.ndarray:
    """Return a name for who is shown in each image: the person, or `image <i>` where that is unknown."""
    return np.array([who or f"image {i}" for i, who in enumerate(prepared.rows["person"])], dtype=str)
