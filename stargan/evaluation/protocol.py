"""How translations are measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

Features = Callable[[np.ndarray, np.ndarray], Tensor]
"""Takes uint8 (M, s, s, 3) images and N positions, gives their (N, d) features."""


@dataclass(frozen=True)
class Protocol:
    """How translations are measured: the params of `evaluate`, the seed, and other features than the judge's where given."""

    neutral: Mapping[str, str]
    """The class of each dataset that its error starts from (Table 3); of a dataset that is not named, every class."""
    kid_subset: int
    bootstrap: int
    truths: int
    """Test faces a dataset whose translations are compared with their ground truth."""
    seed: int
    features: Features | None = None
    weights_sha256: str = ""
    """Of the network that gives `features`."""
    identity: bool = False
    """Whether photographs are compared with their translations by dlib."""
    device: str = "cpu"
    """Where networks look at images: a GPU's own name."""

    def random(self) -> np.random.Generator:
        """Return a fresh generator, so that no metric depends on which were computed before it."""
        return np.random.default_rng(self.seed)
