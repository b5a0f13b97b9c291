"""One training loop for every method: it applies the updates that a method's step yields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from stargan.data.stream import Stream
from stargan.domains import DomainSpace
from stargan.errors import Fault
from stargan.methods.base import Method, Update


@dataclass
class Losses:
    """The loss table: a row every `every` iterations, with the newest value of each term."""

    every: int
    terms: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    newest: dict[str, Tensor] = field(default_factory=dict)

    def note(self, update: Update) -> None:
        """Remember the terms of an update."""
        self.newest.update(update.terms)

    def close(self, done: int) -> dict[str, float] | None:
        """Return the values after `done` iterations where a row is due, and append them to the table."""
        if done % self.every:
            return None
        values = {name: float(value) for name, value in self.newest.items()}
        self.terms += [name for name in values if name not in self.terms]
        self.rows.append([float(done), *(values.get(name, float("nan")) for name in self.terms)])
        return values


@dataclass
class Training:
    """A method, its optimisers and its data, after `done` iterations."""

    method: Method
    space: DomainSpace
    optimisers: Mapping[str, torch.optim.Optimizer]
    streams: Sequence[Stream]
    rate_factor: Callable[[int], float]
    length: int
    seed: int
    losses: Losses
    device: torch.device
    done: int = 0

    def iterate(self) -> dict[str, float] | None:
        """Take one iteration; return its losses where a row of the table is due."""
        self._set_rates(self.rate_factor(self.done))
        batches = [stream.batch(self.done, self.device) for stream in self.streams]
        # The random numbers of an iteration follow from its number, so there is no generator's state to save.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.done)
        for update in self.method.step(self.done, batches, random):
            self._apply(update)
            self.losses.note(update)
        self.done += 1
        return self.losses.close(self.done)

    def _set_rates(self, factor: float) -> None:
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * factor

    def _apply(self, update: Update) -> None:
        parameters = list(self.method.networks[update.network].parameters())
        # Gradients for this network alone: the others are frozen without being told so.
        gradients = torch.autograd.grad(update.objective, parameters, materialize_grads=True)
        self._check_finite(update, gradients)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        self.optimisers[update.network].step()

    def _check_finite(self, update: Update, gradients: tuple[Tensor, ...]) -> None:
        norm = torch.stack(torch._foreach_norm(gradients)).sum()
        if torch.isfinite(update.objective + norm):
            return
        bad = [name for name, value in update.terms.items() if not torch.isfinite(value)]
        raise Fault(
            f"iteration {self.done + 1}: {', '.join(bad) or f'the gradient of {update.network}'} is not finite; the last "
            "checkpoint is kept; lower train.g_lr or train.d_lr, or raise train.lambda_gp"
        )

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return all that a resume needs: tensors (networks, Adam's moments, loss table) and JSON values."""
        tensors = {
            f"{name}.{key}": value
            for name, network in self.method.networks.items() for key, value in network.state_dict().items()
        }  # fmt: skip
        for name, optimiser in self.optimisers.items():
            for index, moments in optimiser.state_dict()["state"].items():
                tensors |= {f"adam.{name}.{index}.{key}": value for key, value in moments.items()}
        width = 1 + len(self.losses.terms)
        rows = [row + [float("nan")] * (width - len(row)) for row in self.losses.rows]
        tensors["losses"] = torch.tensor(rows, dtype=torch.float64).reshape(-1, width)
        tensors |= {f"newest.{name}": value for name, value in self.losses.newest.items()}
        # A file of tensors keeps no order: the columns of the loss table follow from this one.
        return tensors, {"done": self.done, "terms": self.losses.terms, "newest": list(self.losses.newest)}

    def restore(self, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
        """Take up the state that `state` returned."""
        for name, network in self.method.networks.items():
            network.load_state_dict(_within(tensors, f"{name}."))
        for name, optimiser in self.optimisers.items():
            state: dict[int, dict[str, Tensor]] = {}
            for key, value in _within(tensors, f"adam.{name}.").items():
                index, moment = key.split(".")
                state.setdefault(int(index), {})[moment] = value
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
        self.done = int(header["done"])
        self.losses.terms = list(header["terms"])
        self.losses.rows = tensors["losses"].tolist()
        self.losses.newest = {name: tensors[f"newest.{name}"].to(self.device) for name in header["newest"]}


def _within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
