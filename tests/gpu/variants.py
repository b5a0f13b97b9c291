"""Ways to train on a GPU, to be measured against each other."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from bench.setup import FULL, N_CRITIC, ROOT, noise
from gpu import trials
from stargan.core.device import round_products
from stargan.core.params import load
from stargan.training.assembly import build_training
from stargan.training.assembly.compiled import compile_step
from stargan.training.engine import Training
from stargan.training.graphs import CycleGraphs

os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism
CUDA = torch.cuda.is_available()
DEVICE = torch.device("cuda", 0) if CUDA else torch.device("cpu")
ATTRIBUTES = 5
SMALL = {"g_filters": 16, "g_blocks": 3, "d_filters": 32, "d_layers": 4}
SMOKE = {"g_filters": 4, "g_blocks": 1, "d_filters": 4, "d_layers": 3}


@dataclass(frozen=True)
class Variant:
    """A way to train: what params say, and what is changed beside them."""

    precision: str = "tf32"
    graph: bool = True
    compiled: bool = False
    changes: Sequence[Callable[[Training], None]] = ()
    benchmark: bool = False
    """Whether cuDNN tries its algorithms."""
    deterministic: bool = True
    size: int = 128
    batch: int = 16
    datasets: int = 1
    networks: dict[str, Any] = field(default_factory=lambda: FULL)


COMPILED = "bf16 compiled, formula, channels last"
"""`train.compile`, by its name from when it was a trial."""
VARIANTS = {
    "float32 no graph": Variant("float32", graph=False),
    "tf32 no graph": Variant(graph=False),
    "tf32": Variant(),
    "tf32 ReLU in place": Variant(changes=[trials.relu_in_place]),
    "bf16 no graph": Variant("bf16", graph=False),
    "bf16": Variant("bf16"),
    "bf16 ReLU in place": Variant("bf16", changes=[trials.relu_in_place]),
    "tf32 channels last": Variant(changes=[trials.channels_last]),
    "bf16 channels last": Variant("bf16", changes=[trials.channels_last]),
    COMPILED: Variant("bf16", compiled=True),
    f"{COMPILED}, no graph": Variant("bf16", compiled=True, graph=False),
    "tf32 compiled, formula, channels last": Variant(compiled=True),
    "tf32 cuDNN chooses": Variant(benchmark=True),
    "bf16 cuDNN chooses": Variant("bf16", benchmark=True),
    "bf16 not deterministic": Variant("bf16", deterministic=False),
    "bf16 not deterministic, cuDNN chooses": Variant("bf16", benchmark=True, deterministic=False),
    "bf16 compiled, all, cuDNN chooses": Variant("bf16", compiled=True, benchmark=True),
    "bf16 compiled, all, not deterministic, cuDNN chooses": Variant(
        "bf16", compiled=True, benchmark=True, deterministic=False
    ),
    "tf32 batch 4": Variant(batch=4),
    "bf16 batch 4": Variant("bf16", batch=4),
    "tf32 32 px, small networks, no graph": Variant(size=32, networks=SMALL, graph=False),
    "tf32 32 px, small networks": Variant(size=32, networks=SMALL),
    "tf32 64 px, small networks": Variant(size=64, networks=SMALL),
    "tf32 256 px, two datasets": Variant(size=256, datasets=2),
    "bf16 256 px, two datasets": Variant("bf16", size=256, datasets=2),
}


def built(variant: Variant) -> Training:
    """Return a variant ready for its first iteration, and set torch's flags for it."""
    torch.use_deterministic_algorithms(variant.deterministic)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = variant.benchmark
    round_products(tf32=variant.precision != "float32")
    size, batch, networks = (variant.size, variant.batch, variant.networks) if CUDA else (16, 4, SMOKE)
    params = load(ROOT / "params.yaml")
    sets = {f"noise{i}": noise(f"noise{i}", size, ATTRIBUTES, 64 * batch) for i in range(variant.datasets)}
    train = params.train.model_copy(update=networks | {"n_critic": N_CRITIC, "batch": batch, "precision": variant.precision})
    run = params.runs["both"].model_copy(
        update={"datasets": list(sets), "image_size": size, "length": 10**6, "decay": 1, "unit": "iterations"}
    )
    bookkeeping = params.bookkeeping.model_copy(update={"log_every": 10**6})
    params = params.model_copy(update={"train": train, "runs": {"both": run}, "bookkeeping": bookkeeping})
    made = build_training("both", params, sets, DEVICE)
    if variant.compiled:
        compile_step(trials.star_of(made), "inductor" if CUDA else "aot_eager")
    for change in variant.changes:
        change(made)
    made.take = CycleGraphs(made).iterate if variant.graph and CUDA else lambda _: made.iterate()  # type: ignore[attr-defined]
    return made


def one_cycle(made: Training) -> None:
    """Take as many iterations as end with an update of G."""
    end = made.done + N_CRITIC
    while made.done < end:
        made.take(end - made.done)  # type: ignore[attr-defined]
