"""Distances between sets of features: FID, KID, precision and recall, all by torch-fidelity.

torch-fidelity is handed features instead of images, through its own registration of feature extractors: every
image passes a network once, whatever is then computed of it. Its cache is off, for its key knows no weights.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.utils.data import Dataset
from torch_fidelity import FeatureExtractorBase, calculate_metrics, register_feature_extractor

from stargan.evaluation.classification import Metrics

NEIGHBOURS = 3
"""Precision and recall: the radius of a ball is the distance to the third neighbour (torch-fidelity's default)."""
FEWEST = NEIGHBOURS + 1
"""With fewer images on either side nothing is computed."""
SUBSETS = 100
"""KID: the mean over so many random subsets (torch-fidelity's default)."""
RNG_SEED = 2020
"""Seed of KID's subsets (torch-fidelity's default)."""


class Rows(Dataset[Tensor]):
    """Features as a data set, one row a sample."""

    def __init__(self, features: Tensor) -> None:
        self.features = features.double()

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, row: int) -> Tensor:
        return self.features[row]


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


def distances(generated: Tensor, real: Tensor, kid_subset: int) -> Metrics:
    """Return fid, kid, precision and recall of (N, d) generated against (M, d) real features; N, M >= 4.

    kid_subset: images in each of KID's subsets, at most N and M.
    """
    values = calculate_metrics(
        input1=Rows(generated), input2=Rows(real), fid=True, kid=True, prc=True, feature_extractor="given",
        kid_subsets=SUBSETS, kid_subset_size=kid_subset, rng_seed=RNG_SEED, prc_neighborhood=NEIGHBOURS,
        cuda=False, cache=False, verbose=False, batch_size=1024,
        save_cpu_ram=True,  # no worker processes, and the same values
    )  # fmt: skip
    return {
        "fid": values["frechet_inception_distance"], "kid": values["kernel_inception_distance_mean"],
        "precision": values["precision"], "recall": values["recall"],
    }  # fmt: skip


def domain_distances(domains: Mapping[str, tuple[Tensor, Tensor]], suffix: str, kid_subset: int) -> Metrics:
    """Return the distances of each domain's (generated, real) features, and their means over the domains.

    Keys: `fid<suffix>_<domain>` and the like; `fid<suffix>_<domain>_n`, the smaller side's number of images;
    `kid_subset_<domain>`, `kid_subset` or what the domain's size allows. FID from fewer images than features says
    so: it is `fid<suffix>_biased_<domain>`, as is a mean with one of these in it; KID has no such bias. A domain
    with fewer than 4 images on a side has its `_n` alone.
    """
    metrics, found = Metrics(), []
    for domain, (generated, real) in domains.items():
        n = min(len(generated), len(real))
        fid = f"fid{suffix}" if n >= generated.shape[1] else f"fid{suffix}_biased"
        metrics[f"{fid}_{domain}_n"] = n
        if n >= FEWEST:
            subset = min(kid_subset, n)
            values = distances(generated, real, subset)
            values = {fid if name == "fid" else f"{name}{suffix}": value for name, value in values.items()}
            metrics |= {f"{name}_{domain}": value for name, value in values.items()}
            metrics[f"kid_subset_{domain}"] = subset
            found.append(values)
    return metrics | means(found, f"fid{suffix}")


def means(domains: Sequence[Metrics], fid: str) -> Metrics:
    """Return the mean of each metric over the domains; FID's is `<fid>_biased` where any of them is."""
    biased = f"{fid}_biased"
    values: dict[str, list[float]] = {}
    for domain in domains:
        for name, value in domain.items():
            values.setdefault(fid if name == biased else name, []).append(value)
    table = {name: sum(of_domain) / len(of_domain) for name, of_domain in values.items()}
    if any(biased in domain for domain in domains):
        table[biased] = table.pop(fid)
    return table
