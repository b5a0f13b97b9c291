"""The loop that the benchmark measures against: it trains the same thing, and does what the released loop does besides."""

import copy

import pytest
import torch
from torch import nn

from bench.reference import N_CRITIC, Reference
from stargan.data.domains import Attributes, DomainSpace
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.methods.star import Settings, Star


def test_its_losses_are_those_of_the_equations() -> None:
    """Catches a ratio that was won by leaving a part of the work out."""
    torch.manual_seed(1)
    loop = Reference(16, 3, g=Generator(3, 4, 1), d=Discriminator(16, 3, 4, 2))
    space = DomainSpace(("one",), (Attributes(("a", "b", "c"), ()),))
    x, label = torch.rand(5, 3, 16, 16) * 2 - 1, torch.eye(3)[[0, 1, 2, 1, 0]]
    method = Star(copy.deepcopy(loop.g), copy.deepcopy(loop.d), space, Settings(1.0, 10.0, 10.0, N_CRITIC))
    torch.manual_seed(7)
    loop.iterate(N_CRITIC - 1, x, label)
    torch.manual_seed(7)
    label_trg, alpha = label[torch.randperm(5)], torch.rand(5, 1, 1, 1)
    x_fake = method.g(x, label_trg)
    d = method.plain_discriminator_update(x, x_fake.detach(), alpha, label, 0)
    for name in ("d_fake", "d_gp", "d_cls"):
        assert loop.read[name] == pytest.approx(d.terms[f"{name}"].item(), rel=1e-5)
    assert loop.read["d_real"] == pytest.approx(-d.terms["d_real"].item(), rel=1e-5)
    method.d.load_state_dict(loop.d.state_dict())  # D has taken its step before G's update
    g = method.generator_update(x, x_fake, x_fake, label, label_trg, 0)
    for name in ("g_cls", "g_rec"):
        assert loop.read[name] == pytest.approx(g.terms[f"{name}"].item(), rel=1e-5)
    assert loop.read["g_fake"] == pytest.approx(-g.terms["g_fake"].item(), rel=1e-5)


def test_it_has_plain_convolutions_and_running_statistics_that_nothing_uses() -> None:
    loop = Reference(16, 3, g=Generator(3, 4, 1), d=Discriminator(16, 3, 4, 2))
    network = loop.g
    assert {type(module) for module in loop.d.modules()} == {Discriminator, nn.ModuleList, nn.Conv2d}
    norms = [module for module in network.modules() if isinstance(module, nn.InstanceNorm2d)]
    assert len(norms) == 7
    network(torch.rand(2, 3, 16, 16), torch.zeros(2, 3))
    assert all(norm.running_mean is not None and norm.running_mean.abs().sum() > 0 for norm in norms)
