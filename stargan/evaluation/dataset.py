"""All metrics of one dataset's translations: each function returns flat keys, `all_metrics` puts them together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from stargan.data.prepared import Prepared
from stargan.domains import Attributes, Classes, LabelKind
from stargan.evaluation.classification import (
    Metrics,
    asked,
    attribute_errors,
    class_errors,
    real_errors,
    single_targets,
)
from stargan.evaluation.frechet import Domain, domain_distances
from stargan.evaluation.judge import Judge, batches
from stargan.evaluation.similarity import similarity
from stargan.evaluation.translations import Translations
from stargan.evaluation.truth import cross_truth_metrics, truth_metrics

Features = Callable[[np.ndarray, np.ndarray], Tensor]
"""Takes uint8 (M, s, s, 3) images and N positions, gives their (N, d) features."""


@dataclass(frozen=True)
class Protocol:
    """How is measured: the params of `evaluate`, the seed, and other features than the judge's where given."""

    neutral: str
    """The class that the class error starts from (Table 3); "", or a dataset without it: every class."""
    kid_subset: int
    bootstrap: int
    truths: int
    """Test faces a dataset whose translations are compared with their ground truth."""
    seed: int
    features: Features | None = None

    def random(self) -> np.random.Generator:
        """Return a fresh generator, so that no metric depends on which were computed before it."""
        return np.random.default_rng(self.seed)


def all_metrics(dataset: str, sets: Mapping[str, Prepared], judge: Judge, made: Translations, protocol: Protocol) -> Metrics:
    """Return the metrics of `dataset`, one of `sets`: of its faces, and of other faces with its classes."""
    prepared = sets[dataset]
    own = made.of("own", faces=dataset, labels=dataset)
    positions = prepared.split("test")
    real = judge.labels(judge.see(prepared.images, positions))
    seen = judge.see(made.images, own.index.to_numpy())
    metrics = real_errors("classifier_error_percent", prepared.kind, real, prepared.labels[positions])
    metrics |= own_errors(prepared, own, judge.labels(seen), protocol)
    metrics |= feature_distances(prepared, own, judge, seen.features, made, protocol)
    metrics |= reconstruction(prepared, made)
    metrics |= across(dataset, sets, judge, made, protocol)
    metrics |= truth_metrics(prepared, own, made.images, protocol.truths, protocol.random())
    given = made.of("cross", labels=dataset)
    return metrics | cross_truth_metrics(prepared.kind, sets, given, made.images, protocol.truths, protocol.random())


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
    wanted = one_hot(kind, targets)
    wrong = (seen != wanted).any(axis=1)
    away = (source != wanted).any(axis=1)
    people = people_of({prepared.dataset: prepared}, own)
    metrics = Metrics()
    for key, rows in (("", away & from_neutral(kind, source, protocol.neutral)), ("_any", away)):
        metrics |= class_errors(
            f"{kind.title}{key}_error_percent", wrong[rows], targets[rows], people[rows],
            protocol.bootstrap, protocol.random(),
        )  # fmt: skip
    return metrics


def from_neutral(kind: Classes, labels: np.ndarray, neutral: str) -> np.ndarray:
    """Return which of (N, width) labels are of the class `neutral`, or all where the kind has no such class."""
    if neutral not in kind.names:
        return np.ones(len(labels), dtype=bool)
    return np.asarray(labels[:, kind.names.index(neutral)] == 1)


def one_hot(kind: Classes, targets: np.ndarray) -> np.ndarray:
    """Return the uint8 (N, width) labels of N class names."""
    found = np.zeros((len(targets), kind.width), dtype=np.uint8)
    for target in dict.fromkeys(targets):
        found[targets == target] = asked(kind, found[targets == target], str(target))
    return found


def feature_distances(
    prepared: Prepared, own: pd.DataFrame, judge: Judge, seen: Tensor, made: Translations, protocol: Protocol
) -> Metrics:
    """Return FID and its kin: test faces translated into a domain against the real train images of that domain.

    This is StarGAN v2's protocol, but that FID and KID take all source domains of a target together, for more images.
    `seen` are the judge's features of the rows of `own`.
    """
    train = prepared.split("train")
    single = own["target"].isin(single_targets(prepared.kind, own["target"].tolist())).to_numpy(copy=True)
    own = own[single]
    if protocol.features is None:
        generated, suffix = seen[torch.from_numpy(single)], "_classifier"
        real = judge.see(prepared.images, train).features
    else:
        generated, suffix = protocol.features(made.images, own.index.to_numpy()), ""
        real = protocol.features(prepared.images, train)
    labels, targets = prepared.labels[own["image"].to_numpy()], own["target"].to_numpy(dtype=str)
    source = labels.argmax(axis=1) if isinstance(prepared.kind, Classes) else np.zeros(len(labels), dtype=int)
    found = {}
    for name, rows, column, value in domains(prepared.kind, labels, targets):
        of_domain = torch.from_numpy(prepared.labels[train][:, column] == value)
        found[name] = Domain(generated[torch.from_numpy(rows)], real[of_domain], source[rows])
    return domain_distances(found, suffix, protocol.kid_subset)


def domains(kind: LabelKind, labels: np.ndarray, targets: np.ndarray) -> Iterator[tuple[str, np.ndarray, int, int]]:
    """Yield the domains that targets of one step lead to: name, which of N translations enter it, column, value.

    labels: (N, width) of the translated images; targets: N texts. An image enters a domain in which it is not
    already. A flipped attribute leads to two domains, such as `Male` and `no_Male`.
    """
    for target in dict.fromkeys(targets):
        name = target.lstrip("~-") if isinstance(kind, Attributes) else target
        column, mine = kind.names.index(name), targets == target
        goal = asked(kind, labels, str(target))[:, column]
        for value in (1, 0):
            rows = mine & (goal == value) & (labels[:, column] != value)
            if rows.any():
                yield name if value else f"no_{name}", rows, column, value


def reconstruction(prepared: Prepared, made: Translations) -> Metrics:
    """Return how like its input a face is that was translated to its own label: `reconstruction_l1`, `_psnr`, `_ssim`.

    Means over the images; L1 on pixel values in [0, 1].
    """
    rows = made.of("reconstruction", faces=prepared.dataset)
    parts = [
        similarity(left, right)
        for left, right in zip(
            batches(made.images, rows.index.to_numpy()),
            batches(prepared.images, rows["image"].to_numpy()),
            strict=True,
        )
    ]
    names = parts[0] if parts else ()
    return {f"reconstruction_{name}": float(np.concatenate([part[name] for part in parts]).mean()) for name in names}


def across(dataset: str, sets: Mapping[str, Prepared], judge: Judge, made: Translations, protocol: Protocol) -> Metrics:
    """Return the errors of other datasets' faces translated to the classes of `dataset`, with either mask.

    `cross_<title>_error_percent` with the proper mask vector and `wrong_mask_<title>_error_percent` with that of the
    faces' own dataset (Figure 7), judged by the judge of `dataset`. Every face counts: its own class is not known.
    """
    kind, metrics = sets[dataset].kind, Metrics()
    for name in ("cross", "wrong_mask"):
        rows = made.of(name, labels=dataset)
        if rows.empty or not isinstance(kind, Classes):
            continue
        targets = rows["target"].to_numpy(dtype=str)
        seen = judge.labels(judge.see(made.images, rows.index.to_numpy()))
        wrong = (seen != one_hot(kind, targets)).any(axis=1)
        metrics |= class_errors(
            f"{name}_{kind.title}_error_percent", wrong, targets, people_of(sets, rows),
            protocol.bootstrap, protocol.random(),
        )  # fmt: skip
    return metrics


def people_of(sets: Mapping[str, Prepared], rows: pd.DataFrame) -> np.ndarray:
    """Return a name for who is shown in each row: the person, or where that is unknown the image itself.

    Equal names in two datasets are two people.
    """
    names = {}
    for dataset, prepared in sets.items():
        persons = prepared.rows["person"].tolist()
        names[dataset] = [f"{dataset} {who or f'image {i}'}" for i, who in enumerate(persons)]
    return np.array([names[faces][image] for faces, image in zip(rows["faces"], rows["image"], strict=True)])
