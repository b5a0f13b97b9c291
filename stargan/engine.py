"""One training loop for every method: it applies the updates that a method's step yields."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from stargan.data.stream import Batch, Stream
from stargan.domains import DomainSpace
from stargan.errors import Fault
from stargan.graphs import Graphs
from stargan.methods.base import Draws, Method, Update, drawn
from stargan.ranks import ALONE, Ranks

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

    def note(self, network: str, terms: Mapping[str, Tensor]) -> None:
        """Remember the terms of an update."""
        self.newest.update({name: (network, value) for name, value in terms.items()})

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


@dataclass(frozen=True)
class Applied:
    """What is told of an update: its network, its losses, and whether all was finite; if not, no weight has changed."""

    network: str
    terms: Mapping[str, Tensor]
    finite: Tensor


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
    ranks: Ranks = ALONE
    """The processes that share each batch."""
    bf16: bool = False
    """Whether convolutions and products of matrices are taken in bfloat16."""
    done: int = 0

    def __post_init__(self) -> None:
        self._forget_graphs()

    def _forget_graphs(self) -> None:
        self._graphs = Graphs[list[Applied]]() if self.device.type == "cuda" and self.ranks.alone else None

    def iterate(self) -> dict[str, float] | None:
        """Take one iteration; return its losses where a row of the table is due."""
        self._set_rates()
        batches = [stream.batch(self.done, self.device) for stream in self.streams]
        # The random numbers of an iteration follow from its number, so there is no generator's state to save.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.done)
        for applied in self._updated(batches, drawn(self.method, self.done, batches, random)):
            self._check_finite(applied)
            self.losses.note(applied.network, applied.terms)
        for name, rate_factor in self.rate_factors.items():
            if rate_factor(self.done) == 0:
                self.losses.forget(name)
        self.done += 1
        return self.losses.close(self.done)

    def _set_rates(self) -> None:
        for name, optimiser in self.optimisers.items():
            for group in optimiser.param_groups:
                rate = group["initial_lr"] * self.rate_factors[name](self.done)
                if isinstance(group["lr"], Tensor):
                    group["lr"].fill_(rate)
                else:
                    group["lr"] = rate

    def _updated(self, batches: Sequence[Batch], draws: Draws) -> list[Applied]:
        """Apply the updates of an iteration, on a GPU as one graph."""
        whole = all(len(batch.labels) == stream.size for batch, stream in zip(batches, self.streams, strict=True))
        if self._graphs is None or not whole:  # an epoch's last batch comes too seldom for the memory of a graph
            with self.ranks.together():
                return self._update(batches, draws)

        def work(given: Sequence[Tensor]) -> list[Applied]:
            each = iter(given)
            copies = [Batch(next(each), next(each), batch.rows) for batch in batches]
            return self._update(copies, [tuple(next(each) for _ in own) for own in draws])

        flat = [tensor for batch in batches for tensor in (batch.x, batch.labels)]
        flat += [tensor for own in draws for tensor in own]
        return self._graphs.run(self.method.phase(self.done), work, flat)

    def _update(self, batches: Sequence[Batch], draws: Draws) -> list[Applied]:
        updates, applied = self.method.step(self.done, batches, draws), []
        while update := self._next(updates):
            applied.append(self._apply(update))
        return applied

    def _next(self, updates: Iterator[Update]) -> Update | None:
        # A context for each update: within one, bfloat16 copies of weights are kept, which the update makes stale.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            return next(updates, None)

    def _apply(self, update: Update) -> Applied:
        network, optimiser = self.method.networks[update.network], self.optimisers[update.network]
        parameters, own = list(network.parameters()), update.gradients(network)
        objective, *found = self.ranks.mean([update.objective, *update.terms.values(), *own])
        terms = dict(zip(update.terms, (value.clone() for value in found), strict=False))  # not views of all gradients
        gradients = found[len(terms) :]
        norm = torch.stack(torch._foreach_norm(gradients)).sum()
        applied = Applied(update.network, terms, torch.isfinite(objective + norm))
        if self._graphs is None:
            self._check_finite(applied)
        else:  # within a graph nothing is waited for: Adam passes over the update, and it is told after the iteration
            optimiser.found_inf = (~applied.finite).to(torch.float32)  # type: ignore[attr-defined]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimiser.step()
        for parameter in parameters:
            parameter.grad = None  # many networks' gradients would stand in memory until their next turn
        return applied

    def _check_finite(self, applied: Applied) -> None:
        if applied.finite:
            return
        bad = [name for name, value in applied.terms.items() if not torch.isfinite(value)]
        raise Fault(
            f"iteration {self.done + 1}: {', '.join(bad) or f'the gradient of {applied.network}'} is not finite; the last "
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
        self._forget_graphs()  # they know the former moments


def copied(state: State) -> State:
    """Return a state's copy on the CPU."""
    tensors, header = state
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}, copy.deepcopy(header)


def _within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
