"""The whole pipeline through DVC in a repository of its own, at a size that only shows that it goes."""

import re
import sys
from pathlib import Path

from support.repository import BASELINE_RUNS, RUNS, Repository

STAGES = (
    2 + 2 + 2 + 2 + 6 * 3 + 4
)  # synthesize, prepare, classifier; plan, judges; train, translate, evaluate a run; compare ...


def test_everything_is_made_and_a_second_run_does_nothing(repository: Repository) -> None:
    lock = repository.lock()
    assert len(re.findall(r"^  [\w@-]+:$", lock, re.M)) == STAGES
    assert "Data and pipelines are up to date" in repository.sh("dvc repro")
    assert repository.lock() == lock
    assert repository.sh("git status --porcelain") == ""


def test_dvc_as_users_start_it_writes_the_same_lock(copy: Repository) -> None:
    """The other commands in repositories of the tests go to a DVC that parses dvc.lock faster."""
    lock = copy.lock()
    printed = copy.sh(f"{Path(sys.executable).parent}/dvc repro -f -s tally")
    assert "Running stage 'tally'" in printed
    assert copy.lock() == lock


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


def test_a_fresh_clone_has_nothing_to_do(repository: Repository, tmp_path: Path) -> None:
    repository.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro --allow-missing")
    assert clone.sh("git status --porcelain") == ""
