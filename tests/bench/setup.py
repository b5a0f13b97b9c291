"""StarGAN at the paper's sizes, or others, on images of noise in memory."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from stargan.core.params import load
from stargan.data.domains import Attributes
from stargan.data.prepared import Prepared
from stargan.training.assembly import build_training
from stargan.training.engine import Training

ROOT = Path(__file__).parents[2]
CPU = torch.device("cpu")
N_CRITIC = 5
FULL: dict[str, Any] = {
    "g_filters": 64,
    "g_blocks": 6,
    "g_norms": "all",
    "d_filters": 64,
    "d_layers": 6,
    "n_critic": N_CRITIC,
    "cutout": 0,
    "reconstruct_first": 0,
}


def noise(dataset: str, size: int, attributes: int, images: int) -> Prepared:
    """Return a prepared dataset of noise, all of it for training."""
    random = np.random.default_rng(len(dataset) + attributes)
    rows = pd.DataFrame({"source": "", "person": "", "split": ["train"] * images})
    return Prepared(
        dataset,
        size,
        Attributes(tuple(f"a{index}" for index in range(attributes)), ()),
        random.integers(0, 256, (images, size, size, 3), dtype=np.uint8),
        random.integers(0, 2, (images, attributes), dtype=np.uint8),
        rows,
        {"kind": "files"},
        {},
        "",
        "",
    )


def training(sets: Sequence[Prepared], batch: int, **changes: Any) -> Training:
    """Return StarGAN ready for its first iteration on prepared sets of one size; `changes` of the paper's `train`."""
    params = load(ROOT / "params.yaml")
    train = params.train.model_copy(update=FULL | {"batch": batch} | changes)
    datasets = [prepared.dataset for prepared in sets]
    run = params.runs["both"].model_copy(update={"datasets": datasets, "image_size": sets[0].size})
    params = params.model_copy(
        update={
            "train": train,
            "runs": {"both": run},
            "bookkeeping": params.bookkeeping.model_copy(update={"log_every": 1000}),
        }
    )
    return build_training("both", params, {prepared.dataset: prepared for prepared in sets}, CPU)


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
