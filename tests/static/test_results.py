"""What must be true of the committed results for the comparison to mean anything: every baseline really works."""

from pathlib import Path

import pytest

from stargan.core.measures import Measure, by_key, read_measures
from stargan.core.params import load

ROOT = Path(__file__).parents[2]
PARAMS = load(ROOT / "params.yaml")
CHANCE = 100 / 8
BASELINES = [name for name, run in PARAMS.runs.items() if run.like]


def measured(name: str) -> dict[str, Measure]:
    return by_key(read_measures(ROOT / f"metrics/evaluate/{name}.csv", "run dvc repro"))


def targets(name: str, found: dict[str, Measure]) -> list[tuple[str, str]]:
    """Return (dataset, target) that the baseline was trained for: what was measured, at least the ends of its pairs."""
    run = PARAMS.runs[name]
    reached = [(one.dataset, one.target) for one in found.values() if one.measure == "truth_l1" and one.target]
    ends = {there for _, there in run.pairs}
    if run.method == "cyclegan":
        ends |= {here for here, _ in run.pairs}
    assert reached
    assert not ends or ends == {target for _, target in reached}
    return reached


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_works_for_every_target(name: str) -> None:
    found = measured(name)
    for dataset, target in targets(name, found):
        end = f"{dataset}/{target}"
        # The lower bound of accuracy is 100 minus the upper bound of the error.
        errors = [found[f"error_from_any/{end}"].high]
        if target != PARAMS.evaluate.neutral.get(dataset):  # Table 3's protocol
            errors.append(found[f"error/{end}"].high)
        assert all(high is not None and 100 - high > 2 * CHANCE for high in errors), target
        assert found[f"truth_l1/{end}"].value < found[f"other_person_l1/{end}"].value, target


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_keeps_more_of_its_input_than_the_mean_face_would(name: str) -> None:
    found = measured(name)
    ways = [f"{one.dataset}/{one.target}".rstrip("/") for one in found.values() if one.measure == "reconstruction_l1"]
    for way in ways:
        assert found[f"reconstruction_l1/{way}"].value < found[f"reconstruction_mean_face_l1/{way}"].value, way
    if not ways:  # one way only: what the edit does not touch
        for dataset, target in targets(name, found):
            assert found[f"kept_l1/{dataset}/{target}"].value < found[f"mean_face_kept_l1/{dataset}/{target}"].value, target
