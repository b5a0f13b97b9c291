"""Links where outputs go: refused before any work, where DVC or a stage would refuse them after it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.check import check_outputs
from stargan.core.params import load
from stargan.errors import Fault
from support.processes import ROOT

PIPELINE = Path("dvc.yaml")
OF_ONE_STAGE = ("data/plans", "data/study", "metrics/figures")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of git, which is the current folder, beside a folder `disk` that is out of it."""
    folder = tmp_path / "repository"
    for name in (".git", "data/models", "metrics/grids", "../disk/celeba", "inner"):
        (folder / name).mkdir(parents=True)
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, folder)
    monkeypatch.chdir(folder)
    return folder


def link(place: str, target: str = "../disk") -> None:
    """Put a link to `target`, seen from the repository, where there was nothing, or an empty folder."""
    path = Path(place)
    if path.exists():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(Path(target).absolute())


@pytest.mark.parametrize("place", ["data", "data/prepared", "data/models", "data/judgements", "metrics"])
def test_a_link_out_of_the_repository_above_what_dvc_keeps_is_refused(place: str) -> None:
    link(place)
    with pytest.raises(Fault, match=f"^{place} is a link out of the repository, .* `dvc cache dir --local FOLDER_THERE`"):
        check_outputs(load(), PIPELINE)


@pytest.mark.parametrize("target", ["../disk/celeba", "inner", "../gone"])
@pytest.mark.parametrize("place", ["data/prepared/celeba", "data/models/both", "metrics/grids/both", *OF_ONE_STAGE])
def test_a_link_in_the_place_of_an_output_s_folder_is_refused(place: str, target: str) -> None:
    link(place, target)
    with pytest.raises(
        Fault, match=f"^{place} is a link, and its stage could put no folder there; put a folder in its place"
    ):
        check_outputs(load(), PIPELINE)


def no_git() -> None:
    Path(".git").rmdir()
    link("data")


def file_of_the_cache() -> None:
    """DVC's own link, where `cache.type` is symlink; and one in the place of a file, which is replaced."""
    Path("data/models/both").mkdir()
    Path("../disk/weights").touch()
    link("data/models/both/generator.safetensors", "../disk/weights")
    link("metrics/losses/both.csv", "../disk/weights")


TAKEN: dict[str, Callable[[], None]] = {
    "nothing is a link": lambda: None,
    "within the repository": lambda: link("data/models", "inner"),
    "above what git keeps": lambda: link("metrics/grids"),
    "of no run": lambda: link("data/models/of-before"),
    "no output": lambda: link("data/checkpoints"),
    "raw data": lambda: link("data/raw"),
    "no git": no_git,
    "a file": file_of_the_cache,
}


@pytest.mark.parametrize("case", TAKEN)
def test_links_that_dvc_and_stages_take_are_taken(case: str) -> None:
    """Each was tried with DVC 3.67, but for checkpoints and raw data, which are no outputs of these stages."""
    TAKEN[case]()
    check_outputs(load(), PIPELINE)
