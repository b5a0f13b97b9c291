"""The engine: exact resume, updates that move only their network, one path for any number of datasets."""

import copy
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from stargan.core.params import Params, Run, load
from stargan.core.tensors import read_tensors, write_tensors
from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.training.assembly import build_training
from stargan.training.engine import Applied, Training
from stargan.training.methods.base import Update
from stargan.training.state import restore, state_of
from support import trainings
from support.sets import write_set

KINDS = {**trainings.KINDS, "styles": Classes(("p", "q", "r"), "style")}


MOODS_PAIRS, FACES_PAIRS = [["x", "y"]], [["a", "b"], ["c", "-c"]]


@pytest.fixture(scope="module")
def params() -> Params:
    params = load()
    small = {"g_filters": 4, "g_blocks": 1, "d_filters": 4, "d_layers": 2, "n_critic": 3, "batch": 4}
    small |= {"reconstruct_first": 0}
    runs = {
        name: Run(
            method="stargan", datasets=[name], faces=[name], labels=[], image_size=16, unit="iterations", length=12, decay=6
        )
        for name in ("faces16", "moods16")
    }
    for method in ("diat", "cyclegan", "icgan"):
        for name, pairs in (("moods", MOODS_PAIRS), ("faces", FACES_PAIRS)):
            runs[f"{method}-{name}"] = Run(
                method=method,
                like=f"{name}16",
                datasets=[f"{name}16"],
                faces=[f"{name}16"],
                labels=[],
                image_size=16,
                pairs=[] if method == "icgan" else pairs,
            )
    icgan = {"z": 3, "filters": 4, "encoder_filters": 2, "z_units": 5, "y_units": 6, "gan_share": 0.6}
    update = {
        "seed": 5,
        "budget": "images_per_model",
        "runs": runs,
        "bookkeeping": params.bookkeeping.model_copy(update={"log_every": 2}),
        "train": params.train.model_copy(update=small),
        "icgan": params.icgan.model_copy(update=icgan),
    }
    return params.model_copy(update=update)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    sizes = [*((name, 8) for name in KINDS), ("faces16", 16), ("moods16", 16)]
    made = {}
    for index, (name, size) in enumerate(sizes):
        kind, random, count = KINDS[name.removesuffix("16")], np.random.default_rng(index), 10 + index
        images = random.integers(0, 256, (count, size, size, 3), dtype=np.uint8)
        labels = np.eye(kind.width)[random.integers(0, kind.width, count)]
        splits = ["train"] * 9 + ["test"] * (count - 9)
        made[name] = write_set(tmp_path_factory.mktemp(name), name, kind, images, labels, splits)
    return made


def training(params: Params, sets: dict[str, Prepared], names: list[str], **changes: object) -> Training:
    """Return a StarGAN on the datasets `names`; or, where `names` is one run, that."""
    if names[0] in params.runs:
        return build_training(names[0], params.model_copy(update=changes), sets, torch.device("cpu"))
    values = {
        "method": "stargan",
        "datasets": names,
        "faces": names,
        "labels": [],
        "image_size": 8,
        "unit": "iterations",
        "length": 12,
        "decay": 6,
    }
    run = Run.model_validate(values | changes)
    return build_training("test", params.model_copy(update={"runs": {"test": run}}), sets, torch.device("cpu"))


def finished(made: Training) -> dict[str, Tensor]:
    while made.done < made.length:
        made.iterate()
    return state_of(made)[0]


def same(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(
        torch.equal(left[key].nan_to_num(-1), right[key].nan_to_num(-1)) for key in left
    )


Whole = Callable[[tuple[str, ...]], dict[str, Tensor]]


@pytest.fixture(scope="module")
def whole(params: Params, sets: dict[str, Prepared]) -> Whole:
    """Tell the state at the end of a training that nothing interrupts; each is trained once."""
    return functools.cache(lambda names: finished(training(params, sets, list(names))))


SETS = [["faces"], ["moods"], ["faces", "moods"], ["faces", "moods", "styles"]]
METHODS = [["diat-moods"], ["diat-faces"], ["cyclegan-moods"], ["cyclegan-faces"], ["icgan-moods"], ["icgan-faces"]]


@pytest.mark.parametrize("names", SETS + METHODS, ids="+".join)
@pytest.mark.parametrize(
    "stop", [1, 4, 5, 6, 7, 8, 11]
)  # in and at the edges of epoch, n_critic, log, decay, IcGAN's phases
def test_resumed_equals_uninterrupted(
    params: Params, sets: dict[str, Prepared], whole: Whole, names: list[str], stop: int, tmp_path: Path
) -> None:
    first = training(params, sets, names)
    for _ in range(stop):
        first.iterate()
    write_tensors(tmp_path / "c.safetensors", *state_of(first))
    second = training(params, sets, names)
    restore(second, *read_tensors(tmp_path / "c.safetensors"))
    assert second.done == stop
    assert same(finished(second), whole(tuple(names)))


def test_equal_seeds_equal_weights_other_seed_other_weights(params: Params, sets: dict[str, Prepared]) -> None:
    first, again = (finished(training(params, sets, ["faces", "moods"])) for _ in "ab")
    other = training(params, sets, ["faces", "moods"])
    other.seed = 6  # the same networks and order: only the draws differ
    assert same(first, again)
    assert not same(first, finished(other))


def test_networks_do_not_depend_on_the_global_generator(params: Params, sets: dict[str, Prepared]) -> None:
    first = state_of(training(params, sets, ["faces"]))[0]
    torch.rand(3)
    before = torch.random.get_rng_state()
    assert same(first, state_of(training(params, sets, ["faces"]))[0])
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_update_moves_only_its_own_network(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["moods"])
    moved = []
    for iteration in range(3):
        before = state_of(made)[0]
        before = {key: value.clone() for key, value in before.items()}
        made.iterate()
        after = state_of(made)[0]
        changed = {key[0] for key in before if key[:2] in ("g.", "d.") and not torch.equal(before[key], after[key])}
        moved.append(changed)
        assert iteration == made.done - 1
    assert moved == [{"d"}, {"d"}, {"d", "g"}]


def test_rates_follow_the_schedule(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["moods"], length=4, decay=2)
    rates = []
    while made.done < made.length:
        made.iterate()
        rates.append(made.optimisers["g"].param_groups[0]["lr"] / params.train.g_lr)
    assert rates == pytest.approx([1, 1, 1, 0.5])


def test_epochs_are_passes_over_the_largest_dataset(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["faces", "moods"], unit="epochs", length=4, decay=1)
    assert made.length == 12  # nine training images in batches of four: three a pass


def test_a_loss_that_is_not_finite_stops_the_iteration_and_is_named(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["moods"])
    with torch.no_grad():
        made.method.networks["d"].cls.weight.fill_(float("nan"))  # type: ignore[union-attr,operator]
    before = {key: value.clone() for key, value in state_of(made)[0].items()}
    with pytest.raises(Fault, match="iteration 1: d_cls_moods is not finite.*g_lr"):
        made.iterate()
    after = state_of(made)[0]
    assert same(before, {key: after[key] for key in before})  # an optimiser that has begun has moments besides
    assert made.done == 0


def test_a_gradient_that_is_not_finite_stops_a_finite_loss(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["moods"])
    with torch.no_grad():  # |x|^1e-3's slope overflows where x is tiny: here a norm of 0 under a square root
        first = next(iter(made.method.networks["d"].parameters()))
    objective = (first.sum() * 0).sqrt()
    with pytest.raises(Fault, match="the gradient of d is not finite"):
        made.close([[made.apply(Update("d", objective, {}))]])
    assert all(weights.isfinite().all() for weights in made.method.networks["d"].parameters())


def test_the_loss_table_has_a_row_every_so_many_iterations(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["moods"])
    finished(made)
    assert [row[0] for row in made.losses.rows] == [2, 4, 6, 8, 10, 12]
    assert made.losses.terms == [f"{t}_moods" for t in ("d_real", "d_fake", "d_gp", "d_cls", "g_fake", "g_cls", "g_rec")]


def test_a_size_that_the_network_cannot_take_is_named(params: Params, sets: dict[str, Prepared]) -> None:
    with pytest.raises(Fault, match=r"test: image_size = 30 is not a multiple of 4.*use 32"):
        training(params, sets, ["faces"], image_size=30)


@pytest.mark.parametrize("names", METHODS, ids="+".join)
def test_a_baselines_update_moves_only_its_own_network_and_all_move(
    params: Params, sets: dict[str, Prepared], names: list[str]
) -> None:
    made, moved = training(params, sets, names), set()
    apply = made.apply

    def watched(update: Update) -> Applied:
        before = {key: copy.deepcopy(list(network.parameters())) for key, network in made.method.networks.items()}
        applied = apply(update)
        for key, network in made.method.networks.items():
            same = all(torch.equal(a, b) for a, b in zip(before[key], network.parameters(), strict=True))
            assert same == (key != update.network), (key, update.network)
        moved.add(update.network)
        return applied

    made.apply = watched  # type: ignore[method-assign]
    finished(made)
    assert moved == set(made.method.networks)


def test_icgans_phases_have_a_schedule_and_losses_each(params: Params, sets: dict[str, Prepared]) -> None:
    made = training(params, sets, ["icgan-moods"])  # 12 iterations, 0.6 of them for the GAN, half of each phase decays
    rates: dict[str, list[float]] = {"g": [], "e_z": []}
    for name, seen in rates.items():
        seen += [made.rate_factors[name](iteration) for iteration in range(12)]
    assert rates["g"] == pytest.approx([1, 1, 1, 1, 3 / 4, 2 / 4, 1 / 4, 0, 0, 0, 0, 0])
    assert rates["e_z"][:7] == [0] * 7
    assert rates["e_z"][7:] == pytest.approx([1, 1, 1, 1, 1 / 2])
    finished(made)
    terms = made.losses.terms
    first, last = (
        dict(zip(["iteration", *terms], row, strict=False)) for row in (made.losses.rows[0], made.losses.rows[-1])
    )
    assert first.keys() == {"iteration", "d_real", "d_fake", "d_wrong", "g_adv"}
    assert np.isnan(last["g_adv"])
    assert not np.isnan(last["e_z"])
