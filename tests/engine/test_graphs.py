"""What a GPU's graphs ask of the engine: work depends on its inputs alone, and a cycle taken as one changes nothing."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from stargan.data.stream import Batch
from stargan.errors import Fault
from stargan.training.engine import Training
from stargan.training.ranks import ALONE
from stargan.training.schedule import to_the_next
from support.trainings import METHODS, close, cut, doubled, finished, training

LENGTH = 24  # of the trainings; n_critic is 3


class Replayed:
    """Does what CUDA graphs do: the work of a kind is for ever that which came first, and its inputs alone are new."""

    def __init__(self, made: Training) -> None:
        self.made, self.first = made, dict[Hashable, tuple[int, Callable[[Sequence[Tensor]], Any]]]()
        self.runs: list[Hashable] = []

    def run(self, kind: Hashable, work: Callable[[Sequence[Tensor]], Any], inputs: Sequence[Tensor]) -> Any:
        done = self.made.done
        self.made.done, first = self.first.setdefault((kind, tuple(each.shape for each in inputs)), (done, work))
        try:
            self.runs.append(kind)
            return first([each.clone() for each in inputs])
        finally:
            self.made.done = done


def replayed(name: str) -> Training:
    """Return a training in float64 whose iterations are taken as on a GPU."""
    made = doubled(training(name, ALONE))
    for optimiser in made.optimisers.values():
        for group in optimiser.param_groups:
            group["lr"] = torch.tensor(group["lr"], dtype=torch.float64)
    made.graphs = Replayed(made)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize("images", [8, 11])
@pytest.mark.parametrize("most", [1, 2, 100])
@pytest.mark.parametrize("name", METHODS)
def test_iterations_as_one_give_what_they_give_alone(name: str, most: int, images: int) -> None:
    """Catches what is fixed by the first of a kind: a learning rate, a random number, an iteration's number."""
    alone, together = cut(doubled(training(name, ALONE)), images), cut(replayed(name), images)
    assert alone.length == LENGTH
    close(finished(together, most), finished(alone, 1), 1e-9)
    assert together.losses.rows == [pytest.approx(row, rel=1e-9, nan_ok=True) for row in alone.losses.rows]


def test_a_cycle_is_one_graph_and_one_pass_for_its_fakes() -> None:
    made, passes = cut(replayed("joint"), 8), list[int]()
    made.losses.every = 1000
    made.method.networks["g"].register_forward_pre_hook(lambda _, given: passes.append(len(given[0])))
    made.iterate(100)
    assert made.done == 3
    # Two iterations of D alone with two datasets each, then for each dataset a fake and its way back.
    assert passes == [16, 4, 4, 4, 4]
    made.iterate(1)
    made.iterate(100)
    assert made.done == 6
    assert made.graphs.runs == [(0, 0, 1), (0,), (0, 1)]  # type: ignore[union-attr]


def test_rows_of_the_loss_table_end_a_graph() -> None:
    made = replayed("moods")
    made.losses.every = 2
    while made.done < 6:
        made.iterate(100)
    assert [row[0] for row in made.losses.rows] == [2, 4, 6]


def test_what_is_due_ends_a_graph() -> None:
    """Catches a checkpoint, a sample or a kept generator that a graph runs past."""
    ends = [0]
    while ends[-1] < 15:
        ends.append(ends[-1] + to_the_next(ends[-1], [15, 6, 4]))
    assert ends == [0, 4, 6, 8, 12, 15]


def test_an_iteration_within_a_graph_that_is_not_finite_is_named_by_its_number() -> None:
    made = replayed("faces")
    made.losses.every = 1000
    (stream,) = made.streams
    plain = stream.batch

    def batch(iteration: int, device: torch.device | str = "cpu") -> Batch:
        found = plain(iteration, device)
        return Batch(found.x * float("nan"), found.labels) if iteration == 4 else found

    stream.batch = batch  # type: ignore[method-assign]
    made.iterate(100)
    with pytest.raises(Fault, match="iteration 5: d_real_faces, .* is not finite"):
        made.iterate(100)
    assert all(weights.isfinite().all() for weights in made.method.networks["d"].parameters())
