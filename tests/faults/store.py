"""What an MLflow store on sqlite holds of a stage, read without MLflow."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd

NAME = "stargan"


def points(database: Path, experiment: str = NAME) -> dict[str, int]:
    """Return how many steps of each loss term stand in an experiment, over all its runs."""
    query = (
        "SELECT key, count(DISTINCT run_uuid || step) FROM metrics JOIN runs USING (run_uuid) "
        "JOIN experiments USING (experiment_id) WHERE experiments.name = ? AND key LIKE 'loss/%' GROUP BY key"
    )
    with closing(sqlite3.connect(database)) as connection:
        return dict(connection.execute(query, [experiment]).fetchall())


def states(database: Path, experiment: str = NAME) -> list[str]:
    """Return the states of an experiment's runs: the invocation's and its stages'."""
    query = "SELECT status FROM runs JOIN experiments USING (experiment_id) WHERE experiments.name = ?"
    with closing(sqlite3.connect(database)) as connection:
        return [status for (status,) in connection.execute(query, [experiment])]


def table(folder: Path, run: str) -> dict[str, int]:
    """Return the points that the loss table of a run asks for: a term that came later, or went, has fewer."""
    losses = pd.read_csv(folder / f"metrics/losses/{run}.csv").drop(columns="iteration")
    return {f"loss/{term}": int(losses[term].notna().sum()) for term in losses}


def assert_complete(database: Path, folder: Path, run: str, experiment: str = NAME) -> None:
    """Assert that nothing of a finished training is missing: its points, one run, one invocation."""
    assert points(database, experiment) == table(folder, run)
    assert states(database, experiment) == ["FINISHED", "FINISHED"]


def arrived(database: Path, experiment: str = NAME) -> Callable[[], bool]:
    """Return a question: whether the first points stand in the store."""
    return lambda: bool(points(database, experiment))
