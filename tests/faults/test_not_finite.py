"""Values that are not finite on the way of a training."""

import signal
from collections.abc import Callable, Iterator
from math import inf, nan
from pathlib import Path

import pytest
import torch

from faults.cells import REFUSED, Copy, Tell
from stages import train
from stargan.core.params import load
from stargan.data.domains import DomainSpace
from stargan.errors import Fault
from stargan.training import losses
from stargan.training.engine import Training
from support.processes import hashes

AT = 5
"""Iterations done before the poison: the sixth trains D and G, and the last checkpoint was written after four."""


def weights(network: str, value: float) -> Callable[[Training, pytest.MonkeyPatch], None]:
    """Return a poison of one weight of the first network whose name begins so."""

    def poison(made: Training, _: pytest.MonkeyPatch) -> None:
        name = next(name for name in sorted(made.method.networks) if name.startswith(network))
        with torch.no_grad():
            next(made.method.networks[name].parameters()).view(-1)[0] = value

    return poison


def term(owner: object, name: str, value: float) -> Callable[[Training, pytest.MonkeyPatch], None]:
    """Return a poison of what a loss function returns."""

    def poison(_: Training, patch: pytest.MonkeyPatch) -> None:
        function = getattr(owner, name)
        patch.setattr(owner, name, lambda *given, **named: function(*given, **named) + value)

    return poison


VALUES = {"NaN": nan, "Inf": inf, "-Inf": -inf}
POISONS: dict[str, tuple[str, Callable[[Training, pytest.MonkeyPatch], None], str]] = {
    **{
        f"{kind} in a weight of {network.upper()}, {run}": (run, weights(network, value), "is not finite")
        for kind, value in VALUES.items()
        for network in ("g", "d")
        for run in ("rafd", "both", "diat-rafd", "cyclegan-rafd", "icgan-rafd")
    },
    **{f"{kind} penalty": ("rafd", term(losses, "gradient_penalty", value), "d_gp_rafd") for kind, value in VALUES.items()},
    **{f"{kind} reconstruction": ("both", term(losses, "reconstruction", value), "g_rec") for kind, value in VALUES.items()},
    **{
        f"{kind} classification": ("rafd", term(DomainSpace, "classification_loss", value), "d_cls_rafd")
        for kind, value in VALUES.items()
    },
}


@pytest.fixture
def signals() -> Iterator[None]:
    """Give back the signal handlers that a training takes."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("poison", POISONS)
def test_a_value_that_is_not_finite(
    trainable: Path, copy: Copy, tell: Tell, monkeypatch: pytest.MonkeyPatch, poison: str
) -> None:
    """Catches a training that goes on with values that are none, or loses the checkpoint from before them."""
    run, spoil, said = POISONS[poison]
    folder = copy(trainable)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setattr("stargan.tracking.find_spec", lambda name: None)
    iterate, kept, steps = Training.iterate, dict[Path, bytes](), 0

    def struck(made: Training) -> dict[int, dict[str, float]]:
        nonlocal steps
        if made.done >= AT:
            steps += 1
        if steps == 1:
            spoil(made, monkeypatch)
            kept.update({path: path.read_bytes() for path in checkpoints(folder)})
        return iterate(made)

    monkeypatch.setattr(Training, "iterate", struck)
    before = hashes(folder)
    with pytest.raises(Fault, match=f"iteration {AT + 1}: .*{said}.*; the last checkpoint is kept"):
        train.run(run, load())
    assert steps == 1
    assert len(kept) == 2
    assert {path: path.read_bytes() for path in checkpoints(folder)} == kept
    assert hashes(folder) == before
    tell("NaN guard", poison.split(",")[0], f"train {run}", REFUSED)


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of a workspace."""
    return sorted(folder.glob("data/checkpoints/*/*/0*.safetensors"))
