"""What must be true of the committed results for the comparison to mean anything: every baseline really works."""

import json
from pathlib import Path

import pytest

from stargan.evaluation.classification import safe
from stargan.params import Baseline, load

ROOT = Path(__file__).parents[2]
PARAMS = load(ROOT / "params.yaml")
CHANCE = 100 / 8


def metrics(name: str) -> dict[str, float]:
    return dict(json.loads((ROOT / f"metrics/evaluate/{name}.json").read_text()))


def targets(name: str, baseline: Baseline, found: dict[str, float]) -> list[str]:
    """Return the targets that the baseline was trained for: the ends of its pairs, or all that were measured."""
    if baseline.pairs:
        return [safe(there) for _, there in baseline.pairs]
    begin = "ground_truth_n_"
    return [key.removeprefix(begin) for key in found if key.startswith(begin) and not key.endswith("_neutral")]


@pytest.mark.parametrize("name", PARAMS.baselines)
def test_every_baseline_works_for_every_target(name: str) -> None:
    found = metrics(name)
    for target in targets(name, PARAMS.baselines[name], found):
        # The lower bound of accuracy is 100 minus the upper bound of the error.
        assert 100 - found[f"expression_error_percent_{target}_high"] > 2 * CHANCE, target
        assert found[f"ground_truth_l1_{target}"] < found[f"stranger_l1_{target}"], target


@pytest.mark.parametrize("name", PARAMS.baselines)
def test_every_baseline_keeps_more_of_its_input_than_the_mean_face_would(name: str) -> None:
    found = metrics(name)
    if "reconstruction_l1" in found:
        assert found["reconstruction_l1"] < found["reconstruction_mean_face_l1"]
    else:  # one way only: what the edit does not touch
        assert found["ground_truth_kept_l1"] < found["mean_face_kept_l1"]
