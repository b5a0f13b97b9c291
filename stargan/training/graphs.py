"""CUDA graphs: iterations on a GPU, launched as a whole.

An iteration at batch 16 launches hundreds of kernels, most of them shorter than their launch.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
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
        with torch.cuda.graph(graph, stream=self._stream):
            result = work(places)
        self.captured[key] = graph, places, result


class CycleGraphs:
    """Takes the iterations of a training that has a GPU to itself, all to the end of a method's cycle as one graph."""

    def __init__(self, training: Training, graphs: Graphs[list[list[Applied]]] | None = None) -> None:
        self.training, self.graphs = training, graphs or Graphs[list[list[Applied]]]()

    def iterate(self, at_most: int) -> dict[str, float] | None:
        """Take iterations to a cycle's end, `at_most` or the loss table's next row; return that where it is due."""
        training, done = self.training, self.training.done
        ends = (every - done % every for every in (training.method.cycle, training.losses.every))
        iterations = range(done, done + min(at_most, *ends))
        cycle = [training.batches(iteration) for iteration in iterations]
        sizes = [stream.size for stream in training.streams]
        if any([len(batch.images) for batch in batches] != sizes for batches in cycle):
            # an epoch's last batch comes too seldom for the memory of a graph
            return [training.iterate() for _ in iterations][-1]
        rates = [training.rates(iteration) for iteration in iterations]
        inputs, form = tree_flatten((torch.tensor(rates, dtype=torch.float64, device=training.device), cycle))
        tensors = [leaf for leaf in inputs if isinstance(leaf, Tensor)]

        def work(given: Sequence[Tensor]) -> list[list[Applied]]:
            each = iter(given)
            leaves = [next(each) if isinstance(leaf, Tensor) else leaf for leaf in inputs]
            return self._compute(done, *tree_unflatten(leaves, form))

        kind = (training.restored, *(training.method.trains(iteration) for iteration in iterations))
        return training.close(self.graphs.run(kind, work, tensors))

    def _compute(self, first: int, rates: Tensor, cycle: Sequence[Sequence[Batch]]) -> list[list[Applied]]:
        """Compute the iterations `first`, ...; rates (iterations, networks)."""
        training = self.training
        with training.rounded():
            cycle = training.method.precompute(first, cycle)
        return [
            training.compute(iteration, batches, of_iteration.unbind())
            for iteration, (batches, of_iteration) in enumerate(zip(cycle, rates, strict=True), first)
        ]
