"""A run of params.yaml, ready for its first iteration."""

import torch

from stargan.core.params import Params
from stargan.errors import Fault
from stargan.training.assembly.building import Sets, check_image_size, method_bundle, space_of, streams_of
from stargan.training.assembly.length import length_of
from stargan.training.assembly.start import begun
from stargan.training.engine import Training
from stargan.training.loss_table import LossTable
from stargan.training.means import Means
from stargan.training.ranks import SINGLE, Ranks


def build_training(name: str, params: Params, sets: Sets, device: torch.device, ranks: Ranks = SINGLE) -> Training:
    """Return the run `name` ready for its first iteration, its networks drawn from params.seed or a file's.

    sets: the prepared datasets of the run, by name, with the labels that it trains. ranks: the processes that share it.
    """
    run = params.run(name)
    check_image_size(name, run, params)
    if params.train.batch % ranks.count:
        raise Fault(
            f"params.yaml: train.batch = {params.train.batch} can't be shared by {ranks.count} processes; use a "
            f"multiple of {ranks.count}, or another number in launcher"
        )
    length, decay = length_of(name, params, sets)
    bundle = method_bundle(run, params, sets, device, length)
    networks, share, space = bundle.method.networks, decay / length, space_of(run, params, sets)
    beginning = begun(name, run, bundle.method, space)  # before the means of weights are copied
    return Training(
        method=bundle.method,
        space=space,
        optimisers={key: adam.optimiser(networks[key]) for key, adam in bundle.adams.items()},
        streams=streams_of(run, params, sets, device),
        rate_factors={key: adam.rate_factor(params.train, share) for key, adam in bundle.adams.items()},
        length=length,
        seed=params.seed,
        losses=LossTable(params.bookkeeping.log_every),
        device=device,
        means=Means(networks, bundle.method.translating, params.train.ema),
        ranks=ranks,
        bf16=params.train.precision == "bf16",
        beginning=beginning,
    )
