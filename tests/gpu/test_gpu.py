"""What exists on a GPU alone: graphs, resident images, mixed precision. `pytest -m gpu`; deselected where there is none."""

from collections.abc import Iterator

import pytest
import torch

from bench.setup import noise
from stargan.data.stream import placed
from stargan.models.networks.residual import reflected
from stargan.training.assembly import build_training
from stargan.training.engine import Training
from support.trainings import KINDS, METHODS, close, cut, doubled, finished, settings
from support.trainings import noise as small

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"),
]
GPU = torch.device("cuda", 0)


def training(name: str, *, graphs: bool = True, bf16: bool = False, images: int = 8) -> Training:
    torch.use_deterministic_algorithms(True)
    made = cut(build_training(name, settings(), {dataset: small(dataset) for dataset in KINDS}, GPU), images)
    made.bf16 = bf16
    if not graphs:
        made._graphs = None
    return made


@pytest.mark.parametrize("images", [8, 11])
@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_a_graph_gives_what_its_kernels_give(name: str, bf16: bool, images: int) -> None:
    captured, eager = (training(name, graphs=graphs, bf16=bf16, images=images) for graphs in (True, False))
    for _ in range(20):
        captured.iterate()
        eager.iterate()
    for key, value in eager.state()[0].items():
        assert torch.equal(captured.state()[0][key].nan_to_num(-1), value.nan_to_num(-1)), key


@pytest.mark.parametrize("name", METHODS)
def test_a_cycle_as_one_graph_gives_what_its_iterations_give_alone(name: str) -> None:
    """In float64: G's pass for several iterations rounds otherwise than one for each."""
    together, alone = doubled(training(name)), doubled(training(name, graphs=False))
    together.losses.every = alone.losses.every = 1000
    close(finished(together, together.length), finished(alone, 1), 1e-9)
    assert together._graphs
    assert together._graphs._captured


@pytest.mark.parametrize("name", METHODS)
def test_resumed_equals_uninterrupted(name: str) -> None:
    whole, first, second = (training(name) for _ in range(3))
    for _ in range(20):
        whole.iterate()
    for _ in range(11):
        first.iterate()
    second.restore(*first.state())
    for _ in range(9):
        second.iterate()
    for key, value in whole.state()[0].items():
        assert torch.equal(second.state()[0][key].nan_to_num(-1), value.nan_to_num(-1)), key


def test_images_that_fit_lie_on_the_gpu() -> None:
    images = noise("noise", 32, 5, 64).images
    assert placed(images, GPU).is_cuda
    assert torch.equal(placed(images, GPU).cpu(), torch.from_numpy(images))


@pytest.fixture
def no_tf32() -> Iterator[None]:
    """Convolutions in float32 as on the CPU. torch's object can't be patched back: it computes this attribute."""
    conv = torch.backends.cudnn.conv  # type: ignore[attr-defined]
    before, conv.fp32_precision = conv.fp32_precision, "ieee"
    yield
    conv.fp32_precision = before


@pytest.mark.usefixtures("no_tf32")
def test_losses_of_twenty_iterations_are_those_of_the_cpu() -> None:
    made = training("joint", images=11)
    other = build_training("joint", settings(), {d: small(d) for d in KINDS}, torch.device("cpu"))
    for _ in range(20):
        made.iterate()
        other.iterate()
        for key, (_, value) in other.losses.newest.items():
            assert made.losses.newest[key][1].item() == pytest.approx(value.item(), rel=1e-3, abs=1e-4), key


def test_reflected_borders_have_a_gradient() -> None:
    x = torch.randn(2, 3, 8, 8, device=GPU, requires_grad=True)
    reflected(x, 3).square().sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
