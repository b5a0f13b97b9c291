"""CUDA graphs: work that is done again and again on a GPU, launched as a whole.

An iteration at batch 16 launches hundreds of kernels, most of them shorter than their launch.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

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
