"""The first iterations, in which G learns to give its input back and nothing else (`train.reconstruct_first`)."""

import pytest
import torch

from stargan.training.assembly.budget import flops, flops_of_iteration
from stargan.training.engine import Training
from stargan.training.methods.base import Update
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from support.trainings import FIRST, training


def updates_of(made: Training, iteration: int) -> list[Update]:
    """Return the updates of G in an iteration that are computed from weights as drawn."""
    assert isinstance(made.method, Star)
    return [one for one in made.method.updates(iteration, made.batches(iteration)) if one.network == "g"]


def test_g_is_asked_for_its_input_alone() -> None:
    """Catches the term of Eq. 4, which comes back by another label, and a weight or a term of Eq. 6 beside it."""
    made = training("cross", SINGLE)
    last = made.method.cycle - 1
    assert last < FIRST
    star = made.method
    assert isinstance(star, Star)
    for dataset, (update, batch) in enumerate(zip(updates_of(made, last), made.batches(last), strict=True)):
        c_trg = star.space.vector(batch.draws["label_trg"], star.labelled_as(last, dataset))
        distance = (batch.images - star.g(batch.images, c_trg)).abs().mean()
        torch.testing.assert_close(update.objective, 30 * distance)
        assert [name.split("_")[:2] for name in update.terms] == [["g", "rec"]]


@pytest.mark.parametrize(("iteration", "translates"), [(2, False), (5, True), (8, True)])
def test_it_translates_afterwards(iteration: int, translates: bool) -> None:
    """FIRST is 5: catches a count of G's updates, or of cycles, in place of iterations, and one too many."""
    terms = {term for update in updates_of(training("cross", SINGLE), iteration) for term in update.terms}
    assert any(term.startswith("g_cls") for term in terms) == translates


def test_d_learns_from_the_first_iteration_on() -> None:
    made = training("cross", SINGLE)
    before = [p.clone() for p in made.method.networks["d"].parameters()]
    made.iterate()
    assert not any(torch.equal(old, new) for old, new in zip(before, made.method.networks["d"].parameters(), strict=True))


def test_operations_are_those_of_each_iteration() -> None:
    """Catches one iteration that stands for all of D and G, whatever G learns: in the first ones one pass back is less."""
    made = training("cross", SINGLE)
    batches = [(batch.images.to("meta"), batch.labels.to("meta")) for batch in made.batches(0)]
    for network in made.method.networks.values():
        network.to("meta")
    each = [flops_of_iteration(made.method, batches, iteration) for iteration in range(12)]
    assert each[2] < each[8]
    assert flops(made.method, batches, 12) == sum(each)


def test_a_graph_of_these_iterations_serves_no_later_one() -> None:
    star = training("cross", SINGLE).method
    assert star.phase(2) != star.phase(8)  # both train G, to the datasets' own labels
