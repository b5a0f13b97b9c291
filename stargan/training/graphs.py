"""CUDA graphs: iterations on a GPU, launched as a whole.

An iteration at batch 16 launches hundreds of kernels, most of them shorter than their launch.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_unflatten

from stargan.data.stream import Batch
from stargan.training.engine import Applied, Training

T = TypeVar("T")
EAGER = 3
"""So often work is done step by step before it is captured: optimisers and libraries set themselves up then."""


class Graphs(Generic[T]):
    """One graph for each kind of work and shape of inputs. What it returns is overwritten by the next of its kind."""

    def __init__(self) -> None:
        self._done: Counter[Hashable] = Counter()
        self.captured: dict[Hashable, tuple[torch.cuda.CUDAGraph, list[Tensor], T]] = {}
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def run(self, kind: Hashable, work: Callable[[Sequence[Tensor]], T], inputs: Sequence[Tensor]) -> T:
        """Return `work` of the inputs. It must depend on nothing else, wait for nothing, and leave results on the GPU."""
        key = (kind, tuple(given.shape for given in inputs))
        if key in self.captured:
            graph, places, result = self.captured[key]
            for place, given in zip(places, inputs, strict=True):
                place.copy_(given)
            graph.replay()
            return result
        self._done[key] += 1
        if self._done[key] > EAGER:
            self._capture(key, work, inputs)
            return self.run(kind, work, inputs)
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            result = work(inputs)
        torch.cuda.current_stream().wait_stream(self._stream)
        return result

    def _capture(self, key: Hashable, work: Callable[[Sequence[Tensor]], T], inputs: Sequence[Tensor]) -> None:
        """Note what the work launches; nothing is computed yet."""
        places = [given.clone() for given in inputs]
        graph = torch.cuda.CUDAGraph()
        # thread_local: NCCL's watchdog, a thread of its own, may ask the GPU meanwhile.
        with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
            result = work(places)
        self.captured[key] = graph, places, result


class CycleGraphs:
    """Takes the iterations of a training on a GPU, all to the end of a method's cycle as one graph.

    Processes that train together capture their exchange too: all must take the same iterations at once.
    """

    def __init__(self, training: Training, graphs: Graphs[list[list[Applied]]] | None = None) -> None:
        self.training, self.graphs = training, graphs or Graphs[list[list[Applied]]]()
        self._made: dict[int, list[Batch]] = {}  # the batches of the next cycle, by iteration

    def iterate(self, at_most: int) -> dict[int, dict[str, float]]:
        """Take iterations to a cycle's end, or `at_most`; return the loss table's rows that are due, by iteration."""
        training, done, length = self.training, self.training.done, self.training.method.cycle
        iterations = range(done, done + min(at_most, length - done % length))
        cycle = [self._batches(iteration) for iteration in iterations]
        sizes = [stream.size // training.ranks.count for stream in training.streams]
        if any([len(batch.images) for batch in batches] != sizes for batches in cycle):
            # an epoch's last batch comes too seldom for the memory of a graph
            return {done: row for _ in iterations for done, row in training.iterate().items()}
        rates = [training.rates(iteration) for iteration in iterations]
        inputs, form = tree_flatten((torch.tensor(rates, dtype=torch.float64, device=training.device), cycle))
        tensors = [leaf for leaf in inputs if isinstance(leaf, Tensor)]

        def work(given: Sequence[Tensor]) -> list[list[Applied]]:
            each = iter(given)
            leaves = [next(each) if isinstance(leaf, Tensor) else leaf for leaf in inputs]
            return self._compute(done, *tree_unflatten(leaves, form))

        kind = (training.restored, *(training.method.phase(iteration) for iteration in iterations))
        with training.ranks.exchange_errors():
            applied = self.graphs.run(kind, work, tensors)
            following = range(iterations.stop, min(iterations.stop + length, training.length))
            self._made = {iteration: self._batches(iteration) for iteration in following}  # while the GPU computes
            return training.close([[told(one) for one in updates] for updates in applied])

    def _batches(self, iteration: int) -> list[Batch]:
        return self._made.pop(iteration, None) or self.training.batches(iteration)

    def _compute(self, first: int, rates: Tensor, cycle: Sequence[Sequence[Batch]]) -> list[list[Applied]]:
        """Compute the iterations `first`, ...; rates (iterations, networks)."""
        training = self.training
        with training.rounded():
            cycle = training.method.precompute(first, cycle)
        return [
            training.compute(iteration, batches, of_iteration.unbind())
            for iteration, (batches, of_iteration) in enumerate(zip(cycle, rates, strict=True), first)
        ]


def told(applied: Applied) -> Applied:
    """Return what is told of an update in tensors of its own: the next of its kind overwrites those of the graph."""
    return replace(applied, terms={name: value.clone() for name, value in applied.terms.items()})


def taking(training: Training, at_most: Callable[[], int]) -> Callable[[], dict[int, dict[str, float]]]:
    """Return what takes the next iteration and returns the rows that are due; on a GPU the next `at_most`, of one cycle."""
    if training.device.type != "cuda":
        return training.iterate
    cycles = CycleGraphs(training)
    return lambda: cycles.iterate(at_most())
