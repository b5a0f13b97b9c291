"""From params to objects: the only place where a method's name decides anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from stargan.checkpoint import read_tensors
from stargan.data.prepared import Prepared
from stargan.data.stream import Stream
from stargan.domains import DomainSpace, domain_space
from stargan.engine import Losses, Training
from stargan.errors import Fault
from stargan.methods.base import Method, Translator
from stargan.methods.star import Star, StarTranslator, Weights
from stargan.networks.star import Discriminator, Generator
from stargan.params import Run, Train
from stargan.schedule import rate_factor

MODEL_SCHEMA = 1


def length_in_iterations(run: Run, streams: Sequence[Stream]) -> tuple[int, int]:
    """Return (length, decay) in iterations. An epoch is one pass over the largest of the run's datasets."""
    unit = max(stream.batches_per_epoch for stream in streams) if run.unit == "epochs" else 1
    return run.length * unit, run.decay * unit


def check_image_size(name: str, size: int, layers: int) -> None:
    """Raise Fault where D can't take images of this size: it halves them once a layer, G twice."""
    step = 2 ** max(layers, 2)
    if size % step:
        raise Fault(
            f"params.yaml: runs.{name}.image_size = {size} is not a multiple of {step} (train.d_layers = {layers} "
            f"halvings); use {max(step, round(size / step) * step)}"
        )


def build_training(name: str, run: Run, train: Train, sets: Sequence[Prepared], seed: int, device: torch.device) -> Training:
    """Return the run `name` ready for its first iteration, its networks drawn from `seed`."""
    check_image_size(name, run.image_size, train.d_layers)
    space = DomainSpace(tuple(run.datasets), tuple(prepared.kind for prepared in sets))
    streams = [
        Stream(
            prepared.images, prepared.labels, prepared.split("train"), batch=train.batch, flip=train.flip,
            seed=seed * 1000 + index,
        ) for index, prepared in enumerate(sets)
    ]  # fmt: skip
    length, decay = length_in_iterations(run, streams)
    method = build_star(space, run.image_size, train, seed, device)
    rates = {"g": train.g_lr, "d": train.d_lr}
    optimisers = {
        key: torch.optim.Adam(network.parameters(), rates[key], betas=(train.beta1, train.beta2), fused=True)
        for key, network in method.networks.items()
    }
    for optimiser in optimisers.values():
        optimiser.param_groups[0]["initial_lr"] = optimiser.param_groups[0]["lr"]
    return Training(
        method, space, optimisers, streams, partial(rate_factor, train.schedule, length=length, decay=decay), length, seed,
        Losses(train.log_every), device,
    )  # fmt: skip


def build_star(space: DomainSpace, image_size: int, train: Train, seed: int, device: torch.device) -> Star:
    """Return StarGAN with fresh networks."""
    with torch.random.fork_rng(devices=[]):  # torch's layers draw from the global generator: lend it a seed
        torch.manual_seed(seed)
        g = Generator(space.width, train.g_filters, train.g_blocks)
        d = Discriminator(image_size, space.label_width, train.d_filters, train.d_layers)
    weights = Weights(train.lambda_cls, train.lambda_rec, train.lambda_gp)
    return Star(g.to(device), d.to(device), space, weights, train.n_critic, plain=train.step == "plain")


def model_header(training: Training, run: Run, train: Train, space: DomainSpace) -> dict[str, Any]:
    """Return what a model file says of itself: enough to use it without params.yaml."""
    networks = training.method.networks
    return {
        "schema": MODEL_SCHEMA, "method": train.method, "space": space.as_dict(), "image_size": run.image_size,
        "g_filters": train.g_filters, "g_blocks": train.g_blocks, "step": training.done,
        "sizes": {f"{name}_parameters": sum(p.numel() for p in net.parameters()) for name, net in networks.items()},
    }  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A trained method as a translator, with its labels and what else its file says."""

    translator: Translator
    space: DomainSpace
    image_size: int
    header: Mapping[str, Any]


def load_model(path: Path, device: torch.device) -> Model:
    """Return the model in a file that train wrote. Raises Fault on another file, schema or shape."""
    tensors, header = read_tensors(path)
    if header.get("schema") != MODEL_SCHEMA:
        raise Fault(f"{path}: model schema {header.get('schema')} is not {MODEL_SCHEMA}; train it again or update the code")
    try:
        space = domain_space(header["space"])
        g = Generator(space.width, header["g_filters"], header["g_blocks"])
        g.load_state_dict(tensors)
        image_size = int(header["image_size"])
    except (KeyError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Fault(f"{path}: its weights do not fit its header ({reason}); train it again") from error
    return Model(StarTranslator(g.to(device)), space, image_size, header)


def translator(method: Method) -> Translator:
    """Return a method under training as a translator that shares its weights. Raises Fault where it has none."""
    if isinstance(method, Star):
        return StarTranslator(method.g)
    raise Fault(f"method {type(method).__name__} has no translator; give it one in stargan/assembly.py")
