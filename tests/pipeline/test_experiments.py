"""Experiments of DVC: queued ones, one that shares its training, one with a param that is not there."""

import io
import re

import pandas as pd

from support.processes import awaited
from support.repository import Repository


def test_queued_experiments_run_two_at_a_time(copy: Repository) -> None:
    copy.sh("dvc exp run --queue -S evaluate.bootstrap=30,40 evaluate@rafd")
    copy.sh("dvc queue start -j 2")
    awaited(lambda: not re.search("Queued|Running", copy.sh("dvc queue status").split("Worker status")[0]), 300, every=4)
    status = copy.sh("dvc queue status")
    assert status.count("Success") == 2, status
    assert copy.sh("git status --porcelain") == ""


def test_a_param_makes_two_processes_share_a_training(copy: Repository) -> None:
    copy.sh("dvc exp run --temp -n two -S launcher='torchrun --standalone --nproc-per-node 2' train@rafd")
    alone, shared = (
        pd.read_csv(io.StringIO(text), index_col=0)
        for text in (copy.sh("git show HEAD:metrics/losses/rafd.csv"), copy.of_experiment("two", "metrics/losses/rafd.csv"))
    )
    pd.testing.assert_frame_equal(alone[:5], shared[:5], rtol=1e-3, atol=1e-4)
    assert len(shared) == len(alone)


def test_a_param_that_is_not_there_is_refused(copy: Repository) -> None:
    printed = copy.sh("dvc exp run --temp -S train.lambda_clss=2", expect=255)
    assert "lambda_clss" in printed
