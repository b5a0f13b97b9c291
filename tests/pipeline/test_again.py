"""Every stage run again, by force and told to MLflow: the same bytes, and all of it in the store."""

from pathlib import Path

import pytest

from support.repository import AFTER, BASELINE_RUNS, RUNS, Repository
from support.stages import Stages

STAGES = 29


@pytest.fixture(scope="module")
def again(built: Path, stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, str]:
    """A copy in which every stage has run again, and what DVC printed."""
    copy = Repository(built, stages).copied(tmp_path_factory.mktemp("again") / "copy")
    return copy, copy.sh("dvc repro -f", tracked=True)


def test_the_same_bytes(again: tuple[Repository, str]) -> None:
    copy, printed = again
    assert printed.count("Running stage") == STAGES
    assert copy.sh("git status --porcelain") == ""  # dvc.lock and metrics are those of the first time


def test_every_stage_is_in_mlflow(again: tuple[Repository, str]) -> None:
    query = (
        "import mlflow; c = mlflow.MlflowClient('sqlite:///mlflow.db');"
        "ids = [e.experiment_id for e in c.search_experiments()];"
        "runs = c.search_runs(ids, max_results=1000);"
        "print('RUNS', sorted((r.data.tags.get('dvc.stage', ''), r.info.status, len(r.data.metrics) > 0) for r in runs))"
    )
    printed = again[0].sh(f'python -c "{query}"')
    found = eval(printed[printed.index("RUNS ") + 5 :])
    finished = {name for name, status, _ in found if status == "FINISHED"}
    assert {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS + BASELINE_RUNS} <= finished
    assert finished >= AFTER
    assert {name for name, _, measured in found if measured} >= {f"{s}@{run}" for s in ("train", "evaluate") for run in RUNS}
    assert {status for *_, status, _ in found} == {"FINISHED"}


def test_mlflow_has_the_headline_and_all_measures(again: tuple[Repository, str]) -> None:
    query = (
        "import mlflow; c = mlflow.MlflowClient('sqlite:///mlflow.db');"
        "ids = [e.experiment_id for e in c.search_experiments()];"
        "runs = [r for r in c.search_runs(ids, max_results=1000) if r.data.tags.get('dvc.stage') == 'evaluate@both'];"
        "print('KEYS', sorted(runs[0].data.metrics))"
    )
    printed = again[0].sh(f'python -c "{query}"')
    keys = set(eval(printed[printed.index("KEYS ") + 5 :]))
    assert {"headline/error", "headline/error_rafd", "detail/error/rafd", "detail/error/celeba flip Male"} <= keys
    assert len([key for key in keys if key.startswith("headline/")]) <= 12


def test_mlflow_ui_answers_in_the_root(again: tuple[Repository, str]) -> None:
    again[0].sh(
        "mlflow ui --workers 1 --port 5917 > ui.log 2>&1 & server=$!\n"
        "for i in $(seq 60); do curl -sf http://127.0.0.1:5917/health && break; sleep 1; done\n"
        "curl -sf -X POST -H 'Content-Type: application/json' -d '{\"max_results\": 10}' "
        "http://127.0.0.1:5917/api/2.0/mlflow/experiments/search | grep stargan\n"
        "found=$?; kill $server; wait $server; rm ui.log; exit $found"
    )
