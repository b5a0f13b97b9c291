"""Distances between sets of features: FID in its symmetric form; KID, precision and recall by torch-fidelity.

torch-fidelity is handed features instead of images, through its own registration of feature extractors: every
image passes a network once, whatever is then computed of it. Its cache is off, for its key knows no weights.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from torch_fidelity import FeatureExtractorBase, calculate_metrics, register_feature_extractor

from stargan.core.measures import BIASED, Measure

NEIGHBOURS = 3
"""Precision and recall: the radius of a ball is the distance to the third neighbour (torch-fidelity's default)."""
FEWEST = NEIGHBOURS + 1
"""With fewer images on either side nothing is computed."""
SUBSETS = 100
"""KID: the mean over so many random subsets (torch-fidelity's default)."""
BLOCK = 1000
"""Precision and recall: rows of distances held at once. In float64, 1,000 against `MOST` real images are 0.4 GB;
torch-fidelity's default of 10,000 would take ten times that."""
ROWS = 10_000
"""Rows of features that are float64 at once."""
MOST = 50_000
"""KID, precision and recall take so many of a domain's real images, evenly spread: torch-fidelity holds all at once."""
RNG_SEED = 2020
"""Seed of KID's subsets (torch-fidelity's default)."""


class Rows(Dataset[Tensor]):
    """Features as a data set, one row a sample."""

    def __init__(self, features: Tensor) -> None:
        self.features = features

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, row: int) -> Tensor:
        return self.features[row].double()


class Given(FeatureExtractorBase):  # type: ignore[misc]
    """The feature extractor of features that are there already: what comes in goes out."""

    def __init__(self, name: str, features_list: list[str], **_: Any) -> None:
        super().__init__(name, features_list)

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        """Return the names of the features it gives."""
        return ("given",)

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:  # noqa: ARG004
        """Return the name of the features that `metric` takes."""
        return "given"

    def forward(self, features: Tensor) -> tuple[Tensor]:
        """Return `features` as the only layer."""
        return (features,)


register_feature_extractor("given", Given)


@dataclass(frozen=True)
class Domain:
    """The (N, d) features of images translated into a domain, and those of real images.

    source: (N,) numbers of the domains that the images were translated from. members: the (M,) rows of the real images
    that are in the domain.
    """

    generated: Tensor
    real: Tensor
    source: np.ndarray
    members: Tensor

    @property
    def n(self) -> int:
        """Number of images of the smaller side."""
        return min(len(self.generated), len(self.members))

    def sample(self) -> Tensor:
        """Return the features of the domain's real images, at most `MOST` of them."""
        if len(self.members) <= MOST:
            return self.real[self.members]
        return self.real[self.members[torch.arange(MOST) * len(self.members) // MOST]]


def distances(domain: Domain, kid_subset: int) -> dict[str, float]:
    """Return fid, kid, and where there is a source domain of enough images precision and recall.

    kid_subset: images in each of KID's subsets, at most as many as either side has.
    """
    sample = domain.sample()
    values = compared(domain.generated, sample, kid=True, kid_subsets=SUBSETS, kid_subset_size=kid_subset, rng_seed=RNG_SEED)
    fid = frechet_distance(moments(domain.generated), moments(domain.real, domain.members))
    return {"fid": fid, "kid": values["kernel_inception_distance_mean"]} | coverage(domain.generated, sample, domain.source)


Moments = tuple[Tensor, Tensor]
"""A mean (d,) and a covariance (d, d), float64."""


def frechet_distance(generated: Moments, real: Moments) -> float:
    """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two sets' moments (FID: Heusel et al., 2017, Eq. 6).

    The trace of the root is that of (C1^(1/2) C2 C1^(1/2))^(1/2), which is symmetric: at Inception's 2048 features that
    is several times faster than the eigenvalues of C1 C2, and equal to torch-fidelity's value to six digits.
    """
    (m1, c1), (m2, c2) = generated, real
    values, vectors = torch.linalg.eigh(c1)
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    of_product = torch.linalg.eigvalsh(root @ c2 @ root).clamp_min(0)
    return float((m1 - m2).square().sum() + c1.trace() + c2.trace() - 2 * of_product.sqrt().sum())


def moments(features: Tensor, rows: Tensor | None = None) -> Moments:
    """Return the mean and covariance of (N, d) features, or of some of their rows, by blocks."""
    blocks = torch.split(torch.arange(len(features)) if rows is None else rows, ROWS)
    n = sum(len(block) for block in blocks)
    mean = torch.stack([features[block].double().sum(dim=0) for block in blocks]).sum(dim=0) / n
    covariance = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for block in blocks:
        centred = features[block].double() - mean
        covariance.addmm_(centred.T, centred)
    return mean, covariance / (n - 1)


def coverage(generated: Tensor, real: Tensor, source: np.ndarray) -> dict[str, float]:
    """Return precision and recall, the means over the source domains of four images or more; {} where none has them.

    One source domain at a time: the translations of one face from several domains are nearly equal, so that pooled
    they are each other's nearest neighbours, and recall falls to 0 for a perfect translator.
    """
    found = []
    for number in np.unique(source):
        rows = torch.from_numpy(source == number)
        if rows.sum() >= FEWEST:
            of_source = generated[rows]
            found.append(compared(of_source, real, prc=True, prc_neighborhood=NEIGHBOURS, prc_batch_size=BLOCK))
    return {name: sum(of[name] for of in found) / len(found) for name in ("precision", "recall")} if found else {}


def compared(generated: Tensor, real: Tensor, **wanted: bool | int) -> dict[str, float]:
    """Return what torch-fidelity says of generated against real features, under its own keys."""
    values: dict[str, float] = calculate_metrics(
        input1=Rows(generated),
        input2=Rows(real),
        feature_extractor="given",
        cuda=False,
        cache=False,
        verbose=False,
        batch_size=1024,
        save_cpu_ram=True,  # no worker processes, and the same values
        **wanted,
    )
    return values


def domain_distances(dataset: str, domains: Iterable[tuple[str, Domain]], suffix: str, kid_subset: int) -> list[Measure]:
    """Return `fid<suffix>`, `kid<suffix>`, `precision<suffix>` and `recall<suffix>` of each domain, and over the domains.

    n: the smaller side's images; of KID those in a subset, `kid_subset` or what the domain's size allows. FID from fewer
    images than features is `fid<suffix>_biased`, as is a mean with one of these in it; KID has no such bias. A domain
    with fewer than 4 images on a side has none.
    """
    measures: list[Measure] = []
    for name, domain in domains:
        if domain.n < FEWEST:
            continue
        subset = min(kid_subset, domain.n, MOST)
        bias = "" if domain.n >= domain.real.shape[1] else BIASED
        for key, value in distances(domain, subset).items():
            measure, n = f"{key}{suffix}{bias if key == 'fid' else ''}", subset if key == "kid" else domain.n
            measures.append(Measure(measure, dataset, name, value, n=n))
    return [*means(dataset, measures), *measures]


def means(dataset: str, measures: Sequence[Measure]) -> list[Measure]:
    """Return the mean of each measure over the domains; n: of the domains. A biased one makes its mean biased."""
    names = dict.fromkeys(one.measure.removesuffix(BIASED) for one in measures)
    groups = [[one for one in measures if one.measure.removesuffix(BIASED) == name] for name in names]
    return [
        Measure(
            max((one.measure for one in group), key=len),
            dataset,
            "",
            sum(one.value for one in group) / len(group),
            n=len(group),
        )
        for group in groups
    ]
