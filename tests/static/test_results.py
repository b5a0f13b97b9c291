"""What must be true of the committed results for the comparison to mean anything: every baseline really works."""

import json
from pathlib import Path

import pytest

from stargan.core.params import Run, load
from stargan.judge.classification import safe

ROOT = Path(__file__).parents[2]
PARAMS = load(ROOT / "params.yaml")
CHANCE = 100 / 8
BASELINES = [name for name, run in PARAMS.runs.items() if run.like]


def metrics(name: str) -> dict[str, float]:
    return dict(json.loads((ROOT / f"metrics/evaluate/{name}.json").read_text()))


def targets(name: str, run: Run, found: dict[str, float]) -> list[str]:
    """Return the targets that the baseline was trained for: those that were measured, and at least the ends of its pairs."""
    begin = "ground_truth_n_"
    measured = [key.removeprefix(begin) for key in found if key.startswith(begin)]
    ends = {there for _, there in run.pairs}
    if run.method == "cyclegan":
        ends |= {here for here, _ in run.pairs}
    assert not ends or {safe(end) for end in ends} == set(measured)
    return measured


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_works_for_every_target(name: str) -> None:
    found = metrics(name)
    for target in targets(name, PARAMS.runs[name], found):
        # The lower bound of accuracy is 100 minus the upper bound of the error.
        assert 100 - found[f"expression_any_error_percent_{target}_high"] > 2 * CHANCE, target
        if target != PARAMS.evaluate.neutral:  # Table 3's protocol
            assert 100 - found[f"expression_error_percent_{target}_high"] > 2 * CHANCE, target
        assert found[f"ground_truth_l1_{target}"] < found[f"stranger_l1_{target}"], target


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_keeps_more_of_its_input_than_the_mean_face_would(name: str) -> None:
    found = metrics(name)
    ways = [key.removeprefix("reconstruction_l1") for key in found if key.startswith("reconstruction_l1")]
    for way in ways:
        assert found[f"reconstruction_l1{way}"] < found[f"reconstruction_mean_face_l1{way}"], way
    if not ways:  # one way only: what the edit does not touch
        for target in targets(name, PARAMS.runs[name], found):
            assert found[f"ground_truth_kept_l1_{target}"] < found[f"mean_face_kept_l1_{target}"], target
