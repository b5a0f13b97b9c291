"""The compiled step: the same weights, rounding apart; refused where it can't be had."""

import pytest
import torch

from stargan.errors import Fault
from stargan.models.networks.star import InstanceNorm
from stargan.training.assembly import build_training
from stargan.training.assembly.compiled import compile_step
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from support.trainings import CPU, ITERATIONS, KINDS, close, doubled, effective, noise, settings, training


def test_weights_after_twenty_iterations_are_those_of_the_step_as_it_is() -> None:
    """Catches an operation that the compiler takes in another way, and norms by another formula; both kinds of labels."""
    expected, made = doubled(training("cross", SINGLE)), doubled(training("cross", SINGLE))
    assert isinstance(made.method, Star)
    compile_step(made.method, "aot_eager")  # all but the last step, which writes code for the device
    torch._dynamo.utils.counters.clear()
    for _ in range(ITERATIONS):
        expected.iterate()
        made.iterate()
    close(effective(made), effective(expected), 1e-8)
    counters = torch._dynamo.utils.counters
    assert counters["stats"]["unique_graphs"] > 0
    assert not counters["graph_break"], "D's gradients are no longer one graph"


def test_the_norm_that_is_compiled_is_torchs_own() -> None:
    norm, x = InstanceNorm(3), torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(5)) * 3 + 1
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 1, 2]))
        norm.bias.copy_(torch.tensor([0.0, -1, 3]))
    compiled = torch.compile(norm, backend="eager")
    torch.testing.assert_close(compiled(x), norm(x), rtol=1e-5, atol=1e-5)


def test_without_a_compiler_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    params = settings()
    params = params.model_copy(update={"train": params.train.model_copy(update={"compile": True})})
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(Fault, match="no C\\+\\+ compiler no-such-compiler; install it"):
        build_training("moods", params, {dataset: noise(dataset) for dataset in KINDS}, CPU)
