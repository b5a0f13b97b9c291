"""Each method in memory: small networks on noise, ready for an iteration; what is done with them, and compared."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from stargan.core.params import Params, Run, load
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.training.assembly import build_training
from stargan.training.engine import Applied, Training
from stargan.training.graphs import CycleGraphs
from stargan.training.ranks import Ranks
from stargan.training.state import state_of
from support.processes import ROOT

KINDS: Mapping[str, LabelKind] = {"faces": Attributes(("a", "b", "c"), (("a", "b"),)), "moods": Classes(("x", "y"))}
METHODS = ["faces", "moods", "joint", "cross", "diat", "cyclegan", "icgan"]
"""Trainings; `cross` is the joint one with all that is not in the paper. It and IcGAN have means of weights."""
ITERATIONS = 20
FIRST = 5
"""Iterations in which G of `cross` learns to give its input back: within its second cycle."""
CPU = torch.device("cpu")


def noise(dataset: str) -> Prepared:
    """Return nineteen images: of batches of four an epoch's last has three, which neither two nor four can share."""
    kind, random = KINDS[dataset], np.random.default_rng(len(dataset) + len(KINDS[dataset].names))
    return Prepared(
        dataset,
        16,
        kind,
        random.integers(0, 256, (19, 16, 16, 3), dtype=np.uint8),
        np.eye(kind.width, dtype=np.uint8)[np.arange(19) % kind.width],
        pd.DataFrame({"source": "", "person": "", "split": ["train"] * 19}),
        {"kind": "files"},
        {},
        "",
        "",
    )


def settings(name: str = "") -> Params:
    """Return params of small networks, as the training `name` has them: a run for each method, StarGAN on both sets too."""
    params = load(ROOT / "params.yaml")
    train: dict[str, object] = {"g_filters": 4, "g_blocks": 1, "d_filters": 4, "d_layers": 2, "n_critic": 3, "batch": 4}
    own: dict[str, object] = {"targets": "own", "cutout": 0, "reconstruct_first": 0, "g_norms": "all"}  # the paper's
    here: dict[str, object] = {"targets": "cross", "cutout": 0.5, "reconstruct_first": FIRST, "g_norms": "blocks"}
    train |= here if name == "cross" else own
    train |= {"ema": 0.9} if name in ("cross", "icgan") else {}
    lists = {"faces": ["faces"], "moods": ["moods"], "joint": ["faces", "moods"], "cross": ["faces", "moods"]}
    runs = {
        name: Run(
            method="stargan", datasets=names, faces=names, labels=[], image_size=16, unit="iterations", length=24, decay=12
        )
        for name, names in lists.items()
    }
    runs |= {
        method: Run.model_validate(
            {
                "method": method,
                "like": "moods",
                "datasets": ["moods"],
                "faces": ["moods"],
                "labels": [],
                "image_size": 16,
                "pairs": [] if method == "icgan" else [["x", "y"]],
            }
        )
        for method in ("diat", "cyclegan", "icgan")
    }
    icgan = {"z": 3, "filters": 4, "encoder_filters": 2, "z_units": 5, "y_units": 6, "gan_share": 0.5}
    return params.model_copy(
        update={
            "runs": runs,
            "budget": "images_per_model",
            "train": params.train.model_copy(update=train),
            "icgan": params.icgan.model_copy(update=icgan),
        }
    )


def training(name: str, ranks: Ranks) -> Training:
    """Return one method ready for its first iteration."""
    return build_training(name, settings(name), {dataset: noise(dataset) for dataset in KINDS}, CPU, ranks)


def doubled(made: Training) -> Training:
    """Let a training compute in float64."""
    for network in (*made.method.networks.values(), *made.means.networks.values()):
        network.double()
    for stream in made.streams:
        plain = stream.batch

        def batch(iteration: int, device: object, plain: object = plain) -> tuple[Tensor, Tensor]:
            images, labels = plain(iteration, device)  # type: ignore[operator]
            return images.double(), labels.double()

        stream.batch = batch  # type: ignore[method-assign, assignment]
    return made


class Replayed:
    """Does what CUDA graphs do: the work of a kind is for ever that which came first, and its inputs alone are new.

    What it gave is overwritten by what it gives next.
    """

    def __init__(self) -> None:
        self.first: dict[Hashable, Callable[[Sequence[Tensor]], list[list[Applied]]]] = {}
        self.given: dict[Hashable, list[list[Applied]]] = {}
        self.runs: list[Any] = []

    def run(
        self, kind: Hashable, work: Callable[[Sequence[Tensor]], list[list[Applied]]], inputs: Sequence[Tensor]
    ) -> list[list[Applied]]:
        key = kind, tuple(each.shape for each in inputs)
        self.runs.append(kind)
        new = self.first.setdefault(key, work)([each.clone() for each in inputs])
        given = self.given.setdefault(key, new)
        for updates, newer in zip(given, new, strict=True):
            for one, other in zip(updates, newer, strict=True):
                one.finite.copy_(other.finite)
                for name, value in one.terms.items():
                    value.copy_(other.terms[name])
        return given


def replayed(name: str, ranks: Ranks) -> CycleGraphs:
    """Return a training in float64 whose iterations are taken as on a GPU."""
    made = doubled(training(name, ranks))
    for optimiser in made.optimisers.values():
        for group in optimiser.param_groups:
            group["lr"] = torch.tensor(group["lr"], dtype=torch.float64)
    return CycleGraphs(made, Replayed())  # type: ignore[arg-type]


def cut(made: Training, images: int) -> Training:
    """Let a training have so many images in a stream at most: of nineteen every fifth batch is smaller, of eight none."""
    for stream in made.streams:
        stream.positions = stream.positions[:images]
        stream.batches_per_epoch = -(-len(stream.positions) // stream.size)
    return made


def finished(made: Training, take: Callable[[int], object] | None = None, most: int = 1) -> dict[str, Tensor]:
    """Return the state of a training taken to its end, by `take` up to `most` iterations at once."""
    while made.done < made.length:
        take(min(most, made.length - made.done)) if take else made.iterate()
    return state_of(made)[0]


def close(left: dict[str, Tensor], right: dict[str, Tensor], within: float) -> None:
    """Fail where two states differ."""
    assert left.keys() == right.keys()
    for key, value in right.items():
        torch.testing.assert_close(left[key].double(), value.double(), rtol=within, atol=within, equal_nan=True, msg=key)


def effective(made: Training) -> dict[str, Tensor]:
    """Return the weights and running statistics that a network's output depends on.

    A norm takes the bias of the layer before it away again: rounding alone moves such a bias.
    """
    found: dict[str, Tensor] = {}
    for name, network in made.method.networks.items():
        cancelled = {
            f"{path}.{layer}.bias".lstrip(".")
            for path, module in network.named_modules()
            if isinstance(module, nn.Sequential)
            for (layer, _), (_, after) in pairwise(module.named_children())
            if "Norm" in type(after).__name__
        }
        found |= {f"{name}.{key}": value for key, value in network.state_dict().items() if key not in cancelled}
    return found


def gradients(made: Training) -> list[Tensor]:
    """Return the gradients that the next iteration applies, one after another."""
    seen: list[Tensor] = []
    for optimiser in made.optimisers.values():
        optimiser.register_step_pre_hook(
            lambda given, *_: seen.extend(p.grad.clone() for group in given.param_groups for p in group["params"])
        )
    made.iterate()
    return seen
