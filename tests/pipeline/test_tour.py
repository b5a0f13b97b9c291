"""The documents' commands for everybody: results, experiments of one's own, pictures of one's own."""

from pathlib import Path

import pytest

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
    assert sorted(path.name for path in (tour[0].path / "data/translated").iterdir()) == [
        "a.png-happy.png",
        "photo.jpg-Blond_Hair-Young.png",
        "photo.jpg-Brown_Hair-Male.png",
    ]


def test_an_experiment_runs_what_its_param_reaches(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n lambda2 -S train.lambda_cls=2"]
    follow = {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS} | AFTER
    assert ran_in(said) - {"plan"} == follow
    assert "lambda2" in printed["dvc exp show --only-changed"]
    assert "train.lambda_cls" in copy.sh("dvc params diff HEAD lambda2")
    assert copy.sh("dvc metrics diff HEAD lambda2").count("metrics/evaluate/") > 10


def test_a_dataset_of_ones_own_is_prepared_and_trained_on(tour: tuple[Repository, dict[str, str]]) -> None:
    (said,) = (text for command, text in tour[1].items() if "train@mine" in command)
    assert ran_in(said) == {"prepare@mine", "plan", "train@mine"}


def test_the_documents_say_how_to_get_rafd(tour: tuple[Repository, dict[str, str]]) -> None:
    assert "rafd.nl" in tour[1]["python -m stages.fetch rafd"]
