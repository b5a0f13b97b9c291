"""The documents' commands about baselines, the comparison and the user study."""

import json
import re
from pathlib import Path

import pytest

from stargan.core.measures import by_key, parsed
from support.repository import BASELINE_RUNS, RUNS, Repository
from support.stages import Stages
from support.tour import part, ran_in, toured


@pytest.fixture(scope="module")
def tour(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    """A copy in which the documents' commands about comparisons were run, and what they printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("tour") / "copy")
    return copy, toured(copy, part("comparisons"))


def test_votes_are_tallied_and_stand_in_the_comparison(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    assert "Raters: 1; discarded by the validation questions: 0" in printed["python -m stages.tally data/votes/*.csv"]
    assert re.search(r"\| DIAT \|.* 100\.0 \(", printed["python -m stages.tally data/votes/*.csv"])
    assert {"tally", "compare"} <= ran_in(printed["dvc repro compare"])
    assert json.loads((copy.path / "metrics/votes.json").read_text())["raters"] == 1


def test_a_method_that_is_not_compared_leaves_the_table(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    command = "dvc exp run --temp -n two-methods -S 'compare.expressions=[rafd,diat-rafd]' compare"
    assert "compare" in ran_in(printed[command])
    assert not ran_in(printed[command]) & {f"train@{run}" for run in RUNS + BASELINE_RUNS}
    before = copy.sh("git show HEAD:metrics/comparison.md")
    after = copy.of_experiment("two-methods", "metrics/comparison.md")
    assert "| CycleGAN | " in before.split("**Tables 1 and 2**")[0]
    assert "| DIAT | " in after.split("**Tables 1 and 2**")[0]
    assert "| CycleGAN | " not in after.split("**Tables 1 and 2**")[0]


def test_the_baselines_on_attributes_run_too(tour: tuple[Repository, dict[str, str]]) -> None:
    copy, printed = tour
    (said,) = (text for command, text in printed.items() if "-n attributes" in command)
    assert {f"train@{method}-celeba" for method in ("diat", "cyclegan", "icgan")} <= ran_in(said)
    found = by_key(parsed(copy.of_experiment("attributes", "metrics/scores.csv")))
    for method in ("stargan", "diat", "cyclegan", "icgan"):
        for group in ("Hair", "Male", "Young", "Hair+Male", "Hair+Male+Young"):
            assert 0 <= found[f"error_{method}/celeba/{group}"].value <= 100
    assert "same columns by the classifier" in copy.of_experiment("attributes", "metrics/comparison.md")
