"""The documents' commands for everybody: results, experiments of one's own, pictures of one's own."""

import re
from pathlib import Path

import pytest

from stargan.core.measures import HEADLINES
from stargan.raw.rafd import EXPRESSIONS
from support.processes import ROOT
from support.repository import AFTER, RUNS, Repository
from support.stages import Stages
from support.tour import DOCUMENTS, NOT_RUN, commands_of, part, ran_in, toured


def test_reasons_belong_to_commands_of_the_documents() -> None:
    assert set(NOT_RUN) <= {command for document in DOCUMENTS for command in commands_of(document)}


@pytest.fixture(scope="module")
def tour(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    """A copy in which the documents' commands for everybody were run, and what they printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("tour") / "copy")
    return copy, toured(copy, part("own"))


def test_pictures_of_ones_own(tour: tuple[Repository, dict[str, str]]) -> None:
    made = {path.name for path in (tour[0].path / "data/translated").iterdir()}
    labels = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young", "Pale_Skin", *EXPRESSIONS)
    assert made == {
        "a.png-happy.png",
        "photo.jpg-Blond_Hair-Young.png",
        "photo.jpg-Brown_Hair-Male.png",
        "photo.jpg-happy-to-angry.png",
        "photo.jpg.sheet.png",
        *(f"photo.jpg-{label}.png" for label in labels),
    }


def test_an_experiment_runs_what_its_param_reaches(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n lambda2 -S train.lambda_cls=2"]
    follow = {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS} | AFTER
    assert ran_in(said) - {"plan"} == follow
    assert "lambda2" in printed["dvc exp show --only-changed"]
    assert "train.lambda_cls" in copy.sh("dvc params diff HEAD lambda2")
    assert copy.sh("dvc metrics diff HEAD lambda2").count("metrics/evaluate/") > 10


SHOWN = (
    "dvc params diff HEAD cls2",
    "dvc metrics diff HEAD cls2",
    "dvc exp show --only-changed --drop '.*(/|celeba|both|cross|fid|_stargan)'",
)


def test_what_the_users_commands_print_fits_a_screen(tour: tuple[Repository, dict[str, str]]) -> None:
    """Of a run, as the README shows it, and of an experiment that changes three runs and the comparison."""
    copy, printed = tour
    everything = [copy.sh(f"dvc {what} diff HEAD lambda2") for what in ("metrics", "params")]
    for text in (*everything, *(printed[command] for command in SHOWN)):
        assert len(text.splitlines()) <= 40, text
        assert max(map(len, text.splitlines())) <= 160, text


def test_the_readme_shows_what_they_print(tour: tuple[Repository, dict[str, str]]) -> None:
    """Its numbers are the default's, of which others change than those of a tiny training."""
    shown = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    params, metrics, table = (tour[1][command] for command in SHOWN)
    assert shown[0].split() == params.split()
    assert shown[1].split()[:5] == metrics.split()[:5]
    known = {f"rafd.{key.removesuffix('_biased')}" for key in HEADLINES} | {"Experiment", "Created", "train.lambda_cls"}
    for text in (shown[2], table):
        head = next(line for line in text.splitlines() if "Experiment" in line).split()
        assert {name.removesuffix("_biased") for name in head} <= known
    rows = [row.split() for row in shown[1].splitlines()[1:]]
    keys = {key.removesuffix("_biased") for _, key, *_ in rows if key.startswith("rafd.")}
    assert {"rafd.error", "rafd.kid_classifier"} <= keys <= known
    for text in shown:
        assert len(text.splitlines()) <= 40
        assert max(map(len, text.splitlines())) <= 160


def test_a_dataset_of_ones_own_is_prepared_and_trained_on(tour: tuple[Repository, dict[str, str]]) -> None:
    (said,) = (text for command, text in tour[1].items() if "train@mine" in command)
    assert ran_in(said) == {"prepare@mine", "classifier@mine", "plan", "train@mine"}


def test_the_documents_say_how_to_get_rafd(tour: tuple[Repository, dict[str, str]]) -> None:
    assert "rafd.nl" in tour[1]["python -m stages.fetch rafd"]
