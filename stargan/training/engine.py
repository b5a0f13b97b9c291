"""One training loop for every method: it applies the updates that a method yields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stargan.core.tensors import in_layout_of
from stargan.data.domains import DomainSpace
from stargan.data.stream import Batch, Stream
from stargan.errors import Fault
from stargan.models.start import DRAWN, Beginning
from stargan.training.loss_table import LossTable
from stargan.training.means import Means
from stargan.training.methods.base import Method, Update
from stargan.training.ranks import SINGLE, Ranks


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
    losses: LossTable
    device: torch.device
    means: Means
    ranks: Ranks = SINGLE
    """The processes that share each batch."""
    bf16: bool = False
    """Whether convolutions and products of matrices are taken in bfloat16."""
    beginning: Beginning = DRAWN
    done: int = 0
    restored: int = 0
    """How often another state was taken up: then the optimisers hold other tensors."""

    def iterate(self) -> dict[int, dict[str, float]]:
        """Take one iteration; return the loss table's row, by its iteration, where one is due. Raises Fault as `close`."""
        with self.ranks.exchange_errors():
            applied = self.compute(self.done, self.batches(self.done), self.rates(self.done))
        return self.close([applied])

    def batches(self, iteration: int) -> list[Batch]:
        """Return this process's part of the batches of an iteration, with what the method draws for them.

        Random numbers follow from the iteration's number, so there is no generator's state to save. They are drawn on the
        CPU for whole batches: the same on every device, and whoever shares a batch.
        """
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + iteration)
        taken = [stream.batch(iteration, self.device) for stream in self.streams]
        draws = self.method.draw(iteration, [labels for _, labels in taken], random)
        whole = [Batch(*of_stream, drawn) for of_stream, drawn in zip(taken, draws, strict=True)]
        return [batch.part(self.ranks.rows(len(batch.images))) for batch in whole]

    def rates(self, iteration: int) -> list[float]:
        """Return the learning rate of each optimiser in an iteration."""
        return [
            self.optimisers[name].param_groups[0]["initial_lr"] * factor(iteration)
            for name, factor in self.rate_factors.items()
        ]

    def compute(self, iteration: int, batches: Sequence[Batch], rates: Sequence[float | Tensor]) -> list[Applied]:
        """Apply the updates of an iteration, which follow from its number, batches and rates alone; wait for nothing."""
        for name, rate in zip(self.rate_factors, rates, strict=True):
            for group in self.optimisers[name].param_groups:  # on a GPU the rate is a tensor, which a graph reads anew
                group["lr"] = group["lr"].fill_(rate) if isinstance(group["lr"], Tensor) else rate
        return [self.apply(update) for update in self._computed(self.method.updates(iteration, batches))]

    def rounded(self) -> torch.autocast:
        """Return the context in which networks compute."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def _computed(self, updates: Iterator[Update]) -> Iterator[Update]:
        # A context for each update: within one, bfloat16 copies of weights are kept, which the update makes stale.
        while True:
            with self.rounded():
                update = next(updates, None)
            if update is None:
                return
            yield update

    def apply(self, update: Update) -> Applied:
        """Take an optimiser step, which Adam passes over where the loss or a gradient is not finite."""
        network, optimiser = self.method.networks[update.network], self.optimisers[update.network]
        parameters, own = list(network.parameters()), update.gradients(network)
        objective, *found = self.ranks.mean([update.objective, *update.terms.values(), *own])
        terms = dict(zip(update.terms, (value.clone() for value in found), strict=False))  # not views of all gradients
        gradients = found[len(terms) :]
        finite = torch.isfinite(objective + torch.stack(torch._foreach_norm(gradients)).sum())
        optimiser.found_inf = (~finite).to(torch.float32)  # type: ignore[attr-defined]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = in_layout_of(parameter, gradient)
        optimiser.step()
        for parameter in parameters:
            parameter.grad = None  # many networks' gradients would stand in memory until their next turn
        self.means.follow(update.network, network)
        return Applied(update.network, terms, finite)

    @property
    def translating(self) -> dict[str, nn.Module]:
        """The networks that translate, by name: where there are means of weights, these."""
        return {name: self.method.networks[name] for name in self.method.translating} | self.means.networks

    def close(self, iterations: Sequence[Sequence[Applied]]) -> dict[int, dict[str, float]]:
        """Count iterations and note their losses; return the rows due, by iteration. Raises Fault if not all is finite."""
        rows = {}
        for updates in iterations:
            for applied in updates:
                self._check_finite(applied)
                self.losses.note(applied.network, applied.terms)
            for name, rate_factor in self.rate_factors.items():
                if rate_factor(self.done) == 0:
                    self.losses.forget(name)
            self.done += 1
            if self.done % self.losses.every == 0:
                rows[self.done] = self.losses.close(self.done)
        return rows

    def _check_finite(self, applied: Applied) -> None:
        if applied.finite:
            return
        bad = [name for name, value in applied.terms.items() if not torch.isfinite(value)]
        raise Fault(
            f"iteration {self.done + 1}: {', '.join(bad) or f'the gradient of {applied.network}'} is not finite; the last "
            "checkpoint is kept; lower the learning rates (train.g_lr, train.d_lr)"
        )
