"""Where a training cycle's time goes, by operator, and how fast each is alone at the very shapes it is given there."""

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only
from torch.utils.flop_counter import flop_registry

from bench.setup import N_CRITIC, noise, seconds, training

REPEATS = 3
LEAST_PERCENT = 1.0
"""Of a cycle: operators that take less stand together."""


@dataclass
class Calls:
    """All calls of one operator with inputs of the same shapes."""

    operator: Callable[..., Any]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    """Those of a call, its tensors without their values."""
    flop: float
    """Of one call."""
    count: int = 0
    seconds: float = 0.0

    def alone(self) -> float:
        """Return the least seconds of a call on noise, with nothing else at work."""

        def noisy(given: Tensor) -> Tensor:
            return torch.empty_strided(given.shape, given.stride(), dtype=given.dtype).normal_()

        args, options = tree_map_only(Tensor, noisy, self.arguments)
        return min(seconds(lambda: self.operator(*args, **options)) for _ in range(REPEATS))


class Clock(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Times every operator below autograd, on a CPU, where each has ended when it returns."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: dict[Hashable, Calls] = {}

    def __torch_dispatch__(
        self, operator: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Call the operator, and note it."""
        options, begun = kwargs or {}, time.perf_counter()
        found = operator(*args, **options)
        lasted = time.perf_counter() - begun
        leaves, _ = tree_flatten((args, options))
        forms = [(leaf.shape, leaf.stride(), leaf.dtype) if isinstance(leaf, Tensor) else str(leaf) for leaf in leaves]
        key = (operator, *forms)
        if key not in self.calls:
            count = flop_registry.get(operator.overloadpacket)
            flop = float(count(*args, **options, out_val=found)) if count else 0.0
            shapes = tree_map_only(Tensor, lambda given: given.detach().to("meta"), (args, options))
            self.calls[key] = Calls(operator, shapes, flop)
        self.calls[key].count += 1
        self.calls[key].seconds += lasted
        return found


def gflop_of(work: Callable[[], object]) -> float:
    """Return the operations of some work: matrix products and convolutions, of any derivative."""
    with Clock() as clock:
        work()
    return float(sum(calls.count * calls.flop for calls in clock.calls.values())) / 1e9


def operators(batch: int, size: int) -> list[dict[str, Any]]:
    """Return a row for each operator of a cycle in float32, the slowest first; the last are the rest, and Python's share."""
    made = training([noise("noise", size, 5, 64)], batch)

    def cycle() -> None:
        for _ in range(N_CRITIC):
            made.iterate()

    cycle()
    with Clock() as clock:
        whole = seconds(cycle)
    by_name: dict[str, list[Calls]] = defaultdict(list)
    for calls in clock.calls.values():
        by_name[calls.operator.overloadpacket.__name__].append(calls)
    rows = [row(name, of_name, whole) for name, of_name in by_name.items()]
    rows.sort(key=lambda one: -one["seconds"])
    small = [one for one in rows if one["percent"] < LEAST_PERCENT]
    rows = [one for one in rows if one["percent"] >= LEAST_PERCENT]
    rest, python = sum(one["seconds"] for one in small), whole - sum(one["seconds"] for one in [*rows, *small])
    for name, lasted in ((f"{len(small)} others", rest), ("between operators", python)):
        rows.append({"operator": name, "seconds": lasted, "percent": 100 * lasted / whole})
    return rows


def row(name: str, calls: Sequence[Calls], whole: float) -> dict[str, Any]:
    """Return what one operator takes of a cycle's seconds; its rate, in it and alone, where its operations are known."""
    lasted, gflop = sum(one.seconds for one in calls), sum(one.count * one.flop for one in calls) / 1e9
    count = sum(one.count for one in calls)
    found = {"operator": name, "calls": count, "seconds": lasted, "percent": 100 * lasted / whole}
    if gflop:
        alone = sum(one.count * one.alone() for one in calls)
        found |= {"gflop": gflop, "gflops": gflop / lasted, "alone_gflops": gflop / alone}
    return found
