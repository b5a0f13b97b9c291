"""The paper's setup at its real sizes, from raw forms to one update of each network."""

from pathlib import Path

import pytest
import torch
from conftest import ROOT

from stages import prepare
from stargan import profiles
from stargan.assembly import build_training
from stargan.data.prepared import read_prepared
from stargan.data.synthetic import write_celeba, write_rafd
from stargan.params import Params, Run, load

PAPER = {"celeba": (8_430_528, 44_762_048), "rafd": (8_439_936, 44_786_624), "both": (8_461_888, 45_147_072)}


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
        write_celeba(Path("data/raw/celeba"), 8, 0)
        write_rafd(Path("data/raw/rafd"), 2, 0, 1024, [90], ["frontal"])
        for size in params.data.sizes:
            few = params.data.celeba.model_copy(update={"test_images": 2})
            prepare.run("celeba", size, few, Path(f"data/prepared/celeba-{size}"))
            prepare.run("rafd", size, params.data.rafd, Path(f"data/prepared/rafd-{size}"))
    return params, folder


@pytest.mark.parametrize("name", PAPER)
def test_one_iteration_at_the_papers_sizes(paper: tuple[Params, Path], name: str) -> None:
    params, folder = paper
    run = params.run(name)
    sets = [read_prepared(folder / "data/prepared" / f"{dataset}-{run.image_size}") for dataset in run.datasets]
    train = params.train.model_copy(update={"batch": 1, "n_critic": 1, "log_every": 1})
    short = Run.model_validate(run.model_dump() | {"unit": "iterations", "length": 1, "decay": 0})
    training = build_training(name, short, train, sets, params.seed, torch.device("cpu"))
    networks = training.method.networks
    assert tuple(sum(p.numel() for p in networks[key].parameters()) for key in "gd") == PAPER[name]
    before = {key: network.state_dict()["main.0.weight"].clone() for key, network in networks.items()}
    losses = training.iterate()
    assert losses is not None
    assert len(losses) == 7 * len(run.datasets)
    for key, network in networks.items():
        assert not torch.equal(before[key], network.state_dict()["main.0.weight"])
