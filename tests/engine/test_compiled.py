"""The compiled step: the same weights, rounding apart; refused where it can't be had."""

import pytest
import torch

from stargan.errors import Fault, one_line
from stargan.models.networks.star import InstanceNorm
from stargan.training.assembly import build_training
from stargan.training.assembly.compiled import compile_step
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from stargan.training.state import copied, restore, state_of
from stargan.training.stopping import Stopped
from support.trainings import CPU, ITERATIONS, KINDS, close, doubled, effective, noise, settings, training


def test_weights_after_twenty_iterations_are_those_of_the_step_as_it_is() -> None:
    """Catches an operation that the compiler takes in another way, and norms by another formula; both kinds of labels."""
    expected, made = doubled(training("cross", SINGLE)), doubled(training("cross", SINGLE))
    assert isinstance(made.method, Star)
    compile_step(made.method, "aot_eager")  # all but the last step, which writes code for the device
    torch._dynamo.utils.counters.clear()
    counters, graphs = torch._dynamo.utils.counters, list[int]()
    for _ in range(ITERATIONS):
        expected.iterate()
        made.iterate()
        graphs.append(counters["stats"]["unique_graphs"])
    close(effective(made), effective(expected), 1e-8)
    assert not counters["graph_break"], "D's gradients are no longer one graph"
    # Each shape once: G with and without gradients, D and its gradients; own and cross, whole batches and an epoch's last.
    assert graphs[0] == 3  # G, and D's gradients for both kinds of labels
    assert len(set(graphs[15:])) == 1
    assert torch._dynamo.config.recompile_limit > graphs[-1]
    plain = doubled(training("cross", SINGLE))  # goes on from there: a checkpoint is the same whatever it was made by
    restore(plain, *copied(state_of(made)))
    made.iterate()
    plain.iterate()
    close(effective(made), effective(plain), 1e-8)


def test_in_bfloat16_it_rounds_as_the_step_does() -> None:
    made, expected = training("moods", SINGLE), training("moods", SINGLE)
    assert isinstance(made.method, Star)
    compile_step(made.method, "aot_eager")
    for each in (made, expected):
        each.bf16 = True
        each.iterate()
    told = {name: float(value) for name, (_, value) in made.losses.newest.items()}
    assert told == pytest.approx(
        {name: float(value) for name, (_, value) in expected.losses.newest.items()}, rel=0.02, abs=0.005
    )
    for parameter in made.method.d.parameters():
        assert parameter.dtype == torch.float32


@pytest.mark.parametrize("asked", ["no-such-compiler", "no-such-compiler -m64"])
def test_what_torch_can_not_compile_is_one_line(asked: str) -> None:
    def backend(*_: object) -> object:
        raise RuntimeError(asked)

    with pytest.raises(RuntimeError) as raised:
        torch.compile(lambda x: x + 1, backend=backend)(torch.ones(1))
    line = one_line(raised.value)
    assert asked in line
    assert line.startswith("params.yaml: train.compile = true")
    assert "\n" not in line


def test_to_be_asked_to_stop_while_torch_compiles_is_no_failure_of_the_compiler() -> None:
    def backend(*_: object) -> object:
        raise Stopped

    with pytest.raises(Stopped):
        torch.compile(lambda x: x + 2, backend=backend)(torch.ones(1))


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
    with pytest.raises(Fault, match="no compiler no-such-compiler; install it"):
        build_training("moods", params, {dataset: noise(dataset) for dataset in KINDS}, CPU)
