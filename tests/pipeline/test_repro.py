"""The whole pipeline through DVC in a repository of its own, at a size that only shows that it goes."""

import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import AFTER, BASELINE_RUNS, RUNS, Repository

STAGES = (
    28  # 2 synthesize, 2 prepare, 2 classifier, 3 each of train, translate, evaluate and their baselines, 4 that compare
)


def test_everything_is_made_and_a_second_run_does_nothing(repository: Repository) -> None:
    lock = repository.lock()
    assert len(re.findall(r"^  [\w@-]+:$", lock, re.M)) == STAGES
    assert "Data and pipelines are up to date" in repository.sh("dvc repro")
    assert repository.lock() == lock
    assert repository.sh("git status --porcelain") == ""


def test_metrics_of_every_run_are_there(repository: Repository) -> None:
    shared = {"fid_classifier_biased", "kid_classifier", "precision_classifier", "recall_classifier", "reconstruction_l1",
              "reconstruction_psnr", "reconstruction_ssim", "ground_truth_changed_l1", "identity_changed_l1",
              "g_parameters", "d_parameters"}  # fmt: skip
    own = {
        "rafd": {"expression_error_percent", "expression_error_percent_n", "expression_error_percent_person_high"},
        "celeba": {
            "attribute_error_percent_Blond_Hair",
            "attribute_error_percent_flip_Male",
            "preserved_attribute_error_percent",
        },
        "both": {
            "wrong_mask_expression_error_percent",
            "cross_expression_error_percent",
            "kid_classifier_rafd",
            "cross_ground_truth_changed_l1",
            "classifier_error_percent_celeba",
        },
    }
    assert {f"{run}.json" for run in RUNS + BASELINE_RUNS} == {
        p.name for p in (repository.path / "metrics/evaluate").iterdir()
    }
    for run in RUNS:
        metrics = repository.metrics(run)
        assert shared | own[run] <= metrics.keys()
        assert not {"fid", "kid"} & metrics.keys()  # never under the name of the standard ones


def test_forced_again_the_same_bytes(repository: Repository) -> None:
    lock = repository.lock()
    assert repository.sh("dvc repro -f").count("Running stage") == STAGES
    assert repository.lock() == lock
    assert repository.sh("git status --porcelain") == ""


def test_a_fresh_clone_has_nothing_to_do(repository: Repository, tmp_path: Path) -> None:
    repository.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro --allow-missing")
    assert clone.sh("git status --porcelain") == ""


def test_every_stage_is_in_mlflow(repository: Repository) -> None:
    query = (
        "import mlflow; c = mlflow.MlflowClient('sqlite:///mlflow.db');"
        "ids = [e.experiment_id for e in c.search_experiments()];"
        "runs = c.search_runs(ids, max_results=1000);"
        "print('RUNS', sorted((r.data.tags.get('dvc.stage', ''), r.info.status, len(r.data.metrics) > 0) for r in runs))"
    )
    printed = repository.sh(f'python -c "{query}"')
    found = eval(printed[printed.index("RUNS ") + 5 :])
    finished = {name for name, status, _ in found if status == "FINISHED"}
    assert {f"{stage}@{run}" for stage in ("train", "translate", "evaluate") for run in RUNS} <= finished
    stages = ("baseline", "translate-baseline", "evaluate-baseline")
    assert {f"{stage}@{run}" for stage in stages for run in BASELINE_RUNS} <= finished
    assert finished >= AFTER
    assert {name for name, _, measured in found if measured} >= {f"{s}@{run}" for s in ("train", "evaluate") for run in RUNS}
    assert {status for *_, status, _ in found} == {"FINISHED"}


def test_a_param_that_is_not_there_is_refused(repository: Repository) -> None:
    printed = repository.sh("dvc exp run --temp -S train.lambda_clss=2", expect=255)
    assert "lambda_clss" in printed


def test_queued_experiments_run_two_at_a_time(repository: Repository) -> None:
    repository.sh("dvc exp run --queue -S evaluate.bootstrap=30,40")
    repository.sh("dvc queue start -j 2")
    for _ in range(120):
        status = repository.sh("dvc queue status")
        if not re.search("Queued|Running", status.split("Worker status")[0]):
            break
        repository.sh("sleep 5")
    assert status.count("Success") == 2, status
    assert repository.sh("git status --porcelain") == ""


def test_mlflow_ui_answers_in_the_root(repository: Repository) -> None:
    repository.sh(
        "mlflow ui --port 5917 > ui.log 2>&1 & server=$!\n"
        "for i in $(seq 60); do curl -sf http://127.0.0.1:5917/health && break; sleep 1; done\n"
        "curl -sf -X POST -H 'Content-Type: application/json' -d '{\"max_results\": 10}' "
        "http://127.0.0.1:5917/api/2.0/mlflow/experiments/search | grep stargan\n"
        "found=$?; kill $server; wait $server; rm ui.log; exit $found"
    )


@pytest.fixture
def copy(repository: Repository, tmp_path: Path) -> Repository:
    shutil.copytree(repository.path, tmp_path / "copy", symlinks=True)
    return Repository(tmp_path / "copy")


def test_a_shared_remote_brings_a_clone_all_outputs(copy: Repository, tmp_path: Path) -> None:
    copy.sh(f"dvc remote add -d shared {tmp_path}/shared && dvc push && git commit -qam remote")
    copy.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    clone.sh("dvc pull")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro")
    model = "data/models/both/generator.safetensors"
    assert (clone.path / model).read_bytes() == (copy.path / model).read_bytes()


def test_two_stages_at_once_leave_the_lock_as_it_was(copy: Repository) -> None:
    lock = copy.lock()
    copy.sh(
        "dvc --wait-for-lock repro -f -s train@celeba > one.log 2>&1 & one=$!\n"
        "dvc --wait-for-lock repro -f -s train@rafd > two.log 2>&1; two=$?\n"
        "wait $one && [ $two = 0 ] || { cat one.log two.log; exit 1; }"
    )
    assert all("Running stage" in (copy.path / log).read_text() for log in ("one.log", "two.log"))
    assert copy.lock() == lock


def test_a_param_makes_two_processes_share_a_training(copy: Repository) -> None:
    copy.sh("dvc exp run --temp -n two -S launcher='torchrun --standalone --nproc-per-node 2' train@rafd")
    alone, shared = (
        pd.read_csv(io.StringIO(text), index_col=0)
        for text in (copy.sh("git show HEAD:metrics/losses/rafd.csv"), copy.of_experiment("two", "metrics/losses/rafd.csv"))
    )
    pd.testing.assert_frame_equal(alone[:5], shared[:5], rtol=1e-3, atol=1e-4)
    assert len(shared) == len(alone)
