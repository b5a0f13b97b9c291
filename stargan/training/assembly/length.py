"""How long a run trains, and what that takes."""

from dataclasses import dataclass

from stargan.core.params import Params, Run
from stargan.training.assembly import budget
from stargan.training.assembly.building import Sets, build_on_meta, streams_of


@dataclass(frozen=True)
class Cost:
    """What a training takes and makes."""

    parameters: int
    """Of one model: G and D, of IcGAN the encoders too."""
    models: int
    train_images: int
    """Images that generators translate (IcGAN: learns from) in training: iterations x batch x datasets x models."""
    train_flops: int


def cost_of(name: str, params: Params, sets: Sets) -> Cost:
    """Return what the training `name` takes, counted on the networks that it has."""
    run = params.run(name)
    length, _ = length_of(name, params, sets)
    bundle = build_on_meta(run, params, sets, length)
    networks = bundle.method.networks.values()
    return Cost(
        parameters=sum(p.numel() for network in networks for p in network.parameters()) // bundle.models,
        models=bundle.models,
        train_images=length * params.train.batch * len(run.datasets) * bundle.models,
        train_flops=flops_of(run, params, sets, length),
    )


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
        params.budget,
        base,
        1 / domains if run.pairs else 1.0,
        lambda: flops_of(like, params, sets, base),
        lambda: flops_of(run, params, sets, base),
    )
    return length, round(length * decay / base)


def flops_of(run: Run, params: Params, sets: Sets, length: int) -> int:
    """Return the floating-point operations of `length` iterations of a run."""
    shapes = build_on_meta(run, params, sets, length).method
    return budget.flops(shapes, [stream.batch(0) for stream in streams_of(run, params, sets)], length)
