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

State = tuple[dict[str, Tensor], dict[str, Any]]
"""All that a resume needs: tensors (networks, Adam's moments, loss table) and JSON values."""


@dataclass
class Losses:
    """The loss table: a row every `every` iterations, with the newest value of each term."""

    every: int
    terms: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    newest: dict[str, tuple[str, Tensor]] = field(default_factory=dict)
    """The network and the value of each term."""

    def table(self) -> list[list[float]]:
        """Return the rows, iteration first, filled up with NaN for terms that came later."""
        width = 1 + len(self.terms)
        return [row + [float("nan")] * (width - len(row)) for row in self.rows]

    def note(self, update: Update) -> None:
        """Remember the terms of an update."""
        self.newest.update({name: (update.network, value) for name, value in update.terms.items()})

    def forget(self, network: str) -> None:
        """Forget the terms of a network that is not trained any more: a value that stands still says nothing."""
        self.newest = {name: term for name, term in self.newest.items() if term[0] != network}

    def close(self, done: int) -> dict[str, float] | None:
        """Return the values after `done` iterations where a row is due, and append them to the table."""
        if done % self.every:
            return None
        values = {name: float(value) for name, (_, value) in self.newest.items()}
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
    rate_factors: Mapping[str, Callable[[int], float]]
    """For each network the share of its learning rate that an iteration takes."""
    length: int
    seed: int
    losses: Losses
    device: torch.device
    done: int = 0

    def iterate(self) -> dict[str, float] | None:
        """Take one iteration; return its losses where a row of the table is due."""
        self._set_rates()
        batches = [stream.batch(self.done, self.device) for stream in self.streams]
        # The random numbers of an iteration follow from its number, so there is no generator's state to save.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.done)
        for update in self.method.step(self.done, batches, random):
            self._apply(update)
            self.losses.note(update)
        for name, rate_factor in self.rate_factors.items():
            if rate_factor(self.done) == 0:
                self.losses.forget(name)
        self.done += 1
        return self.losses.close(self.done)

    def _set_rates(self) -> None:
        for name, optimiser in self.optimisers.items():
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * self.rate_factors[name](self.done)

    def _apply(self, update: Update) -> None:
        network = self.method.networks[update.network]
        parameters, gradients = list(network.parameters()), update.gradients(network)
        self._check_finite(update, gradients)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        self.optimisers[update.network].step()
        for parameter in parameters:
            parameter.grad = None  # many networks' gradients would stand in memory until their next turn

    def _check_finite(self, update: Update, gradients: tuple[Tensor, ...]) -> None:
        norm = torch.stack(torch._foreach_norm(gradients)).sum()
        if torch.isfinite(update.objective + norm):
            return
        bad = [name for name, value in update.terms.items() if not torch.isfinite(value)]
        raise Fault(
            f"iteration {self.done + 1}: {', '.join(bad) or f'the gradient of {update.network}'} is not finite; the last "
            "checkpoint is kept; lower the learning rates (train.g_lr, train.d_lr)"
        )

    def state(self) -> State:
        """Return all that a resume needs; its tensors are those in use, not copies."""
        tensors = {
            f"{name}.{key}": value
            for name, network in self.method.networks.items() for key, value in network.state_dict().items()
        }  # fmt: skip
        for name, optimiser in self.optimisers.items():
            for index, moments in optimiser.state_dict()["state"].items():
                tensors |= {f"adam.{name}.{index}.{key}": value for key, value in moments.items()}
        table = torch.tensor(self.losses.table(), dtype=torch.float64)
        tensors["losses"] = table.reshape(-1, 1 + len(self.losses.terms))
        tensors |= {f"newest.{name}": value for name, (_, value) in self.losses.newest.items()}
        # A file of tensors keeps no order: the columns of the loss table follow from this one.
        newest = [[name, network] for name, (network, _) in self.losses.newest.items()]
        return tensors, {"done": self.done, "terms": self.losses.terms, "newest": newest}

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
        newest = {name: (network, tensors[f"newest.{name}"].to(self.device)) for name, network in header["newest"]}
        self.losses.newest = newest


def _within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
