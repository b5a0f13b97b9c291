"""FID and its kin: translated test faces against the real train faces of the domain that they were translated into."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from stargan.core.measures import Measure
from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.frechet import Domain, domain_distances
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.real import real_features
from stargan.judge.judge import Judge
from stargan.judge.verdicts import target_labels
from stargan.results.judged import of_one_step
from stargan.results.translations import Translations


def feature_distances(
    prepared: Prepared, table: pd.DataFrame, judge: Judge, seen: Tensor, made: Translations, protocol: Protocol
) -> list[Measure]:
    """Return FID, KID, precision and recall of a dataset's own translations, by domain and over the domains.

    This is StarGAN v2's protocol, but that FID and KID take all source domains of a target together, for more images.
    `seen` are the judge's features of the rows of `table`.
    """
    own = of_one_step(prepared.kind, table[table["set"] == "own"])
    if own.empty:
        return []
    seen = seen[torch.from_numpy(table.index.isin(own.index))]

    def generated(rows: np.ndarray) -> Tensor:
        if protocol.features is None:
            return seen[torch.from_numpy(rows)]
        return protocol.features(made.images, own.index.to_numpy()[rows])

    real = real_features(prepared, judge, protocol)
    labels, targets = prepared.labels[own["image"].to_numpy()], own["target"].to_numpy(dtype=str)
    source = labels.argmax(axis=1) if isinstance(prepared.kind, Classes) else np.zeros(len(labels), dtype=int)
    truth = torch.from_numpy(prepared.labels[prepared.split("train")])
    found = (  # one at a time, to bound the memory
        (name, Domain(generated(rows), real, source[rows], (truth[:, column] == value).nonzero().flatten()))
        for name, rows, column, value in domains(prepared.kind, labels, targets)
    )
    suffix = "_classifier" if protocol.features is None else ""
    return domain_distances(prepared.dataset, found, suffix, protocol.kid_subset)


def domains(kind: LabelKind, labels: np.ndarray, targets: np.ndarray) -> Iterator[tuple[str, np.ndarray, int, int]]:
    """Yield the domains that targets of one step lead to: name, which of N translations enter it, column, value.

    labels: (N, width) of the translated images; targets: N texts. An image enters a domain in which it is not
    already. A flipped attribute leads to two domains, such as `Male` and `-Male`.
    """
    for target in dict.fromkeys(targets):
        (name,) = (step.name for step in kind.steps(str(target)))
        column, mine = kind.names.index(name), targets == target
        goal = target_labels(kind, labels, str(target))[:, column]
        for value in (1, 0):
            rows = mine & (goal == value) & (labels[:, column] != value)
            if rows.any():
                yield kind.domain(name, bool(value)), rows, column, value
