"""bfloat16: convolutions alone are rounded; losses, gradients, weights and the penalty's norm stay float32."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from stargan.training.engine import Training
from stargan.training.methods.star import Star
from stargan.training.ranks import SINGLE
from support.trainings import METHODS, training

NEAR = {"d": 0.998, "g": 0.85}
"""Least cosine between gradients. G's is lower: the sign of a difference that is near 0 is rounding's. The encoders' has
none: batch normalisation over four values magnifies what is rounded, and over iterations it lay between -0.5 and 1."""


def updated(name: str, *, bf16: bool, plain: bool = False, done: int = 2) -> tuple[Training, dict[str, Tensor]]:
    """Take an iteration, by default one that trains StarGAN's G too; return the first gradient of each network."""
    made = training(name, SINGLE)
    made.bf16, made.done = bf16, done
    if plain and isinstance(made.method, Star):
        made.method.discriminator_update = made.method.plain_discriminator_update
    seen: dict[str, Tensor] = {}

    def note(network: str) -> Any:
        def hook(given: torch.optim.Optimizer, *_: Any) -> None:
            parts = [p.grad.flatten().clone() for group in given.param_groups for p in group["params"]]
            seen.setdefault(network, torch.cat(parts))

        return hook

    for network, optimiser in made.optimisers.items():
        optimiser.register_step_pre_hook(note(network))
    made.iterate()
    return made, seen


def losses(made: Training) -> dict[str, float]:
    assert {value.dtype for _, value in made.losses.newest.values()} == {torch.float32}
    return {key: value.item() for key, (_, value) in made.losses.newest.items()}


@pytest.mark.parametrize(("name", "done"), [*((name, 2) for name in METHODS), ("icgan", 13)])  # its encoders
def test_losses_and_gradients_are_near_and_of_full_precision(name: str, done: int) -> None:
    exact, expected = updated(name, bf16=False, done=done)
    made, rounded = updated(name, bf16=True, done=done)
    for network, gradient in rounded.items():
        assert gradient.dtype == torch.float32
        assert not torch.equal(gradient, expected[network])  # else nothing was rounded
        assert F.cosine_similarity(gradient, expected[network], dim=0) > NEAR.get(network[0], -1), network
    assert losses(made) == pytest.approx(losses(exact), rel=0.02, abs=0.005)
    for trained in made.method.networks.values():
        assert {p.dtype for p in trained.parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["faces", "moods", "joint"])
def test_the_step_by_hand_rounds_as_the_plain_one_does(name: str) -> None:
    made, by_hand = updated(name, bf16=True)
    exact, plain = updated(name, bf16=True, plain=True)
    assert F.cosine_similarity(by_hand["d"], plain["d"], dim=0) > 0.9998
    assert losses(made) == pytest.approx(losses(exact), rel=0.01, abs=0.002)


def test_weights_are_read_anew_after_each_update() -> None:
    """Copies in bfloat16 that outlive D's update would let G meet a D from before it."""
    made = training("faces", SINGLE)
    made.bf16, made.done = True, 2  # an iteration that trains G too
    for optimiser in made.optimisers.values():
        optimiser.param_groups[0]["initial_lr"] = 0.5  # a change that no rounding hides
    given: list[Tensor] = []
    d = made.method.networks["d"]
    d.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0].detach()))
    made.iterate()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        src, _ = d(given[-1])
    assert made.losses.newest["g_fake_faces"][1].item() == pytest.approx(src.mean().item(), rel=1e-6)
