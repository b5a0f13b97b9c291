"""All that is found of one dataset's translations: each function returns flat keys, `examined` puts them together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.across import across
from stargan.evaluation.frechet import Domain, domain_distances
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.real import real_features
from stargan.evaluation.reconstruction import reconstruction
from stargan.evaluation.truth import cross_truth_metrics, truth_metrics
from stargan.judge.classification import (
    Metrics,
    asked,
    attribute_errors,
    class_errors,
    real_errors,
    real_misses,
    single_targets,
    verdicts,
)
from stargan.judge.judge import Judge
from stargan.results.judgements import judged
from stargan.results.people import people_of
from stargan.results.translations import Translations


@dataclass(frozen=True)
class Found:
    """What was found of one dataset.

    metrics: flat. judgements: see `judged`. real_wrong: the judge's own errors on real test faces, see `real_misses`.
    """

    metrics: Metrics
    judgements: pd.DataFrame
    real_wrong: np.ndarray


def examined(
    dataset: str, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], made: Translations, protocol: Protocol
) -> Found:
    """Return what is found of `dataset`, one of `sets`: of its faces, and of other faces with its classes."""
    prepared, judge = sets[dataset], judges[dataset]
    own = made.of("own", faces=dataset, labels=dataset)
    positions = prepared.split("test")
    real, labels = judge.labels(judge.see(prepared.images, positions)), prepared.labels[positions]
    seen = judge.see(made.images, own.index.to_numpy())
    metrics = real_errors("classifier_error_percent", prepared.kind, real, labels)
    metrics |= own_errors(prepared, own, judge.labels(seen), protocol)
    metrics |= feature_distances(prepared, own, judge, seen.features, made, protocol)
    metrics |= reconstruction(prepared, made)
    metrics |= across(dataset, sets, judges, made, protocol)
    metrics |= truth_metrics(prepared, own, made.images, protocol.truths, protocol.random())
    given = made.of("cross", labels=dataset)
    metrics |= cross_truth_metrics(prepared.kind, sets, given, made.images, protocol.truths, protocol.random())
    return Found(metrics, judged(prepared, own, judge.labels(seen)), real_misses(prepared.kind, real, labels))


def own_errors(prepared: Prepared, own: pd.DataFrame, seen: np.ndarray, protocol: Protocol) -> Metrics:
    """Return the classification errors of a dataset's own translations, of which the judge saw labels `seen`.

    Classes: `<title>_error_percent` of neutral faces translated to every other class, the paper's Table 3, and
    `<title>_any_error_percent` of all faces. Attributes: see `attribute_errors`.
    """
    kind, source = prepared.kind, prepared.labels[own["image"].to_numpy()]
    targets = own["target"].to_numpy(dtype=str)
    if isinstance(kind, Attributes):
        rows = {target: targets == target for target in dict.fromkeys(targets)}
        return attribute_errors(kind, {target: (source[row], seen[row]) for target, row in rows.items()})
    away, wrong = verdicts(kind, source, seen, targets)
    people = people_of({prepared.dataset: prepared}, own)
    metrics = Metrics()
    for key, counted in (("", away & from_neutral(kind, source, protocol.neutral)), ("_any", away)):
        metrics |= class_errors(
            f"{kind.title}{key}_error_percent", wrong[counted], targets[counted], people[counted],
            protocol.bootstrap, protocol.random(),
        )  # fmt: skip
    return metrics


def from_neutral(kind: Classes, labels: np.ndarray, neutral: str) -> np.ndarray:
    """Return which of (N, width) labels are of the class `neutral`, or all where the kind has no such class."""
    if neutral not in kind.names:
        return np.ones(len(labels), dtype=bool)
    return np.asarray(labels[:, kind.names.index(neutral)] == 1)


def feature_distances(
    prepared: Prepared, own: pd.DataFrame, judge: Judge, seen: Tensor, made: Translations, protocol: Protocol
) -> Metrics:
    """Return FID and its kin: test faces translated into a domain against the real train images of that domain.

    This is StarGAN v2's protocol, but that FID and KID take all source domains of a target together, for more images.
    `seen` are the judge's features of the rows of `own`; {} where it has none.
    """
    if own.empty:
        return {}
    train = prepared.split("train")
    single = own["target"].isin(single_targets(prepared.kind, own["target"].tolist())).to_numpy(copy=True)
    own, seen = own[single], seen[torch.from_numpy(single)]

    def generated(rows: np.ndarray) -> Tensor:
        if protocol.features is None:
            return seen[torch.from_numpy(rows)]
        return protocol.features(made.images, own.index.to_numpy()[rows])

    real = real_features(prepared, judge, protocol)
    labels, targets = prepared.labels[own["image"].to_numpy()], own["target"].to_numpy(dtype=str)
    source = labels.argmax(axis=1) if isinstance(prepared.kind, Classes) else np.zeros(len(labels), dtype=int)
    truth = torch.from_numpy(prepared.labels[train])
    found = (  # one at a time, to bound the memory
        (name, Domain(generated(rows), real, source[rows], (truth[:, column] == value).nonzero().flatten()))
        for name, rows, column, value in domains(prepared.kind, labels, targets)
    )
    return domain_distances(found, "_classifier" if protocol.features is None else "", protocol.kid_subset)


def domains(kind: LabelKind, labels: np.ndarray, targets: np.ndarray) -> Iterator[tuple[str, np.ndarray, int, int]]:
    """Yield the domains that targets of one step lead to: name, which of N translations enter it, column, value.

    labels: (N, width) of the translated images; targets: N texts. An image enters a domain in which it is not
    already. A flipped attribute leads to two domains, such as `Male` and `no_Male`.
    """
    for target in dict.fromkeys(targets):
        (name,) = (step.name for step in kind.steps(str(target)))
        column, mine = kind.names.index(name), targets == target
        goal = asked(kind, labels, str(target))[:, column]
        for value in (1, 0):
            rows = mine & (goal == value) & (labels[:, column] != value)
            if rows.any():
                yield name if value else f"no_{name}", rows, column, value
