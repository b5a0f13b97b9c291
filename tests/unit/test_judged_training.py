"""A training that is judged on its way: what it leaves, and that an interruption leaves no trace in it."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from stargan.core.params import read_yaml
from stargan.core.tensors import read_tensors
from stargan.training.checkpoints import Checkpoints
from stargan.training.health import Health
from support.faults import place
from support.interrupted import outputs
from support.stages import Stages
from support.workspaces import write_judges, write_workspace

MEASURES = {f"judged_{measure}_{owner}" for measure in ("error", "kid") for owner in ("celeba", "rafd", "celeba.rafd")}


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A folder for trainings of 24 iterations, judged every tenth."""
    folder = tmp_path / "judged"
    write_workspace(folder)
    write_judges(folder)
    change(folder, judge_every=10, keep_every=0)
    return folder


def test_verdicts_stand_in_the_loss_table_and_in_the_generators(stages: Stages, judged: Path) -> None:
    done = stages.run(judged, "train both")
    assert done.status == 0
    assert all(f"{name} " in done.stderr for name in MEASURES)  # the progress line
    table = pd.read_csv(judged / "metrics/losses/both.csv").set_index("iteration")
    assert set(table.columns) > MEASURES
    verdicts = table[sorted(MEASURES)].dropna(how="all")
    assert verdicts.index.tolist() == [10, 20, 24]  # and at the end
    assert verdicts.notna().all(axis=None)
    assert table.index.tolist() == list(range(2, 25, 2))
    models = judged / "data/models/both"
    files = {int(path.stem): path for path in (models / "kept").iterdir()} | {0: models / "generator.safetensors"}
    assert sorted(files) == [0, 10, 20, 24]
    for iteration, path in files.items():
        said = read_tensors(path)[1]["judged"]
        assert said == {name: pytest.approx(value, rel=1e-5) for name, value in verdicts.loc[iteration or 24].items()}


def test_the_best_of_the_judged_generators_translates(stages: Stages, judged: Path) -> None:
    """The rule on the table that a person reads. A generator that was kept, but not judged, takes no part."""
    change(judged, keep_every=9)
    assert stages.run(judged, "train both").status == 0
    table = pd.read_csv(judged / "metrics/losses/both.csv").set_index("iteration").loc[[10, 20, 24]]
    error, kid = (table[[name for name in MEASURES if what in name]].mean(axis=1) for what in ("error", "kid"))
    best = kid[error <= error.min() + 1].idxmin()
    params = read_yaml(judged / "params.yaml")
    params["translate"]["checkpoint"] = "best"
    (judged / "params.yaml").write_text(json.dumps(params))
    done = stages.run(judged, "translate both")
    assert done.status == 0, done.stderr
    assert json.loads((judged / "data/translations/both/translations.json").read_text())["step"] == best


def change(folder: Path, **train: int) -> None:
    """Change params of `train`."""
    params = read_yaml(folder / "params.yaml")
    params["train"] |= train
    (folder / "params.yaml").write_text(json.dumps(params))


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"at": place(Health, Health.measured), "signal": "SIGTERM"}, 130),
        ({"at": place(Health, Health.measured), "nth": 2, "after": True, "signal": "SIGTERM"}, 130),
        ({"at": place(Checkpoints, Checkpoints.save), "nth": 3, "after": True, "signal": "SIGKILL"}, -9),
    ],
)
def test_an_interrupted_one_is_judged_as_a_whole_one(
    stages: Stages, judged: Path, fault: dict[str, object], status: int
) -> None:
    whole = Path(shutil.copytree(judged, judged.with_name("whole")))
    assert stages.run(whole, "train both").status == 0
    assert stages.run(judged, "train both", fault).status == status
    assert not (judged / "data/models/both").exists()
    again = stages.run(judged, "train both")
    assert again.status == 0
    assert "resumed after" in again.stderr
    assert outputs(judged) == outputs(whole)


@pytest.mark.parametrize("what", ["missing", "of another set"])
def test_a_judge_that_cannot_judge_is_refused_before_the_first_iteration(stages: Stages, judged: Path, what: str) -> None:
    if what == "missing":
        shutil.rmtree(judged / "data/classifier/rafd")
    else:
        shutil.copytree(judged / "data/classifier/celeba", judged / "data/classifier/rafd", dirs_exist_ok=True)
    done = stages.run(judged, "train both")
    assert done.status == 1
    assert done.stderr.startswith("error: data/classifier/rafd/16: ")
    assert "classifier@rafd" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (judged / "data/checkpoints/both").exists()
    change(judged, judge_every=0)
    assert stages.run(judged, "train both").status == 0  # without verdicts there is no judge to miss


def test_a_training_follows_from_its_judges_where_it_is_judged(stages: Stages, judged: Path) -> None:
    plan = judged / "data/plans/both/train.json"
    assert stages.run(judged, "plan").status == 0
    assert set(json.loads(plan.read_text())["judges"]) == {"celeba", "rafd"}
    change(judged, judge_every=0)
    assert stages.run(judged, "plan").status == 0
    assert json.loads(plan.read_text())["judges"] == {}
    assert set(json.loads(plan.with_name("evaluate.json").read_text())["judges"]) == {"celeba", "rafd"}
