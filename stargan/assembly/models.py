"""Model files: what they say of themselves, and how they become translators again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from stargan.assembly.baselines import cyclegan_translator, diat_translator, icgan_translator
from stargan.assembly.star import star_translator
from stargan.assembly.training import Cost
from stargan.checkpoint import read_tensors
from stargan.domains import DomainSpace, domain_space
from stargan.engine import Training
from stargan.errors import Fault
from stargan.methods.base import Translator
from stargan.params import Baseline, Params

MODEL_SCHEMA = 2
STAR = "star"

Build = Callable[[DomainSpace, int, Mapping[str, Any]], tuple[Translator, dict[str, nn.Module]]]
TRANSLATORS: Mapping[str, Build] = {
    STAR: star_translator, "diat": diat_translator, "cyclegan": cyclegan_translator, "icgan": icgan_translator,
}  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A trained method as a translator, with its labels and what else its file says."""

    translator: Translator
    space: DomainSpace
    image_size: int
    header: Mapping[str, Any]


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


def load_model(path: Path, device: torch.device) -> Model:
    """Return the model in a file that train wrote. Raises Fault on another file, schema or shape."""
    tensors, header = read_tensors(path)
    if header.get("schema") != MODEL_SCHEMA or str(header.get("method")) not in TRANSLATORS:
        raise Fault(
            f"{path}: model schema {header.get('schema')}, method {header.get('method')} is not schema {MODEL_SCHEMA} of "
            f"{', '.join(TRANSLATORS)}; train it again or update the code"
        )
    if not all(torch.isfinite(value).all() for value in tensors.values()):
        raise Fault(f"{path}: some weights are not finite; train it again")
    try:
        space, image_size = domain_space(header["space"]), int(header["image_size"])
        with torch.device("meta"):  # shapes alone: the weights come from the file
            translator, networks = TRANSLATORS[header["method"]](space, image_size, header["architecture"])
        expected = {f"{name}.{key}" for name, network in networks.items() for key in network.state_dict()}
        if expected != tensors.keys():
            raise ValueError(f"{len(expected ^ tensors.keys())} names of tensors do not fit")
        for name, network in networks.items():
            own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
            network.load_state_dict(own, assign=True)
            network.to(device).requires_grad_(False)
    except (KeyError, TypeError, ValueError, OverflowError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Fault(f"{path}: its weights do not fit its header ({reason}); train it again") from error
    return Model(translator, space, image_size, header)
