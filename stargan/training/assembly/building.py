"""What a run of params.yaml is made of: its label space, its method, its streams of images."""

from collections.abc import Mapping

import torch

from stargan.core.params import Params, Run
from stargan.data.domains import DomainSpace
from stargan.data.pixels import to_device_if_fits
from stargan.data.prepared import Prepared
from stargan.data.stream import Stream
from stargan.errors import Fault
from stargan.models.assembly import STARGAN
from stargan.models.networks.icgan import ENCODER_LAYERS
from stargan.training.assembly.baselines import build_cyclegan, build_diat, build_icgan, domains_of
from stargan.training.assembly.bundle import MethodBundle
from stargan.training.assembly.star import build_star

Sets = Mapping[str, Prepared]
CPU = torch.device("cpu")


def space_of(run: Run, params: Params, sets: Sets) -> DomainSpace:
    """Return the joined label space of the run's datasets."""
    masked = params.train.mask or len(run.datasets) == 1  # of one dataset there is none, whatever params say
    return DomainSpace(tuple(run.datasets), tuple(sets[dataset].kind for dataset in run.datasets), masked)


def method_bundle(run: Run, params: Params, sets: Sets, device: torch.device, length: int) -> MethodBundle:
    """Return the method of a run with fresh networks, for a training of `length` iterations."""
    space, train, seed = space_of(run, params, sets), params.train, params.seed
    if run.method == STARGAN:
        return build_star(space, run.image_size, train, seed, device, length)
    pairs = [(here, there) for here, there in run.pairs]
    if run.method == "diat":
        return build_diat(space, pairs, train, params.diat, seed, device, length)
    if run.method == "cyclegan":
        return build_cyclegan(space, pairs, train, params.cyclegan, seed, device, length)
    return build_icgan(space, run.image_size, train, params.icgan, seed, device, length)


def streams_of(run: Run, params: Params, sets: Sets, device: torch.device = CPU) -> list[Stream]:
    """Return the run's streams of training images: one a dataset, or where there are pairs one a domain.

    Raises Fault on a domain without images.
    """
    found: list[tuple[Prepared, str]] = [(sets[dataset], "") for dataset in run.datasets]
    if run.pairs:
        found = [(sets[run.datasets[0]], domain) for domain in domains_of([(a, b) for a, b in run.pairs])]
    train = params.train
    images = {name: to_device_if_fits(sets[name].images, device) for name in run.datasets}
    streams = []
    for index, (prepared, domain) in enumerate(found):
        positions = prepared.split("train")
        if domain:
            labels = torch.from_numpy(prepared.labels[positions])
            positions = positions[prepared.kind.inside(labels, domain).numpy()]
        if not len(positions):
            raise Fault(
                f"{prepared.folder}: no training image of {domain or 'any kind'}; "
                "change the pairs in params.yaml, or prepare more images"
            )
        seed = params.seed * 1000 + index
        streams.append(
            Stream(images[prepared.dataset], prepared.labels, positions, batch=train.batch, flip=train.flip, seed=seed)
        )
    return streams


def build_on_meta(run: Run, params: Params, sets: Sets, length: int) -> MethodBundle:
    """Return the method of a run with networks that are shapes alone, and take no memory."""
    meta = torch.device("meta")
    with meta:
        return method_bundle(run, params, sets, meta, length)


def check_image_size(name: str, run: Run, params: Params) -> None:
    """Raise Fault where the networks can't take images of this size: D halves them once a layer, G twice."""
    size, layers, whose = run.image_size, params.train.d_layers, f"train.d_layers = {params.train.d_layers}"
    step = 2 ** max(layers, 2)
    if run.method == "icgan":
        step, whose = 2**ENCODER_LAYERS, f"the encoders' {ENCODER_LAYERS}"
        if size & (size - 1):  # DCGAN grows from 4 x 4 by doublings
            raise Fault(f"params.yaml: runs.{name}: image_size = {size} is no power of two; use {2 ** size.bit_length()}")
    if size % step:
        raise Fault(
            f"params.yaml: {name}: image_size = {size} is not a multiple of {step} ({whose} "
            f"halvings); use {max(step, round(size / step) * step)}"
        )
