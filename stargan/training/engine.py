"""One training loop for every method: it applies the updates that a method's step yields."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from stargan.data.domains import DomainSpace
from stargan.data.stream import Batch, Stream
from stargan.errors import Fault
from stargan.training.graphs import Graphs
from stargan.training.methods.base import Method, Round, Update, drawn
from stargan.training.ranks import ALONE, Ranks

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
        self.forget_graphs()

    def forget_graphs(self) -> None:
        """Drop what was captured: it knows the tensors of then. Only a GPU has graphs, and of several processes none."""
        self.graphs = Graphs[list[list[Applied]]]() if self.device.type == "cuda" and self.ranks.alone else None

    def iterate(self, most: int = 1) -> dict[str, float] | None:
        """Take an iteration, on a GPU up to `most` of a cycle as one; return the losses where a row of the table is due."""
        rounds = [self._round(iteration) for iteration in range(self.done, self.done + self._stretch(most))]
        for updates in self._updated(rounds):
            for applied in updates:
                self._check_finite(applied)
                self.losses.note(applied.network, applied.terms)
            for name, rate_factor in self.rate_factors.items():
                if rate_factor(self.done) == 0:
                    self.losses.forget(name)
            self.done += 1
        return self.losses.close(self.done)

    def _stretch(self, most: int) -> int:
        """Return how many iterations are taken as one: on a GPU all to the end of a cycle, if no row is due before."""
        if self.graphs is None:
            return 1
        return min(most, *(every - self.done % every for every in (self.method.cycle, self.losses.every)))

    def _round(self, iteration: int) -> Round:
        batches = [stream.batch(iteration, self.device) for stream in self.streams]
        # The random numbers of an iteration follow from its number, so there is no generator's state to save.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + iteration)
        return batches, drawn(self.method, iteration, batches, random)

    def _updated(self, rounds: Sequence[Round]) -> list[list[Applied]]:
        """Apply the updates of some iterations, on a GPU as one graph."""
        iterations = range(self.done, self.done + len(rounds))
        factors = [[rate_factor(iteration) for rate_factor in self.rate_factors.values()] for iteration in iterations]
        sizes = [stream.size for stream in self.streams]
        whole = all([len(batch.labels) for batch in batches] == sizes for batches, _ in rounds)
        if self.graphs is None or not whole:  # an epoch's last batch comes too seldom for the memory of a graph
            with self.ranks.together():
                return self._update(rounds, factors)

        def work(given: Sequence[Tensor]) -> list[list[Applied]]:
            own_factors, *tensors = given
            each = iter(tensors)
            copies = [
                ([Batch(next(each), next(each), batch.rows) for batch in batches],
                 [tuple(next(each) for _ in draw) for draw in draws])
                for batches, draws in rounds
            ]  # fmt: skip
            return self._update(copies, own_factors.unbind())

        flat = [torch.tensor(factors, dtype=torch.float64, device=self.device)]
        for batches, draws in rounds:
            flat += [tensor for batch in batches for tensor in (batch.x, batch.labels)]
            flat += [tensor for draw in draws for tensor in draw]
        return self.graphs.run(tuple(self.method.phase(iteration) for iteration in iterations), work, flat)

    def _update(self, rounds: Sequence[Round], factors: Sequence[Sequence[float] | Tensor]) -> list[list[Applied]]:
        applied = []
        with self._rounded():
            rounds = self.method.ahead(self.done, rounds)
        for iteration, ((batches, draws), of_iteration) in enumerate(zip(rounds, factors, strict=True), self.done):
            self._set_rates(of_iteration)
            updates = self._computed(self.method.step(iteration, batches, draws))
            applied.append([self.apply(update) for update in updates])
        return applied

    def _set_rates(self, factors: Sequence[float] | Tensor) -> None:
        for factor, name in zip(factors, self.rate_factors, strict=True):
            for group in self.optimisers[name].param_groups:
                rate = group["initial_lr"] * factor
                if isinstance(group["lr"], Tensor):
                    group["lr"].fill_(rate)
                else:
                    group["lr"] = rate

    def _rounded(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def _computed(self, updates: Iterator[Update]) -> Iterator[Update]:
        # A context for each update: within one, bfloat16 copies of weights are kept, which the update makes stale.
        while True:
            with self._rounded():
                update = next(updates, None)
            if update is None:
                return
            yield update

    def apply(self, update: Update) -> Applied:
        """Take an optimiser step. Raises Fault where a value or gradient is not finite, within a graph later."""
        network, optimiser = self.method.networks[update.network], self.optimisers[update.network]
        parameters, own = list(network.parameters()), update.gradients(network)
        objective, *found = self.ranks.mean([update.objective, *update.terms.values(), *own])
        terms = dict(zip(update.terms, (value.clone() for value in found), strict=False))  # not views of all gradients
        gradients = found[len(terms) :]
        norm = torch.stack(torch._foreach_norm(gradients)).sum()
        applied = Applied(update.network, terms, torch.isfinite(objective + norm))
        if self.graphs is None:
            self._check_finite(applied)
        else:  # within a graph nothing is waited for: Adam passes over the update, and it is told after the iteration
            optimiser.found_inf = (~applied.finite).to(torch.float32)  # type: ignore[attr-defined]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = _in_layout_of(parameter, gradient)
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
            for parameter, moments in optimiser.state.items():
                for moment in ("exp_avg", "exp_avg_sq"):
                    moments[moment] = _in_layout_of(parameter, moments[moment])
        self.done = int(header["done"])
        self.losses.terms = list(header["terms"])
        self.losses.rows = tensors["losses"].tolist()
        newest = {name: (network, tensors[f"newest.{name}"].to(self.device)) for name, network in header["newest"]}
        self.losses.newest = newest
        self.forget_graphs()  # they know the former moments


def copied(state: State) -> State:
    """Return a state's copy on the CPU."""
    tensors, header = state
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}, copy.deepcopy(header)


def _in_layout_of(parameter: Tensor, values: Tensor) -> Tensor:
    """Return values with the strides of a parameter of their shape.

    Fused Adam reads a gradient and both moments by the parameter's strides, whatever their own. Double backward returns
    weight gradients with transposed strides.
    """
    return values if values.stride() == parameter.stride() else torch.empty_like(parameter).copy_(values)


def _within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
