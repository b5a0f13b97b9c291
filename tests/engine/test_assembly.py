"""Every param reaches the place where it works: distinct values, looked up in the built objects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from stargan.core.params import Params, Run, load
from stargan.core.tensors import write_tensors
from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.data.stream import Batch
from stargan.errors import Fault
from stargan.models.assembly import load_model
from stargan.models.translators import Translator
from stargan.training import adversaries
from stargan.training.assembly import budget, build_training, cost_of, model_header, model_tensors
from stargan.training.engine import Training
from stargan.training.methods.base import Method, Update
from stargan.training.methods.cyclegan import CycleGan
from stargan.training.methods.diat import Diat
from stargan.training.methods.icgan import IcGan
from stargan.training.methods.star import Settings, Star
from support.sets import in_turn, write_set

CHANGES = {
    "g_lr": 0.01,
    "d_lr": 0.02,
    "beta1": 0.3,
    "beta2": 0.7,
    "lambda_cls": 2.0,
    "lambda_rec": 3.0,
    "lambda_gp": 4.0,
    "n_critic": 6,
    "targets": "cross",
    "cutout": 0.25,
    "reconstruct_first": 9,
    "batch": 5,
    "ema": 0.75,
    "flip": 0.25,
    "g_filters": 4,
    "g_blocks": 2,
    "g_norms": "blocks",
    "d_filters": 6,
    "d_layers": 1,
}


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    images, splits = np.zeros((12, 16, 16, 3), np.uint8), ["train"] * 11 + ["test"]
    return {
        name: write_set(tmp_path_factory.mktemp(name), name, Classes(("x", "y")), images, in_turn(2, 12), splits)
        for name in ("one", "two")
    }


def changed(seed: int = 1, rule: str = "images_per_model", **train: object) -> Params:
    """Return params with a run `test` on both sets, a run `one` on one of them, and other methods on that."""
    params = load(Path(__file__).parents[2] / "params.yaml")
    run = {"method": "stargan", "labels": [], "image_size": 16, "unit": "iterations", "length": 8000, "decay": 4000}
    runs = {
        "test": Run.model_validate(run | {"datasets": ["one", "two"], "faces": ["one", "two"]}),
        "one": Run.model_validate(run | {"datasets": ["one"], "faces": ["one"]}),
    }
    runs |= {
        method: Run.model_validate(
            {
                "method": method,
                "like": "one",
                "datasets": ["one"],
                "faces": ["one"],
                "labels": [],
                "image_size": 16,
                "pairs": [] if method == "icgan" else [["x", "y"]],
            }
        )
        for method in ("diat", "cyclegan", "icgan")
    }
    icgan = {"z": 3, "filters": 4, "encoder_filters": 2, "z_units": 5, "y_units": 6, "gan_lr": 0.03, "encoder_lr": 0.04}
    update = {
        "seed": seed,
        "budget": rule,
        "runs": runs,
        "bookkeeping": params.bookkeeping.model_copy(update={"log_every": 7}),
        "train": params.train.model_copy(update=CHANGES | train),
        "icgan": params.icgan.model_copy(update=icgan),
        "diat": params.diat.model_copy(update={"lambda_id": 7.0, "loss": "least_squares"}),
        "cyclegan": params.cyclegan.model_copy(update={"lambda_cyc": 8.0, "lambda_idt": 0.125, "loss": "vanilla"}),
    }
    return params.model_copy(update=update)


def build(
    sets: dict[str, Prepared], name: str = "test", seed: int = 1, rule: str = "images_per_model", **train: object
) -> Training:
    return build_training(name, changed(seed, rule, **train), sets, torch.device("cpu"))


def test_every_param_of_train_arrives(sets: dict[str, Prepared]) -> None:
    made = build(sets)
    method = made.method
    assert isinstance(method, Star)
    assert method.settings == Settings(2.0, 3.0, 4.0, n_critic=6, cross=True, cutout=0.25, reconstruct_first=9)
    assert made.losses.every == 7
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
    assert method.g.norms == "blocks"


def test_a_run_in_which_g_would_never_translate_is_refused(sets: dict[str, Prepared]) -> None:
    build(sets, reconstruct_first=7999)
    with pytest.raises(Fault, match="train.reconstruct_first = 8000: within 8000 iterations G would not begin to translate"):
        build(sets, reconstruct_first=8000)


@pytest.mark.parametrize(
    ("step", "chosen"), [("plain", "plain_discriminator_update"), ("fast", "fast_discriminator_update")]
)
def test_the_step_is_the_one_asked_for(sets: dict[str, Prepared], step: str, chosen: str) -> None:
    method = build(sets, step=step).method
    assert isinstance(method, Star)
    assert method.discriminator_update.__name__ == chosen


@pytest.mark.parametrize(("schedule", "last"), [("paper", 1 / 4000), ("official", 1 - 3 / 4000)])
def test_the_schedule_is_the_one_asked_for(sets: dict[str, Prepared], schedule: str, last: float) -> None:
    assert build(sets, schedule=schedule).rate_factors["g"](7999) == pytest.approx(last)


def test_the_seed_reaches_networks_order_and_draws(sets: dict[str, Prepared]) -> None:
    first, other = build(sets, seed=1), build(sets, seed=2)
    for name in "gd":
        key = "main.0.weight"
        assert not torch.equal(first.method.networks[name].state_dict()[key], other.method.networks[name].state_dict()[key])
    assert len({stream.seed for stream in [*first.streams, *other.streams]}) == 4
    assert (first.seed, other.seed) == (1, 2)


def test_the_mask_vector_can_be_left_out(sets: dict[str, Prepared]) -> None:
    assert build(sets).space.width == 4 + 2
    without = build(sets, mask=False)
    assert without.space.width == 4
    assert without.method.networks["g"].state_dict()["main.0.weight"].shape[1] == 3 + 4


def test_params_of_the_baselines_arrive(sets: dict[str, Prepared]) -> None:
    diat, cyclegan, icgan = (build(sets, name).method for name in ("diat", "cyclegan", "icgan"))
    assert isinstance(diat, Diat)
    assert isinstance(cyclegan, CycleGan)
    assert isinstance(icgan, IcGan)
    assert (diat.lambda_id, diat.adversary) == (7.0, adversaries.least_squares)
    assert (cyclegan.lambda_cyc, cyclegan.lambda_idt, cyclegan.adversary) == (8.0, 0.125, adversaries.vanilla)
    assert (icgan.z, icgan.gan_iterations) == (3, 5000)
    assert [len(stream.positions) for stream in build(sets, "diat").streams] == [6, 5]  # one a domain
    assert [len(stream.positions) for stream in build(sets, "icgan").streams] == [11]
    rates = {
        name: {key: optimiser.param_groups[0]["lr"] for key, optimiser in build(sets, name).optimisers.items()}
        for name in ("diat", "cyclegan", "icgan")
    }
    assert rates["diat"] == rates["cyclegan"] == {"g_x_to_y": 0.01, "d_x_to_y": 0.02}
    assert rates["icgan"] == {"d": 0.03, "g": 0.03, "e_z": 0.04, "e_y": 0.04}
    encoder, gan = (build(sets, "icgan").optimisers[key].param_groups[0]["betas"] for key in ("e_z", "g"))
    assert (encoder, gan) == ((0.1, 0.7), (0.3, 0.7))


def test_random_features_are_those_asked_for(sets: dict[str, Prepared]) -> None:
    params = changed()
    params = params.model_copy(update={"diat": params.diat.model_copy(update={"features": "random"})})
    for chosen, width in ((changed(), 3), (params, 64)):
        method = build_training("diat", chosen, sets, torch.device("cpu")).method
        assert isinstance(method, Diat)
        assert method.features(torch.zeros(1, 3, 16, 16)).shape[1] == width


def test_a_domain_without_images_is_named(sets: dict[str, Prepared]) -> None:
    labels = np.eye(2, dtype=np.uint8)[np.zeros(12, dtype=int)]
    with pytest.raises(Fault, match=r"data/prepared/one/16: no training image of y; change the pairs"):
        build({"one": replace(sets["one"], labels=labels)}, "diat")


def test_lengths_by_each_rule(sets: dict[str, Prepared]) -> None:
    by_model = {name: build(sets, name).length for name in ("diat", "cyclegan", "icgan")}
    assert by_model == dict.fromkeys(by_model, 8000)
    by_domain = {name: build(sets, name, rule="images_per_domain").length for name in by_model}
    assert by_domain == {"diat": 4000, "cyclegan": 4000, "icgan": 8000}  # one of two domains a model, or both
    base = cost_of("one", changed(), sets).train_flops
    for name in by_model:
        params = changed(rule="compute")
        assert cost_of(name, params, sets).train_flops == pytest.approx(base, rel=1e-3)
        made = build(sets, name, rule="compute")
        late = made.rate_factors["d_x_to_y" if name != "icgan" else "e_z"](made.length - 1)
        assert 0 < late < 0.01  # the decay keeps its share


def test_costs_count_models_images_and_operations(sets: dict[str, Prepared]) -> None:
    for name, models in (("one", 1), ("diat", 1), ("cyclegan", 2), ("icgan", 1)):
        made, cost = build(sets, name), cost_of(name, changed(), sets)
        sizes = sum(p.numel() for network in made.method.networks.values() for p in network.parameters())
        assert (cost.parameters, cost.models) == (sizes // models, models)
        assert cost.train_images == 8000 * 5 * models


class Product(nn.Module):
    """One linear layer: N x 3 times 3 x 2."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2, bias=False)


class OneProduct(Method):
    """A method that makes one product and its weight gradient, and in every fourth iteration two."""

    def __init__(self) -> None:
        self.product = Product()
        self.networks: Mapping[str, nn.Module] = {"n": self.product}
        self.translating = ()

    def trains(self, iteration: int) -> tuple[str, ...]:
        return ("n",) * (1 + iteration % 4 // 3)

    def updates(self, iteration: int, batches: Sequence[Batch]) -> Iterator[Update]:
        for name in self.trains(iteration):
            yield Update(name, self.product.layer(batches[0].images).sum(), {})

    def translator(self, networks: Mapping[str, nn.Module]) -> Translator:
        raise NotImplementedError


def test_operations_by_hand() -> None:
    batch = (torch.zeros(5, 3), torch.zeros(5, 1))
    product = 2 * 5 * 3 * 2  # N x in x out, a multiplication and an addition; as much again for the weight gradient
    assert budget.flops(OneProduct(), [batch], 10) == (8 * 1 + 2 * 2) * 2 * product


@pytest.mark.parametrize("name", ["test", "one", "diat", "cyclegan", "icgan"])
def test_a_model_file_translates_as_the_training_does(sets: dict[str, Prepared], name: str, tmp_path: Path) -> None:
    params, made = changed(), build(sets, name)
    made.iterate()
    header = model_header(name, params, made, cost_of(name, params, sets), sets)
    write_tensors(tmp_path / "m.safetensors", model_tensors(made), header)
    model = load_model(tmp_path / "m.safetensors", torch.device("cpu"))
    x = torch.rand(3, 3, 16, 16) * 2 - 1
    start, goal = (made.space.vector(torch.tensor([bits] * 3, dtype=torch.float32), 0) for bits in ([1, 0], [0, 1]))
    expected = made.method.translator(made.translating).translate(x, [start, goal])
    assert torch.equal(model.translator.translate(x, [start, goal]), expected)
    assert not torch.equal(expected, x)
    assert model.space == made.space
    assert header["step"] == 1
    assert set(header["settings"]) >= {"seed", "train", "run", "iterations"}


def test_weights_of_another_shape_or_name_are_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    params, made = changed(), build(sets, "diat")
    header = model_header("diat", params, made, cost_of("diat", params, sets), sets)
    path = tmp_path / "m.safetensors"
    for tensors, architecture in (
        ({}, {}),
        (model_tensors(made), {"g_filters": 5}),
        (model_tensors(made), {"pairs": [["y", "x"]]}),
    ):
        write_tensors(path, tensors, header | {"architecture": header["architecture"] | architecture})
        with pytest.raises(Fault, match=r"weights do not fit its header"):
            load_model(path, torch.device("cpu"))
    write_tensors(path, model_tensors(made), header | {"method": "munit"})
    with pytest.raises(Fault, match="method munit is not schema 3 of stargan, diat, cyclegan, icgan"):
        load_model(path, torch.device("cpu"))
