"""params.yaml, typed: every fault at once, each with its path, its value and the remedy.

Read with ruamel.yaml (YAML 1.2, as DVC itself): `dvc exp run -S train.g_lr=1e-5` writes `1e-05`, which PyYAML
would take for a string.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stargan.errors import Fault, nearest

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A section of params.yaml: strict types, no unknown key, never changed after reading."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True)


class SyntheticCeleba(Section):
    """Faces drawn in CelebA's form."""

    images: Positive
    seed: Count


class SyntheticRafd(Section):
    """Faces drawn in RaFD's form: people x 8 expressions x gazes x angles."""

    people: Positive
    seed: Count
    height: Positive
    """Picture height in pixels; the width follows from RaFD's 681 x 1024."""
    angles: list[Literal[0, 45, 90, 135, 180]]
    gazes: list[Literal["left", "frontal", "right"]]


class Synthesize(Section):
    """What is drawn in place of the datasets."""

    celeba: SyntheticCeleba
    rafd: SyntheticRafd


class Celeba(Section):
    """How CelebA's raw form is read."""

    images: str
    attributes: str
    partition: str
    labels: Annotated[list[str], Field(min_length=1)]
    exclusive: list[list[str]]
    crop: Positive
    """Side of the centre crop in pixels; 178 in the paper."""
    split: Literal["random", "official-code", "partition"]
    test_images: Positive
    seed: Count
    bad_images: Literal["stop", "quarantine"]


class Rafd(Section):
    """How RaFD's raw form, or any folder of class folders, is read."""

    images: str
    layout: Literal["rafd", "folders"]
    title: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    angles: list[Literal[0, 45, 90, 135, 180]]
    crop: Annotated[list[float], Field(min_length=3, max_length=3)]
    """Left, top and side of the face square as shares of the picture's width, height and width."""
    split: Literal["person", "image", "folders"]
    test_share: Annotated[float, Field(gt=0, lt=1)]
    seed: Count
    bad_images: Literal["stop", "quarantine"]


class Data(Section):
    """The datasets and the sizes they are prepared at."""

    sizes: Annotated[list[Positive], Field(min_length=1)]
    celeba: Celeba
    rafd: Rafd


class Classifier(Section):
    """Training of the ResNet-18 that judges translations."""

    epochs: Positive
    batch: Positive
    lr: Rate
    weight_decay: Weight


class Train(Section):
    """What all trainings share; symbols as in the paper."""

    method: Literal["star"]
    step: Literal["fast", "plain"]
    batch: Positive
    g_filters: Positive
    g_blocks: Count
    d_filters: Positive
    d_layers: Positive
    lambda_cls: Weight
    lambda_rec: Weight
    lambda_gp: Weight
    n_critic: Positive
    g_lr: Rate
    d_lr: Rate
    beta1: Annotated[float, Field(ge=0, lt=1)]
    beta2: Annotated[float, Field(ge=0, lt=1)]
    flip: Share
    schedule: Literal["paper", "official"]
    sample_every: Positive
    sample_faces: Positive
    checkpoint_every: Positive
    keep_every: Count
    log_every: Positive


class Run(Section):
    """One training: its datasets, image size in pixels, and length in epochs or iterations."""

    datasets: Annotated[list[str], Field(min_length=1)]
    image_size: Positive
    unit: Literal["epochs", "iterations"]
    length: Positive
    decay: Count
    """How much of `length`, at its end, the learning rate takes to fall to 0."""

    @model_validator(mode="after")
    def _decay_within_length(self) -> Self:
        if self.decay > self.length:
            raise ValueError(f"decay {self.decay} exceeds length {self.length}; lower decay or raise length")
        if len(set(self.datasets)) != len(self.datasets):
            raise ValueError(f"datasets {self.datasets} repeat one; name each once")
        return self


class Translate(Section):
    """Which generator translates test images, to which targets."""

    checkpoint: Literal["last"] | Positive
    batch: Positive
    pictures: Positive
    targets: dict[str, list[str]]


class Evaluate(Section):
    """The protocol of the metrics."""

    features: Literal["classifier", "inception"]
    inception_weights: str
    neutral: str
    kid_subset: Annotated[int, Field(ge=2)]
    bootstrap: Positive
    truths: Positive
    """Test faces of each dataset whose translations are compared with their drawn truth."""


class Params(Section):
    """The whole of params.yaml."""

    seed: Count
    threads: Positive
    device: Literal["auto", "cpu", "cuda"]
    synthesize: Synthesize
    data: Data
    classifier: Classifier
    train: Train
    runs: dict[str, Run]
    translate: Translate
    evaluate: Evaluate

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        datasets = [name for name in Data.model_fields if name != "sizes"]
        faults = []
        for name, run in self.runs.items():
            if run.image_size not in self.data.sizes:
                faults.append(
                    f"runs.{name}.image_size = {run.image_size} is not in data.sizes = {self.data.sizes}; add it there"
                )
            unknown = [dataset for dataset in run.datasets if dataset not in datasets]
            faults += [f"runs.{name}.datasets: {dataset!r} is unknown{nearest(dataset, datasets)}" for dataset in unknown]
        for dataset, targets in self.translate.targets.items():
            if dataset not in datasets:
                faults.append(f"translate.targets.{dataset} is no dataset{nearest(dataset, datasets)}")
                continue
            labels = getattr(getattr(self.data, dataset), "labels", None)
            steps = {step.lstrip("~-") for target in targets for step in target.split("+")}
            faults += [
                f"translate.targets.{dataset}: {step!r} is not in data.{dataset}.labels; change one, or give [] for one each"
                for step in sorted(steps) if labels and step not in labels
            ]  # fmt: skip
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def run(self, name: str) -> Run:
        """Return the run `name`. Raises Fault where it is not in params.yaml."""
        if name not in self.runs:
            raise Fault(f"params.yaml: runs.{name} is not there{nearest(name, self.runs)}")
        return self.runs[name]


def load(path: Path = Path("params.yaml")) -> Params:
    """Return the params in `path`. Raises Fault that lists every fault, each with path, value and remedy."""
    try:
        return Params.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = [
            (f"{'.'.join(map(str, fault['loc']))} = {shown(fault['input'])}: " if fault["loc"] else "")
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors()
        ]
        raise Fault(f"{path}: {len(faults)} fault(s) to mend: {'; '.join(faults)}") from error


def shown(value: Any) -> str:
    """Return a value for a one-line message, cut to 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def read_yaml(path: Path) -> Any:
    """Return the YAML 1.2 values of a file. Raises Fault where it can't be read or parsed."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        reason = " ".join(str(error).split())
        raise Fault(f"{path}: cannot be read as YAML ({reason}); mend it or run `git restore {path}`") from error


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) for each leaf of nested mappings."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{name}.")
        else:
            yield name, value
