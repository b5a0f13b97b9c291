"""Classification errors of several methods on the same translations: the same faces, the same targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stargan.comparison.judged import Judged
from stargan.data.domains import Attributes, Classes
from stargan.errors import Fault
from stargan.judge.intervals import Interval, over_people, wilson
from stargan.results.judged import counted
from stargan.results.naming import group_of

ROW = ["image", "target"]
Random = Callable[[], np.random.Generator]


@dataclass(frozen=True)
class Score:
    """A method's error in percent over n translations; `people` is the bootstrap interval over people, None of one person.

    difference: the error minus the first method's, with its interval over the same resamples; None for the first.
    """

    error: float
    n: int
    wilson: Interval
    people: Interval | None
    difference: float | None
    difference_people: Interval | None


Scores = dict[str, Score]
"""One for each method, in the order of the compared runs."""


def shared_rows(judged: Sequence[Judged], dataset: str, neutral: str = "") -> list[pd.DataFrame]:
    """Return for each run the rows of `counted` that all runs made, equal rows at equal places.

    Raises Fault where none is shared.
    """
    tables = [counted(one.rows, one.kind(dataset), dataset, neutral) for one in judged]
    keys = tables[0][ROW]
    for table in tables[1:]:
        keys = keys.merge(table[ROW], on=ROW)
    if keys.empty:
        runs = ", ".join(one.run for one in judged)
        of = f" {neutral}" if neutral else ""
        raise Fault(f"data/judgements: {runs} share no translations of{of} {dataset} faces; give them targets in common")
    return [keys.merge(table, on=ROW, validate="one_to_one") for table in tables]


def scores(judged: Sequence[Judged], tables: Sequence[pd.DataFrame], resamples: int, random: Random) -> Scores:
    """Return each method's score on its table of `shared_rows`. `random` gives equal generators: equal resamples for all."""
    people = tables[0]["person"].to_numpy(dtype=str)
    first = tables[0]["wrong"].to_numpy(dtype=float)
    found = Scores()
    for position, (one, table) in enumerate(zip(judged, tables, strict=True)):
        wrong = table["wrong"].to_numpy(dtype=float)
        found[one.method] = Score(
            error=100 * float(wrong.mean()),
            n=len(wrong),
            wilson=wilson(int(wrong.sum()), len(wrong)),
            people=over_people(wrong, people, resamples, random()),
            difference=100 * float((wrong - first).mean()) if position else None,
            # the bootstrap of a paired difference is that of the mean of differences
            difference_people=over_people(wrong - first, people, resamples, random()) if position else None,
        )
    return found


def expression_scores(judged: Sequence[Judged], resamples: int, random: Random) -> tuple[Scores, int]:
    """Return the scores by Table 3's protocol, neutral faces made another class, and how many classes they were made."""
    dataset = judged[0].dataset_of(Classes)
    tables = shared_rows(judged, dataset, judged[0].start(dataset))
    return scores(judged, tables, resamples, random), int(tables[0]["target"].nunique())


def attribute_scores(judged: Sequence[Judged], columns: Sequence[str], resamples: int, random: Random) -> dict[str, Scores]:
    """Return the scores of each group of targets among `columns` ('Hair', 'Hair+Male', ...) that the runs share."""
    dataset = judged[0].dataset_of(Attributes)
    tables = shared_rows(judged, dataset)
    kind = judged[0].kind(dataset)
    assert isinstance(kind, Attributes)
    groups = tables[0]["target"].map(lambda target: group_of(kind, target))
    present = [column for column in columns if (groups == column).any()]
    return {column: scores(judged, [table[groups == column] for table in tables], resamples, random) for column in present}
