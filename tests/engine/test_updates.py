"""What an optimiser makes of the gradients: weights, against a loop with `backward()` and an Adam that fuses nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
import torch
from torch import Tensor, nn

from stargan.data.domains import Attributes, DomainSpace
from stargan.data.stream import Batch
from stargan.models.translators import Translator
from stargan.training.engine import Training
from stargan.training.loss_table import LossTable
from stargan.training.means import Means
from stargan.training.methods.base import Method, Update
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from stargan.training.state import restore, state_of
from support.trainings import CPU, ITERATIONS, METHODS, doubled, effective, training

FORMS = [*((name, "fast") for name in METHODS), *((name, "plain") for name in ("faces", "moods", "joint", "cross"))]


def built(name: str, form: str) -> Training:
    made = training(name, SINGLE)
    if isinstance(made.method, Star) and form == "plain":
        made.method.discriminator_update = made.method.plain_discriminator_update
    return made


def by_loop(made: Training, iterations: int) -> dict[str, Tensor]:
    """Train as a tutorial would: `backward()` of each objective, then one Adam for each network; return the weights."""
    networks = made.method.networks
    adams = {}
    for name, network in networks.items():
        group = made.optimisers[name].param_groups[0]
        adams[name] = torch.optim.Adam(
            network.parameters(), group["initial_lr"], betas=group["betas"], fused=False, foreach=False
        )
        adams[name].param_groups[0]["initial_lr"] = group["initial_lr"]
    for iteration in range(iterations):
        random = torch.Generator().manual_seed(made.seed * 1_000_003 + iteration)
        images, labels = zip(*(stream.batch(iteration, CPU) for stream in made.streams), strict=True)
        batches = list(map(Batch, images, labels, made.method.draw(iteration, labels, random)))
        for update in made.method.updates(iteration, batches):
            for network in networks.values():
                network.zero_grad()
            update.objective.backward()  # type: ignore[no-untyped-call]
            for parameter in networks[update.network].parameters():
                if parameter.grad is None:  # Adam would pass over it, and the moments of an earlier update with it
                    parameter.grad = torch.zeros_like(parameter)
            group = adams[update.network].param_groups[0]
            group["lr"] = group["initial_lr"] * made.rate_factors[update.network](iteration)
            adams[update.network].step()
    return effective(made)


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_weights_after_twenty_iterations_in_float64(name: str, form: str) -> None:
    """Catches gradients that are right and reach the optimiser in other strides than the parameter's."""
    made = doubled(built(name, form))
    expected = by_loop(doubled(built(name, "plain")), ITERATIONS)
    for _ in range(ITERATIONS):
        made.iterate()
    found = effective(made)
    for key, value in expected.items():
        # A running mean follows the bias before its norm, which rounding alone moves: the norm takes the bias away.
        near = 1e-6 if key.endswith(".running_mean") else 1e-9
        assert (found[key] - value).double().norm() <= near * value.double().norm(), key


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_weights_after_one_update_in_float32(name: str, form: str) -> None:
    made = built(name, form)
    expected = by_loop(built(name, "plain"), 1)
    made.iterate()
    found = effective(made)
    for key, value in expected.items():
        assert (found[key] - value).double().norm() <= 1e-6 * value.double().norm(), key


LAYOUTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda t: t.contiguous(),
    "transposed": lambda t: t.transpose(0, 1).contiguous().transpose(0, 1),
    "channels last": lambda t: t.contiguous(memory_format=torch.channels_last),
    "a part of a larger one": lambda t: torch.stack([t, t], dim=-1)[..., 0],
}


class OneConvolution(Method):
    """A method that gives the gradient of a sum of squares by hand, in a layout of its own."""

    def __init__(self, weight: Tensor, layout: str) -> None:
        self.layer = nn.Conv2d(3, 5, 4, bias=False)
        self.layer.weight = nn.Parameter(weight)
        self.networks: Mapping[str, nn.Module] = {"n": self.layer}
        self.translating = ()
        self.layout = LAYOUTS[layout]

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:
        objective = self.layer.weight.pow(2).sum()
        yield Update("n", objective, {}, {"weight": self.layout(2 * self.layer.weight.detach())})

    def translator(self, networks: Mapping[str, nn.Module]) -> Translator:
        raise NotImplementedError


def one_convolution(weight: str, gradient: str) -> Training:
    torch.manual_seed(4)
    method = OneConvolution(LAYOUTS[weight](torch.randn(5, 3, 4, 4, dtype=torch.float64)), gradient)
    adam = torch.optim.Adam(method.layer.parameters(), 0.1, fused=True)
    adam.param_groups[0]["initial_lr"] = 0.1
    space = DomainSpace(("one",), (Attributes(("a",)),))
    return Training(method, space, {"n": adam}, [], {"n": lambda _: 1.0}, 9, 1, LossTable(100), CPU, Means({}, [], 0))


def unfused(iterations: int) -> Tensor:
    torch.manual_seed(4)
    weight = torch.randn(5, 3, 4, 4, dtype=torch.float64).requires_grad_()
    adam = torch.optim.Adam([weight], 0.1, fused=False, foreach=False)
    for _ in range(iterations):
        adam.zero_grad()
        weight.pow(2).sum().backward()  # type: ignore[no-untyped-call]
        adam.step()
    return weight.detach()


@pytest.mark.parametrize("gradient", LAYOUTS)
@pytest.mark.parametrize("weight", ["contiguous", "transposed", "channels last"])
def test_gradients_of_any_layout_reach_the_optimiser_in_the_parameters(weight: str, gradient: str) -> None:
    made = one_convolution(weight, gradient)
    for _ in range(3):
        made.iterate()
    torch.testing.assert_close(made.method.networks["n"].weight.data, unfused(3), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("weight", ["contiguous", "transposed", "channels last"])
def test_restored_moments_take_the_parameters_layout(weight: str) -> None:
    """Catches a resume from a file, in which all is contiguous, by weights that are not."""
    made, again = one_convolution(weight, "contiguous"), one_convolution(weight, "contiguous")
    made.iterate()
    tensors, header = state_of(made)
    restore(again, {name: tensor.contiguous() for name, tensor in tensors.items()}, header)
    for _ in range(2):
        again.iterate()
    torch.testing.assert_close(again.method.networks["n"].weight.data, unfused(3), rtol=1e-12, atol=1e-12)
