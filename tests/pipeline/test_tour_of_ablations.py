"""The documents' commands about ablations."""

import re
from pathlib import Path

import pytest

from support.repository import Repository
from support.stages import Stages
from support.tour import part, ran_in, toured


@pytest.fixture(scope="module")
def tour(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    """A copy in which the documents' commands about ablations were run, and what they printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("tour") / "copy")
    return copy, toured(copy, part("ablations"))


def test_an_ablation_runs_its_own_stages(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    said = printed["dvc exp run --temp -n no-cls -S train.lambda_cls=0 evaluate@rafd"]
    assert ran_in(said) - {"plan"} == {"train@rafd", "translate@rafd", "evaluate@rafd"}
    assert copy.of_experiment("no-cls", "metrics/losses/rafd.csv") != copy.sh("git show HEAD:metrics/losses/rafd.csv")
    (ablation,) = (text for command, text in printed.items() if command.startswith("python -m stages.summary"))
    assert re.search(r"\| no class loss \| 1 \(1\) \|", ablation)
    assert copy.of_experiment("no-mask", "metrics/evaluate/both.json").count("wrong_mask") == 0
    assert "celeba" not in copy.of_experiment("single", "metrics/losses/both.csv").splitlines()[0]
