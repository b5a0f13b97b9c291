"""What a model file says of itself."""

from dataclasses import asdict
from typing import Any

from torch import Tensor

from stargan.core.params import Baseline, Params
from stargan.models.assembly import MODEL_SCHEMA, STAR
from stargan.training.assembly.training import Cost
from stargan.training.engine import Training


def model_tensors(training: Training) -> dict[str, Tensor]:
    """Return the weights that translate, as `network.parameter`."""
    _, names = training.method.translator()
    networks = training.method.networks
    return {f"{name}.{key}": value for name in names for key, value in networks[name].state_dict().items()}


def model_header(name: str, params: Params, training: Training, cost: Cost) -> dict[str, Any]:
    """Return what a model file says of itself: enough to use it, and to know how it came about, without params.yaml."""
    run, settings = params.training(name), params.followed(name)
    architecture: dict[str, Any] = {"g_filters": params.train.g_filters, "g_blocks": params.train.g_blocks}
    method = STAR
    if isinstance(run, Baseline):
        method = run.method
        architecture |= settings[method] | {"pairs": run.pairs}
    networks = training.method.networks if method == STAR else {}
    parts = {f"{key}_parameters": sum(p.numel() for p in network.parameters()) for key, network in networks.items()}
    return {
        "schema": MODEL_SCHEMA, "method": method, "space": training.space.as_dict(), "image_size": run.image_size,
        "architecture": architecture, "step": training.done, "sizes": parts | asdict(cost),
        "settings": settings | {"iterations": training.length},
    }  # fmt: skip
