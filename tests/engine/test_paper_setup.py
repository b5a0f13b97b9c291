"""The paper's setup at its real sizes, from raw forms to one update of each network."""

from pathlib import Path

import pytest
import torch

from stages import prepare
from stargan import profiles
from stargan.core.params import Params, Run, load
from stargan.data.prepared import Prepared, read_prepared
from stargan.data.records import prepared_folder
from stargan.synthetic import write_celeba, write_rafd
from stargan.training.assembly import build_training, cost_of
from stargan.training.assembly.building import build_on_meta
from stargan.training.engine import Training
from support.processes import ROOT

PAPER = {  # G and D; `both` has Figure 1's pale skin beside the paper's five bits
    "celeba": (8_430_528, 44_762_048),
    "rafd": (8_439_936, 44_786_624),
    "both": (8_465_024, 45_179_840),
}
TABLE_3 = {  # parameters of a model, and models
    "rafd": (53_226_560, 1),
    "diat-rafd": (52_558_787, 7),
    "cyclegan-rafd": (52_558_787, 14),
    "icgan-rafd": (67_756_620, 1),
}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> tuple[Params, Path]:
    """The params under profiles/paper.yaml, and a folder with both sets, prepared at both of the paper's sizes."""
    folder = tmp_path_factory.mktemp("paper")
    text = (ROOT / "params.yaml").read_text()
    (folder / "params.yaml").write_text(text)
    (folder / "profiles").symlink_to(ROOT / "profiles")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        profiles.apply("paper")
        params = load()
        write_celeba(Path("data/raw/celeba"), 24, 0)
        write_rafd(Path("data/raw/rafd"), 2, 0, 1024, [90], ["frontal"])
        few = params.dataset("celeba").model_copy(update={"test_images": 2})
        prepare.run("celeba", params.sizes("celeba"), few, Path("data/prepared/celeba"))
        prepare.run("rafd", params.sizes("rafd"), params.dataset("rafd"), Path("data/prepared/rafd"))
    return params, folder


@pytest.mark.parametrize("name", PAPER)
def test_networks_have_the_papers_sizes_and_take_its_images(paper: tuple[Params, Path], name: str) -> None:
    """Shapes alone go through each network, and back: at 256 px an iteration takes a minute."""
    params, folder = paper
    run = params.run(name)
    sets = sets_of(folder, run)
    networks = build_on_meta(run, params, sets, 1).method.networks
    assert tuple(sum(p.numel() for p in networks[key].parameters()) for key in "gd") == PAPER[name]
    assert cost_of(name, params, sets).train_flops > 0


def sets_of(folder: Path, run: Run) -> dict[str, Prepared]:
    """Return the prepared datasets of a run, with the labels that it trains."""
    return {
        dataset: read_prepared(folder / prepared_folder(dataset, run.image_size)).select_labels(run.labels)
        for dataset in run.datasets
    }


def shortened(params: Params, folder: Path, name: str) -> Training:
    """Return a training of one iteration of batch 1, of IcGAN of two of batch 2, with one pair where it has pairs."""
    run = params.run(name)
    like = run.like or name
    icgan = run.method == "icgan"
    changes = {"unit": "iterations", "length": 2 if icgan else 1, "decay": 0}
    runs = params.runs | {like: params.runs[like].model_copy(update=changes)}
    if run.pairs:
        runs[name] = run.model_copy(update={"pairs": run.pairs[:1]})
    train = params.train.model_copy(update={"batch": 2 if icgan else 1, "n_critic": 1})
    short = params.model_copy(
        update={"runs": runs, "train": train, "bookkeeping": params.bookkeeping.model_copy(update={"log_every": 1})}
    )
    return build_training(name, short, sets_of(folder, run), torch.device("cpu"))


@pytest.mark.parametrize("name", ["rafd", "diat-rafd", "cyclegan-celeba", "icgan-celeba"])
def test_iterations_at_the_papers_sizes_move_every_network(paper: tuple[Params, Path], name: str) -> None:
    """One run of each method; IcGAN takes an iteration of each phase."""
    training = shortened(*paper, name)
    before = {key: [p.clone() for p in network.parameters()] for key, network in training.method.networks.items()}
    while training.done < training.length:
        (losses,) = training.iterate().values()
        assert name != "rafd" or len(losses) == 7
    for key, network in training.method.networks.items():
        assert any(not torch.equal(a, b) for a, b in zip(before[key], network.parameters(), strict=True)), key


@pytest.mark.parametrize("name", TABLE_3)
def test_sizes_and_models_are_table_3s(paper: tuple[Params, Path], name: str) -> None:
    params, folder = paper
    cost = cost_of(name, params, {"rafd": read_prepared(folder / "data/prepared/rafd/128")})
    assert (cost.parameters, cost.models) == TABLE_3[name]
    # Fewer than 16 images: an epoch is one batch. One schedule for all: 200 epochs.
    assert cost.train_images == 200 * 16 * cost.models
