"""Every param reaches the place where it works: distinct values, looked up in the built objects."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.assembly import build_training
from stargan.data.prepared import Prepared, read_prepared, write_manifest
from stargan.domains import Classes
from stargan.engine import Training
from stargan.methods.star import Star, Weights
from stargan.params import Run, load

CHANGES = {
    "g_lr": 0.01, "d_lr": 0.02, "beta1": 0.3, "beta2": 0.7, "lambda_cls": 2.0, "lambda_rec": 3.0, "lambda_gp": 4.0,
    "n_critic": 6, "batch": 5, "flip": 0.25, "g_filters": 4, "g_blocks": 2, "d_filters": 6, "d_layers": 1, "log_every": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> list[Prepared]:
    made = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        np.save(folder / "images.npy", np.zeros((12, 8, 8, 3), np.uint8))
        np.save(folder / "labels.npy", np.eye(2, dtype=np.uint8)[np.arange(12) % 2])
        rows = pd.DataFrame({"source": "", "person": "", "split": ["train"] * 11 + ["test"]})
        write_manifest(
            folder, dataset=name, kind=Classes(("x", "y")), rows=rows, origin={"kind": "files"}, crop={}, quarantined=[]
        )
        made.append(read_prepared(folder))
    return made


def build(sets: list[Prepared], seed: int = 1, **changes: object) -> Training:
    train = load(Path(__file__).parents[2] / "params.yaml").train.model_copy(update=CHANGES | changes)
    run = Run(datasets=["one", "two"], image_size=8, unit="iterations", length=8000, decay=4000)
    return build_training("test", run, train, sets, seed, torch.device("cpu"))


def test_every_param_of_train_arrives(sets: list[Prepared]) -> None:
    made = build(sets)
    method = made.method
    assert isinstance(method, Star)
    assert method.weights == Weights(lambda_cls=2.0, lambda_rec=3.0, lambda_gp=4.0)
    assert (method.n_critic, made.losses.every) == (6, 7)
    assert [(s.size, s.flip, len(s.positions)) for s in made.streams] == [(5, 0.25, 11)] * 2
    groups = {name: optimiser.param_groups[0] for name, optimiser in made.optimisers.items()}
    assert {name: (group["lr"], group["betas"]) for name, group in groups.items()} == {
        "g": (0.01, (0.3, 0.7)),
        "d": (0.02, (0.3, 0.7)),
    }
    assert {name: len(group["params"]) for name, group in groups.items()} == {
        name: len(list(network.parameters())) for name, network in method.networks.items()
    }
    assert method.g.state_dict()["main.0.weight"].shape == (4, 3 + 6, 7, 7)
    assert sum(key.endswith("main.0.weight") and key.count("main") == 2 for key in method.g.state_dict()) == 2
    assert [tuple(p.shape) for name, p in method.d.named_parameters() if name == "main.0.weight"] == [(6, 3, 4, 4)]
    assert len(method.d.main) == 1


@pytest.mark.parametrize(
    ("step", "chosen"), [("plain", "plain_discriminator_update"), ("fast", "fast_discriminator_update")]
)
def test_the_step_is_the_one_asked_for(sets: list[Prepared], step: str, chosen: str) -> None:
    method = build(sets, step=step).method
    assert isinstance(method, Star)
    assert method.discriminator_update.__name__ == chosen


@pytest.mark.parametrize(("schedule", "last"), [("paper", 1 / 4000), ("official", 1 - 3 / 4000)])
def test_the_schedule_is_the_one_asked_for(sets: list[Prepared], schedule: str, last: float) -> None:
    assert build(sets, schedule=schedule).rate_factor(7999) == pytest.approx(last)


def test_the_seed_reaches_networks_order_and_draws(sets: list[Prepared]) -> None:
    first, other = build(sets, seed=1), build(sets, seed=2)
    for name in "gd":
        key = "main.0.weight"
        assert not torch.equal(first.method.networks[name].state_dict()[key], other.method.networks[name].state_dict()[key])
    assert len({stream.seed for stream in [*first.streams, *other.streams]}) == 4
    assert (first.seed, other.seed) == (1, 2)
