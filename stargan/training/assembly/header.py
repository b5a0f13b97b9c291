"""What a model file says of itself."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from torch import Tensor

from stargan.core.params import Params
from stargan.data.prepared import Prepared
from stargan.models.assembly import MODEL_SCHEMA, STARGAN
from stargan.training.assembly.length import Cost
from stargan.training.engine import Training


def model_tensors(training: Training) -> dict[str, Tensor]:
    """Return the weights that translate, as `network.parameter`."""
    return {
        f"{name}.{key}": value
        for name, network in training.translating.items()
        for key, value in network.state_dict().items()
    }


def origin_of(name: str, params: Params, training: Training, sets: Mapping[str, Prepared]) -> dict[str, Any]:
    """Return what a training follows from, as a model file has it: settings, and {path: digest} of what was read."""
    prepared = {str(one.folder): one.digest for one in sets.values()}
    return {
        "settings": params.followed(name) | {"iterations": training.length},
        "made_from": prepared | dict(training.beginning.files),
    }


def square_of(prepared: Prepared) -> dict[str, Any]:
    """Return how a dataset's pictures were cropped, and where eyes lie in that square, if it is known."""
    return {"crop": dict(prepared.crop)} | ({"eyes": list(prepared.eyes)} if prepared.eyes else {})


def model_header(name: str, params: Params, training: Training, cost: Cost, sets: Mapping[str, Prepared]) -> dict[str, Any]:
    """Return what a model file says of itself: enough to use it, and to know how it came about, without params.yaml."""
    run, settings = params.run(name), params.followed(name)
    architecture: dict[str, Any] = {"g_filters": params.train.g_filters, "g_blocks": params.train.g_blocks}
    architecture |= settings.get(run.method, {}) | {"pairs": run.pairs}
    if run.method == STARGAN:
        architecture |= {"g_norms": params.train.g_norms}
    networks = training.method.networks if run.method == STARGAN else {}
    parts = {f"{key}_parameters": sum(p.numel() for p in network.parameters()) for key, network in networks.items()}
    return {
        "schema": MODEL_SCHEMA,
        "run": name,
        "method": run.method,
        "space": training.space.as_dict(),
        "image_size": run.image_size,
        "architecture": architecture,
        "step": training.done,
        "sizes": parts | asdict(cost),
        "squares": {dataset: square_of(prepared) for dataset, prepared in sets.items()},
        **origin_of(name, params, training, sets),
    }
