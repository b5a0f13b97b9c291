"""The state of a training: all that a resume needs."""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from stargan.core.tensors import in_layout_of
from stargan.training.engine import Training

State = tuple[dict[str, Tensor], dict[str, Any]]
"""Tensors (networks, Adam's moments, loss table) and JSON values."""


def state_of(training: Training) -> State:
    """Return a training's state; its tensors are those in use, not copies."""
    tensors = {
        f"{prefix}{name}.{key}": value
        for prefix, networks in (("", training.method.networks), ("mean.", training.means.networks))
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    for name, optimiser in training.optimisers.items():
        for index, moments in optimiser.state_dict()["state"].items():
            tensors |= {f"adam.{name}.{index}.{key}": value for key, value in moments.items()}
    losses = training.losses
    table = torch.tensor(losses.table(), dtype=torch.float64)
    tensors["losses"] = table.reshape(-1, 1 + len(losses.terms))
    tensors |= {f"newest.{name}": value for name, (_, value) in losses.newest.items()}
    # A file of tensors keeps no order: the columns of the loss table follow from this one.
    newest = [[name, network] for name, (network, _) in losses.newest.items()]
    return tensors, {"done": training.done, "terms": losses.terms, "newest": newest}


def restore(training: Training, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
    """Let a training take up the state that `state_of` returned."""
    for name, network in training.method.networks.items():
        network.load_state_dict(_within(tensors, f"{name}."))
    for name, network in training.means.networks.items():
        network.load_state_dict(_within(tensors, f"mean.{name}."))
    for name, optimiser in training.optimisers.items():
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in _within(tensors, f"adam.{name}.").items():
            index, moment = key.split(".")
            state.setdefault(int(index), {})[moment] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
        for parameter, moments in optimiser.state.items():
            for moment in ("exp_avg", "exp_avg_sq"):
                moments[moment] = in_layout_of(parameter, moments[moment])
    training.done = int(header["done"])
    training.restored += 1
    training.losses.terms = list(header["terms"])
    training.losses.rows = tensors["losses"].tolist()
    newest = {name: (network, tensors[f"newest.{name}"].to(training.device)) for name, network in header["newest"]}
    training.losses.newest = newest


def copied(state: State) -> State:
    """Return a state's copy on the CPU."""
    tensors, header = state
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}, copy.deepcopy(header)


def _within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
