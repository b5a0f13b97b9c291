"""The compare stage: the paper's Tables 1 to 3 with ours beside them, and the methods against each other.

    python -m stages.compare

reads data/judgements/ of the runs that params.yaml lists under `compare`, and metrics/votes.json; writes
metrics/comparison.csv (one row a number of the paper), metrics/scores.csv (the methods' scores), metrics/comparison.json
(the headline of these) and metrics/comparison.md.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stargan import tracking
from stargan.comparison.comparison import compared
from stargan.comparison.judged import read_judged
from stargan.comparison.metrics import headline, measures_of
from stargan.comparison.numbers import Number
from stargan.comparison.tables import page, verdict_lines
from stargan.core.files import write_bytes, write_json
from stargan.core.measures import DIGITS, named, write_measures
from stargan.core.params import Params, load
from stargan.errors import Fault, main

COLUMNS = ("table", "row", "column", "paper", "ours", "low", "high", "n", "verdict")


def number_table(numbers: Sequence[Number]) -> bytes:
    """Return the paper's numbers as CSV with `COLUMNS`, ours rounded to `DIGITS`, empty where there is none."""
    rows = [
        (
            one.table,
            one.row,
            one.column,
            one.paper,
            one.ours,
            one.ends and one.ends.low,
            one.ends and one.ends.high,
            one.n,
            one.verdict,
        )
        for one in numbers
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"ours": float, "low": float, "high": float, "n": "Int64"})
    return table.round(DIGITS).to_csv(index=False, lineterminator="\n").encode()


def read_votes(path: Path) -> Mapping[str, float]:
    """Return the tallied votes. Raises Fault where the file is missing or is none."""
    try:
        votes: Mapping[str, float] = json.loads(path.read_text())
        int(votes["raters"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path}: no tallied votes there ({error}); run `python -m stages.tally`") from error
    return votes


def run(params: Params) -> None:
    """Compare the runs that `compare` lists and write metrics/comparison.json, .csv and .md, and metrics/scores.csv."""
    attributes = [read_judged(Path("data/judgements", name)) for name in params.compare.attributes]
    expressions = [read_judged(Path("data/judgements", name)) for name in params.compare.expressions]
    votes = read_votes(Path("metrics/votes.json"))
    settings = {"seed": params.seed, "compare": params.compare.model_dump(), "evaluate": params.evaluate.model_dump()}
    with tracking.stage_run("compare", settings) as tracker:
        found = compared(
            attributes, expressions, votes, params.evaluate.bootstrap, lambda: np.random.default_rng(params.seed)
        )
        measures, table = list(measures_of(found)), Path("metrics/comparison.md")
        write_measures(Path("metrics/scores.csv"), measures)
        write_bytes(Path("metrics/comparison.csv"), number_table(found.numbers))
        write_bytes(table, page(found).encode())
        write_json(Path("metrics/comparison.json"), headline(found))
        tracker.log_results(headline(found), named(measures))
        tracker.log_artifact(table, "comparison")
    print(verdict_lines(found.numbers))


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.compare", description=__doc__)
    parser.parse_args()
    run(load())


if __name__ == "__main__":
    main(command)
