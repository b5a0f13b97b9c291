"""All that is measured of one dataset's translations."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stargan.core.measures import Measure
from stargan.data.prepared import Prepared
from stargan.evaluation.across import across
from stargan.evaluation.distances import feature_distances
from stargan.evaluation.errors import errors
from stargan.evaluation.person import same_person
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.reconstruction import reconstruction
from stargan.evaluation.truth import cross_truth, own_truth
from stargan.judge.intervals import rate
from stargan.judge.judge import Judge
from stargan.judge.real import real_misses
from stargan.results.judged import JUDGED, judged
from stargan.results.translations import Translations


@dataclass(frozen=True)
class Evaluated:
    """What was found of one dataset: its measures, the table that `judged` makes, and `real_misses` of its test faces."""

    measures: list[Measure]
    table: pd.DataFrame
    real_wrong: np.ndarray


def evaluate_dataset(
    dataset: str, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], made: Translations, protocol: Protocol
) -> Evaluated:
    """Return what is found of translations to the labels of `dataset`, one of `sets`: of its own faces and of others'."""
    prepared, judge = sets[dataset], judges[dataset]
    test = prepared.split("test")
    real_wrong = real_misses(prepared.kind, judge.labels(judge.see(prepared.images, test)), prepared.labels[test])

    rows = made.index[(made.index["labels"] == dataset) & made.index["set"].isin(JUDGED)]
    seen = judge.see(made.images, rows.index.to_numpy())
    table = judged(dataset, sets, rows, judge.labels(seen))
    measures = [
        rate("classifier_error", dataset, "", int(real_wrong.sum()), real_wrong.size),
        *errors(table, prepared.kind, dataset, protocol),
        *feature_distances(prepared, table, judge, seen.features, made, protocol),
        *reconstruction(prepared, made),
        *across(dataset, sets, judges, table, judge.probabilities(seen), made),
        *own_truth(prepared, table[table["set"] == "own"], made.images, protocol),
        *same_person(prepared, table[table["set"] == "own"], made.images, protocol),
        *cross_truth(dataset, sets, table[table["set"] == "cross"], made.images, protocol),
    ]
    return Evaluated(measures, table, real_wrong)
