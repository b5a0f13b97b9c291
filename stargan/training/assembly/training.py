"""A run of params.yaml, ready for its first iteration."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from stargan.core.params import Params, Run
from stargan.data.domains import DomainSpace
from stargan.data.prepared import Prepared
from stargan.data.stream import Stream, placed
from stargan.errors import Fault
from stargan.models.assembly import STARGAN
from stargan.models.networks.icgan import ENCODER_LAYERS
from stargan.training.assembly import budget
from stargan.training.assembly.baselines import build_cyclegan, build_diat, build_icgan, domains_of
from stargan.training.assembly.parts import Parts
from stargan.training.assembly.star import build_star
from stargan.training.engine import Training
from stargan.training.loss_table import LossTable
from stargan.training.ranks import ALONE, Ranks

Sets = Mapping[str, Prepared]
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Cost:
    """What a training takes and makes."""

    parameters: int
    """Of one model: G and D, of IcGAN the encoders too."""
    models: int
    train_images: int
    """Images that generators translate (IcGAN: learns from) in training: iterations x batch x datasets x models."""
    train_flops: int


def build_training(name: str, params: Params, sets: Sets, device: torch.device, ranks: Ranks = ALONE) -> Training:
    """Return the run `name` ready for its first iteration, its networks drawn from params.seed.

    sets: the prepared datasets of the run, by name, with the labels that it trains. ranks: the processes that share it.
    """
    run = params.run(name)
    check_image_size(name, run, params)
    if params.train.batch % ranks.count:
        raise Fault(f"params.yaml: train.batch = {params.train.batch} can't be shared by {ranks.count} processes; use a "
                    f"multiple of {ranks.count}, or another number in launcher")  # fmt: skip
    length, decay = length_of(name, params, sets)
    parts = parts_of(run, params, sets, device, length)
    share = decay / length
    return Training(
        method=parts.method, space=space_of(run, params, sets),
        optimisers={key: adam.optimiser(parts.method.networks[key]) for key, adam in parts.adams.items()},
        streams=streams_of(run, params, sets, device),
        rate_factors={key: adam.rate_factor(params.train, share) for key, adam in parts.adams.items()},
        length=length, seed=params.seed, losses=LossTable(params.bookkeeping.log_every), device=device,
        ranks=ranks, bf16=params.train.precision == "bf16",
    )  # fmt: skip


def cost_of(name: str, params: Params, sets: Sets) -> Cost:
    """Return what the training `name` takes, counted on the networks that it has."""
    run = params.run(name)
    length, _ = length_of(name, params, sets)
    parts = shapes_of(run, params, sets, length)
    networks = parts.method.networks.values()
    return Cost(
        parameters=sum(p.numel() for network in networks for p in network.parameters()) // parts.models,
        models=parts.models, train_images=length * params.train.batch * len(run.datasets) * parts.models,
        train_flops=flops_of(run, params, sets, length),
    )  # fmt: skip


def space_of(run: Run, params: Params, sets: Sets) -> DomainSpace:
    """Return the joined label space of the run's datasets."""
    return DomainSpace(tuple(run.datasets), tuple(sets[dataset].kind for dataset in run.datasets), params.train.mask)


def parts_of(run: Run, params: Params, sets: Sets, device: torch.device, length: int) -> Parts:
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
    images = {name: placed(sets[name].images, device) for name in run.datasets}
    streams = []
    for index, (prepared, domain) in enumerate(found):
        positions = prepared.split("train")
        if domain:
            labels = torch.from_numpy(prepared.labels[positions])
            positions = positions[prepared.kind.inside(labels, domain).numpy()]
        if not len(positions):
            raise Fault(f"{prepared.folder}: no training image of {domain or 'any kind'}; "
                        "change the pairs in params.yaml, or prepare more images")  # fmt: skip
        seed = params.seed * 1000 + index
        streams.append(Stream(
            images[prepared.dataset], prepared.labels, positions,
            batch=train.batch, flip=train.flip, seed=seed,
        ))  # fmt: skip
    return streams


def length_of(name: str, params: Params, sets: Sets) -> tuple[int, int]:
    """Return (length, decay) in iterations.

    An epoch is one pass over the largest of a run's datasets. The length of a run that is like another follows from that
    one's, by params.budget; its decay is the same share of it.
    """
    run = params.run(name)
    if run.like is None:
        assert run.length is not None and run.decay is not None  # noqa: PT018  # Run holds them to it
        unit = max(stream.batches_per_epoch for stream in streams_of(run, params, sets)) if run.unit == "epochs" else 1
        return run.length * unit, run.decay * unit
    like = params.runs[run.like]
    base, decay = length_of(run.like, params, sets)
    domains = len(sets[run.datasets[0]].kind.domains())
    length = budget.iterations(
        params.budget, base, 1 / domains if run.pairs else 1.0,
        lambda: flops_of(like, params, sets, base), lambda: flops_of(run, params, sets, base),
    )  # fmt: skip
    return length, round(length * decay / base)


def flops_of(run: Run, params: Params, sets: Sets, length: int) -> int:
    """Return the floating-point operations of `length` iterations of a run."""
    shapes = shapes_of(run, params, sets, length).method
    return budget.flops(shapes, [stream.batch(0) for stream in streams_of(run, params, sets)], length)


def shapes_of(run: Run, params: Params, sets: Sets, length: int) -> Parts:
    """Return the method of a run with networks that are shapes alone, and take no memory."""
    meta = torch.device("meta")
    with meta:
        return parts_of(run, params, sets, meta, length)


def check_image_size(name: str, run: Run, params: Params) -> None:
    """Raise Fault where the networks can't take images of this size: D halves them once a layer, G twice."""
    size, layers, whose = run.image_size, params.train.d_layers, f"train.d_layers = {params.train.d_layers}"
    step = 2 ** max(layers, 2)
    if run.method == "icgan":
        step, whose = 2**ENCODER_LAYERS, f"the encoders' {ENCODER_LAYERS}"
        if size & (size - 1):  # DCGAN grows from 4 x 4 by doublings
            raise Fault(f"params.yaml: runs.{name}: image_size = {size} is no power of two; use "
                        f"{2 ** size.bit_length()}")  # fmt: skip
    if size % step:
        raise Fault(
            f"params.yaml: {name}: image_size = {size} is not a multiple of {step} ({whose} "
            f"halvings); use {max(step, round(size / step) * step)}"
        )
