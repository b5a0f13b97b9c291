"""Means of weights (`train.ema`): what they are, and that they are what translates."""

from pathlib import Path

import pytest
import torch
from torch import nn

from stargan.core.tensors import read_tensors, write_tensors
from stargan.training.assembly import model_tensors
from stargan.training.engine import Training
from stargan.training.ranks import SINGLE
from stargan.training.state import restore, state_of
from support.trainings import METHODS, close, doubled, training

EMA = 0.9  # of the trainings that have means


def weights(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in network.named_parameters()}


def test_a_mean_is_that_of_all_weights_after_updates_with_geometric_shares() -> None:
    """After k updates: ema^k w_0 + (1 - ema) sum of ema^(k - i) w_i. D's iterations, two of three, count nothing."""
    made = doubled(training("cross", SINGLE))
    g, seen = made.method.networks["g"], [weights(made.method.networks["g"])]
    assert set(made.means.networks) == {"g"}
    made.optimisers["g"].register_step_post_hook(lambda *_: seen.append(weights(g)))
    take(made, 9)
    updates = len(seen) - 1
    assert updates == 3 * 2  # of each of two datasets
    for name, mean in made.means.networks["g"].named_parameters():
        wanted = EMA**updates * seen[0][name]
        for i in range(1, updates + 1):
            wanted = wanted + (1 - EMA) * EMA ** (updates - i) * seen[i][name]
        torch.testing.assert_close(mean, wanted, rtol=1e-12, atol=1e-12)
        assert not mean.requires_grad


@pytest.mark.parametrize("name", ["cross", "icgan"])
def test_the_means_translate_and_are_written(name: str) -> None:
    made = training(name, SINGLE)
    for _ in range(made.length):
        made.iterate()
    written = model_tensors(made)
    kinds = {key.partition(".")[0] for key in written}
    assert kinds == set(made.means.networks) == set(made.method.translating)
    differ = 0
    for key, value in written.items():
        network, _, rest = key.partition(".")
        assert torch.equal(value, made.means.networks[network].state_dict()[rest])
        own = made.method.networks[network].state_dict()[rest]
        if rest in dict(made.means.networks[network].named_buffers()):
            assert torch.equal(value, own), key  # running statistics are those of now
        differ += not torch.equal(value, own)
    assert differ > 0
    x = torch.rand(2, 3, 16, 16)
    path = [made.space.vector(torch.eye(made.space.kinds[0].width)[:2], 0)] * 2
    made_by = [made.method.translator(networks).translate(x, path) for networks in (made.translating, made.means.networks)]
    assert torch.equal(*made_by)
    assert not torch.equal(made_by[0], made.method.translator(made.method.networks).translate(x, path))


@pytest.mark.parametrize("name", [name for name in METHODS if name not in ("cross", "icgan")])
def test_without_them_the_networks_themselves_translate(name: str) -> None:
    made = training(name, SINGLE)
    assert made.means.networks == {}
    assert all(network is made.method.networks[key] for key, network in made.translating.items())
    assert not any(key.startswith("mean.") for key in state_of(made)[0])


def test_a_training_with_means_goes_on_from_a_file_bit_for_bit(tmp_path: Path) -> None:
    """The mean is a part of the state: taken from the weights of now, it would jump."""
    through, stopped = training("cross", SINGLE), training("cross", SINGLE)
    take(through, 12)
    take(stopped, 7)
    tensors, header = state_of(stopped)
    write_tensors(tmp_path / "state.safetensors", tensors, header)
    resumed = training("cross", SINGLE)
    restore(resumed, *read_tensors(tmp_path / "state.safetensors"))
    take(resumed, 12)
    close(state_of(resumed)[0], state_of(through)[0], 0)


def take(made: Training, iterations: int) -> None:
    """Take iterations until so many are done."""
    while made.done < iterations:
        made.iterate()
