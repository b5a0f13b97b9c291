"""What exists on a GPU alone: graphs, resident images, mixed precision. `pytest -m gpu`; deselected where there is none."""

import os
from typing import Any, cast

import pytest
import torch

from bench.setup import noise
from stargan.data.pixels import from_uint8, to_device_if_fits
from stargan.models.networks.residual import reflected
from stargan.training.assembly import build_training
from stargan.training.assembly.compiled import compile_step
from stargan.training.engine import Training
from stargan.training.graphs import CycleGraphs
from stargan.training.methods.star import Star
from stargan.training.state import restore, state_of
from support.trainings import ITERATIONS, KINDS, METHODS, close, cut, doubled, effective, finished, settings
from support.trainings import noise as small

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")]
GPU = torch.device("cuda", 0)
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism


def training(name: str, *, bf16: bool = False, images: int = 8) -> Training:
    torch.use_deterministic_algorithms(True)
    made = cut(build_training(name, settings(name), {dataset: small(dataset) for dataset in KINDS}, GPU), images)
    made.bf16 = bf16
    return made


def equal(ours: Training, theirs: Training) -> None:
    """Fail where two states differ in a bit."""
    found = state_of(ours)[0]
    for key, value in state_of(theirs)[0].items():
        assert torch.equal(found[key].nan_to_num(-1), value.nan_to_num(-1)), key


@pytest.mark.parametrize("images", [8, 19])
@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_a_graph_gives_what_its_kernels_give(name: str, bf16: bool, images: int) -> None:
    captured, eager = (training(name, bf16=bf16, images=images) for _ in "ab")
    cycles = CycleGraphs(captured)
    for _ in range(captured.length):
        cycles.iterate(1)
        eager.iterate()
    equal(captured, eager)
    phases = {(0, captured.method.phase(iteration)) for iteration in range(captured.length)}
    assert images != 8 or {kind for kind, _ in cast(Any, cycles.graphs.captured)} == phases


@pytest.mark.parametrize("name", METHODS)
def test_a_cycle_as_one_graph_gives_what_its_iterations_give_alone(name: str) -> None:
    """In float64: G's pass for several iterations rounds otherwise than one for each."""
    together, alone = doubled(training(name)), doubled(training(name))
    together.losses.every = alone.losses.every = 1000
    cycles = CycleGraphs(together)
    close(finished(together, cycles.iterate, together.length), finished(alone), 1e-9)
    assert cycles.graphs.captured


@pytest.mark.parametrize("name", METHODS)
def test_resumed_equals_uninterrupted(name: str) -> None:
    whole, first, second = (training(name) for _ in range(3))
    takes = {id(made): CycleGraphs(made).iterate for made in (whole, first, second)}
    for made, count in ((whole, 20), (first, 11)):
        for _ in range(count):
            takes[id(made)](1)
    restore(second, *state_of(first))
    for _ in range(9):
        takes[id(second)](1)
    equal(second, whole)


def test_pixels_are_those_of_the_cpu_bit_for_bit() -> None:
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1)
    assert torch.equal(from_uint8(levels.to(GPU)).cpu(), from_uint8(levels))


def test_images_that_fit_lie_on_the_gpu() -> None:
    images = noise("noise", 32, 5, 64).images
    assert to_device_if_fits(images, GPU).is_cuda
    assert torch.equal(to_device_if_fits(images, GPU).cpu(), torch.from_numpy(images))


@pytest.mark.parametrize("form", ["fast", "plain"])
@pytest.mark.parametrize("name", METHODS)
def test_weights_after_twenty_iterations_in_float64_are_those_of_the_cpu(name: str, form: str) -> None:
    """There they are those of a loop with `backward()` and an unfused Adam (tests/engine/test_updates.py).

    The rate is one that float32 holds, and stays: a GPU takes it as a float32 tensor.
    """
    sets = {dataset: small(dataset) for dataset in KINDS}
    made, other = (doubled(build_training(name, settings(name), sets, device)) for device in (GPU, torch.device("cpu")))
    for each in (made, other):
        if isinstance(each.method, Star) and form == "plain":
            each.method.discriminator_update = each.method.plain_discriminator_update
        each.rate_factors = dict.fromkeys(each.optimisers, lambda _: 1.0)
        for optimiser in each.optimisers.values():
            optimiser.param_groups[0]["initial_lr"] = 2.0**-13
        take = CycleGraphs(each).iterate if each.device == GPU else lambda _, made=each: made.iterate()
        for _ in range(ITERATIONS):
            take(1)
    found = effective(made)
    for key, value in effective(other).items():
        # A running mean follows the bias before its norm, which rounding alone moves: the norm takes the bias away.
        near = 1e-6 if key.endswith(".running_mean") else 1e-9
        assert (found[key].cpu() - value).double().norm() <= near * value.double().norm(), key


def test_a_thousand_iterations_as_graphs_give_what_their_kernels_give() -> None:
    captured, eager = training("joint"), training("joint")
    take = CycleGraphs(captured).iterate
    for _ in range(1000):
        take(1)
        eager.iterate()
    equal(captured, eager)


def test_a_compiled_cycle_as_one_graph_gives_what_is_not_compiled_does() -> None:
    """In float64; the compiler rounds otherwise."""
    compiled, plain = doubled(training("cross")), doubled(training("cross"))
    assert isinstance(compiled.method, Star)
    compile_step(compiled.method)
    cycles = CycleGraphs(compiled)
    close(finished(compiled, cycles.iterate, compiled.length), finished(plain), 1e-7)
    assert cycles.graphs.captured


def test_reflected_borders_have_a_gradient() -> None:
    x = torch.randn(2, 3, 8, 8, device=GPU, requires_grad=True)
    reflected(x, 3).square().sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
