"""The whole pipeline through DVC in a repository of its own, at a size that only shows that it goes."""

import json
import re
import sys
from pathlib import Path

from support.repository import BASELINE_RUNS, RUNS, Repository

STAGES = 2 + 2 + 2 + 1 + 6 * 3 + 4  # synthesize, prepare, classifier; plan; train, translate, evaluate a run; compare ...


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


def test_measures_of_every_run_are_there(repository: Repository) -> None:
    shared = {
        "error",
        "fid_classifier_biased",
        "kid_classifier",
        "precision_classifier",
        "recall_classifier",
        "reconstruction_l1",
        "reconstruction_psnr",
        "reconstruction_ssim",
        "changed_l1",
        "no_edit_changed_l1",
        "classifier_error",
    }
    own = {
        "rafd": {"error/rafd/happy", "error_by_person/rafd"},
        "celeba": {"error/celeba/Blond_Hair", "error/celeba/~Male", "preserved_error/celeba"},
        "both": {"wrong_mask_error/rafd", "cross_error/rafd", "cross_changed_l1/rafd", "error/celeba/~Male"},
    }
    ends = ("csv", "json")
    assert {f"{run}.{end}" for run in RUNS + BASELINE_RUNS for end in ends} == {
        p.name for p in (repository.path / "metrics/evaluate").iterdir()
    }
    for run in RUNS:
        found = repository.measures(run)
        datasets = ("celeba", "rafd") if run == "both" else (run,)
        assert {f"{name}/{dataset}" for name in shared for dataset in datasets} | own[run] <= found.keys()
        assert found["g_parameters"].value > 0
        assert not {"fid", "kid"} & {one.measure for one in found.values()}  # never under the name of the standard ones


def test_the_headline_of_every_run_fits_a_screen(repository: Repository) -> None:
    for run in RUNS + BASELINE_RUNS:
        (values,) = json.loads((repository.path / f"metrics/evaluate/{run}.json").read_text()).values()
        assert {"error", "kid_classifier"} <= values.keys()
        assert len(values) <= 12


def test_a_fresh_clone_has_nothing_to_do(repository: Repository, tmp_path: Path) -> None:
    repository.sh(f"git clone -q . {tmp_path}/clone")
    clone = Repository(tmp_path / "clone")
    assert "Data and pipelines are up to date" in clone.sh("dvc repro --allow-missing")
    assert clone.sh("git status --porcelain") == ""
