"""What a GPU's graphs ask of the engine: work depends on its inputs alone, and a cycle taken as one changes nothing."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from stargan.data.stream import Batch
from stargan.errors import Fault
from stargan.training.engine import Applied
from stargan.training.ranks import SINGLE
from stargan.training.recorder import until_due
from stargan.training.schedule import to_the_next
from stargan.training.state import copied, restore, state_of
from support.trainings import METHODS, close, cut, doubled, finished, replayed, settings, training

LENGTH = 24  # of the trainings; n_critic is 3


@pytest.mark.parametrize("images", [8, 19])
@pytest.mark.parametrize("most", [1, 2, 100])
@pytest.mark.parametrize("name", METHODS)
def test_iterations_as_one_give_what_they_give_alone(name: str, most: int, images: int) -> None:
    """Catches what is fixed by the first of a kind: a learning rate, a random number, an iteration's number."""
    alone, together = cut(doubled(training(name, SINGLE)), images), replayed(name, SINGLE)
    cut(together.training, images)
    assert alone.length == LENGTH
    close(finished(together.training, together.iterate, most), finished(alone), 1e-9)
    rows = together.training.losses.rows
    assert rows == [pytest.approx(row, rel=1e-9, nan_ok=True) for row in alone.losses.rows]


def test_a_cycle_is_one_graph_and_one_pass_for_its_fakes() -> None:
    cycles, passes = replayed("joint", SINGLE), list[int]()
    made = cut(cycles.training, 8)
    made.losses.every = 1000
    made.method.networks["g"].register_forward_pre_hook(lambda _, given: passes.append(len(given[0])))
    cycles.iterate(100)
    assert made.done == 3
    # Two iterations of D alone with two datasets each, then for each dataset a fake and its way back.
    assert passes == [16, 4, 4, 4, 4]
    cycles.iterate(1)
    cycles.iterate(100)
    assert made.done == 6
    # and whose labels the first dataset's targets are, and whether G learns to give its input back
    d, both = (("d",), 0, False), (("d", "g"), 0, False)
    assert cycles.graphs.runs == [(0, d, d, both), (0, d), (0, d, both)]  # type: ignore[attr-defined]


def test_a_state_that_is_taken_up_needs_graphs_of_its_own() -> None:
    """Catches a graph that goes on with the moments of before."""
    cycles, alone = replayed("moods", SINGLE), cut(doubled(training("moods", SINGLE)), 8)
    cut(cycles.training, 8)
    cycles.iterate(100)
    restore(cycles.training, *copied(state_of(alone)))
    close(finished(cycles.training, cycles.iterate, 100), finished(alone), 1e-9)
    assert {run[0] for run in cycles.graphs.runs} == {0, 1}  # type: ignore[attr-defined]


def test_rows_of_the_loss_table_end_no_graph() -> None:
    """Catches a kind of graph, with memory of its own, for each place that a row has in a cycle."""
    alone, cycles = cut(doubled(training("moods", SINGLE)), 8), replayed("moods", SINGLE)
    cut(cycles.training, 8)
    alone.losses.every = cycles.training.losses.every = 2
    rows = [cycles.iterate(100), cycles.iterate(100)]
    assert [list(of_a_cycle) for of_a_cycle in rows] == [[2], [4, 6]]
    assert len(set(cycles.graphs.runs)) == 1  # type: ignore[attr-defined]
    for row in range(2, 8, 2):
        assert alone.iterate() == {}
        assert {row: pytest.approx((rows[0] | rows[1])[row], rel=1e-9)} == alone.iterate()


def test_the_next_cycles_batches_are_made_before_this_ones_losses_are_waited_for() -> None:
    cycles, events = replayed("joint", SINGLE), list[int | str]()
    made = cut(cycles.training, 8)
    batches, close_up = made.batches, made.close

    def noted(iteration: int) -> list[Batch]:
        events.append(iteration)
        return batches(iteration)

    def closed(iterations: Sequence[Sequence[Applied]]) -> dict[int, dict[str, float]]:
        events.append("close")
        return close_up(iterations)

    made.batches, made.close = noted, closed  # type: ignore[method-assign]
    for at_most in (100, 2, 100):  # a checkpoint is due after five iterations
        cycles.iterate(at_most)
    assert events == [0, 1, 2, 3, 4, 5, "close", 6, 7, "close", 8, "close"]


def test_what_is_due_ends_a_graph() -> None:
    """Catches a checkpoint, a sample or a kept generator that a graph runs past."""
    ends = [0]
    while ends[-1] < 15:
        ends.append(ends[-1] + to_the_next(ends[-1], [15, 6, 4]))
    assert ends == [0, 4, 6, 8, 12, 15]


@pytest.mark.parametrize("often", ["sample_every", "checkpoint_every", "keep_every", "judge_every", ""])
def test_each_thing_that_is_due_ends_a_graph(often: str) -> None:
    """After seven of twenty-four iterations: the next of every five comes after three, the end after seventeen."""
    params, made = settings("faces"), training("faces", SINGLE)
    every = {"sample_every": 1000, "checkpoint_every": 1000, "keep_every": 0, "judge_every": 0} | (
        {often: 5} if often else {}
    )
    parts = {"bookkeeping": params.bookkeeping.model_copy(update=every), "train": params.train.model_copy(update=every)}
    made.done = 7
    assert until_due(made, params.model_copy(update=parts)) == (3 if often else 17)


def test_an_iteration_within_a_graph_that_is_not_finite_is_named_by_its_number() -> None:
    cycles = replayed("faces", SINGLE)
    cycles.training.losses.every = 1000
    (stream,) = cycles.training.streams
    plain = stream.batch

    def batch(iteration: int, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
        images, labels = plain(iteration, device)
        return images * float("nan") if iteration == 4 else images, labels

    stream.batch = batch  # type: ignore[method-assign]
    cycles.iterate(100)
    with pytest.raises(Fault, match="iteration 5: d_real_faces, .* is not finite"):
        cycles.iterate(100)
    assert all(weights.isfinite().all() for weights in cycles.training.method.networks["d"].parameters())
