"""params.yaml, typed: every fault at once, each with its path, its value and the remedy.

Read with ruamel.yaml (YAML 1.2, as DVC itself): `dvc exp run -S train.g_lr=1e-5` writes `1e-05`, which PyYAML
would take for a string.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stargan.core.files import checked_name
from stargan.errors import Fault, nearest

Positive = Annotated[int, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]
Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, AfterValidator(checked_name)]

TORCHRUN = (
    "nnodes", "nproc-per-node", "node-rank", "rdzv-backend", "rdzv-endpoint", "rdzv-id", "master-addr", "master-port",
    "max-restarts", "local-addr",
)  # fmt: skip
"""The options of torchrun that `launcher` may hold; none of them takes more than a host, a number or a word."""


def _launcher(text: str) -> str:
    """Return a launcher. Raises ValueError on what is none: it becomes part of a shell command in dvc.yaml."""
    option = rf"--(?:{'|'.join(name.replace('-', '[-_]') for name in TORCHRUN)})(?:=| +)[A-Za-z0-9][A-Za-z0-9_.:-]*"
    if not re.fullmatch(rf"python|(?:srun +)?torchrun(?: +(?:--standalone|{option}))*", text):
        options = ", ".join(f"--{name}" for name in ("standalone", *TORCHRUN))
        raise ValueError(f"no launcher; give python, or torchrun (srun torchrun) with options among {options}")
    return text


class Section(BaseModel):
    """A section of params.yaml: strict types, no unknown key, never changed after reading."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


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
    title: Name
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
    """StarGAN's training; symbols as in the paper. The baselines share what is not StarGAN's own."""

    step: Literal["fast", "plain"]
    precision: Literal["tf32", "float32", "bf16"]
    """tf32: products on a GPU rounded to TF32, on a CPU float32. bf16: convolutions and products in bfloat16."""
    mask: bool
    """Whether joint training has the mask vector of Eq. 7."""
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


class Sets(Section):
    """What a training reads: its datasets, their labels and image size in pixels."""

    datasets: Annotated[list[str], Field(min_length=1)]
    faces: Annotated[list[str], Field(min_length=1)]
    """Datasets whose test faces are translated: the run's own, and others to its classes."""
    labels: list[str]
    """The attributes that are trained, in order; [] for all that were prepared."""
    image_size: Positive

    @model_validator(mode="after")
    def _sets_fit(self) -> Self:
        for name, values in (("datasets", self.datasets), ("faces", self.faces), ("labels", self.labels)):
            if len(set(values)) != len(values):
                raise ValueError(f"{name} {values} repeat one; name each once")
        missing = [dataset for dataset in self.datasets if dataset not in self.faces]
        if missing:
            raise ValueError(f"faces {self.faces} lack {', '.join(missing)} of datasets; add it")
        return self


class Run(Sets):
    """One training of StarGAN, and its length in epochs or iterations."""

    unit: Literal["epochs", "iterations"]
    length: Positive
    decay: Count
    """How much of `length`, at its end, the learning rate takes to fall to 0."""

    @model_validator(mode="after")
    def _decay_within_length(self) -> Self:
        if self.decay > self.length:
            raise ValueError(f"decay {self.decay} exceeds length {self.length}; lower decay or raise length")
        return self


class Baseline(Sets):
    """One training of a method that StarGAN is compared with; `budget` gives its length."""

    method: Literal["diat", "cyclegan", "icgan"]
    like: str
    """The run that it is measured against: its length and decay are the budget's base."""
    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]]
    """(from, to) domains, a model each; [] for a method that needs none. `Male`, `-Male`, or a class."""

    @model_validator(mode="after")
    def _pairs_fit(self) -> Self:
        if len(self.datasets) != 1:
            raise ValueError(f"datasets {self.datasets} are not one; a baseline is trained on one dataset")
        if (self.method == "icgan") == bool(self.pairs):
            raise ValueError(f"pairs {self.pairs} do not fit {self.method}; icgan takes [], the others one or more")
        if len({frozenset(pair) if self.method == "cyclegan" else tuple(pair) for pair in self.pairs}) != len(self.pairs):
            raise ValueError(f"pairs {self.pairs} repeat one; name each once (cyclegan trains both directions of one)")
        return self


class Diat(Section):
    """DIAT: one G and D for each ordered pair."""

    loss: Literal["vanilla", "least_squares"]
    features: Literal["pixels", "random"]
    """F of the identity loss: the image itself, or a frozen random network."""
    lambda_id: Weight


class CycleGan(Section):
    """CycleGAN: two G and two D for each pair."""

    loss: Literal["vanilla", "least_squares"]
    lambda_cyc: Weight
    lambda_idt: Weight
    """Weight of the identity loss G_ab(b) = b, as a share of lambda_cyc."""


class IcGan(Section):
    """IcGAN: a conditional GAN, then two encoders that invert it."""

    z: Positive
    filters: Positive
    encoder_filters: Positive
    z_units: Positive
    y_units: Positive
    gan_share: Annotated[float, Field(gt=0, lt=1)]
    """Share of the iterations that train the GAN; the encoders take the rest."""
    gan_lr: Rate
    encoder_lr: Rate
    encoder_beta1: Annotated[float, Field(ge=0, lt=1)]


class Compare(Section):
    """Which runs stand beside each other in tables and figures; the first of a list is the one compared with."""

    attributes: Annotated[list[str], Field(min_length=1)]
    """Tables 1 and 2, Figure 4."""
    expressions: Annotated[list[str], Field(min_length=1)]
    """Table 3 and Figure 5."""
    single: str
    """Figure 6: the run on the classes' dataset alone."""
    joint: str
    """Figures 1, 6 and 7: the run on both."""
    faces: Positive
    """Test faces a figure."""


class Study(Section):
    """The user study's page."""

    questions: Positive
    validation: Count
    """Further questions with a known answer, a real image against noise, mixed in."""
    seed: Count


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
    launcher: Annotated[str, AfterValidator(_launcher)]
    """What dvc.yaml starts trainings with: python, or torchrun with its options."""
    synthesize: Synthesize
    data: Data
    classifier: Classifier
    train: Train
    runs: dict[Name, Run]
    budget: Literal["images_per_model", "images_per_domain", "compute"]
    """How long a baseline trains, against the run that it is measured with."""
    baselines: dict[Name, Baseline]
    diat: Diat
    cyclegan: CycleGan
    icgan: IcGan
    translate: Translate
    evaluate: Evaluate
    compare: Compare
    study: Study

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        datasets = [name for name in Data.model_fields if name != "sizes"]
        faults = []
        trainings = {f"runs.{name}": run for name, run in self.runs.items()}
        for name, run in (trainings | {f"baselines.{name}": one for name, one in self.baselines.items()}).items():
            if run.image_size not in self.data.sizes:
                faults.append(f"{name}.image_size = {run.image_size} is not in data.sizes = {self.data.sizes}; add it there")
            unknown = [dataset for dataset in run.faces if dataset not in datasets]
            faults += [f"{name}.faces: {dataset!r} is unknown{nearest(dataset, datasets)}" for dataset in unknown]
            known = self.data.celeba.labels
            faults += [
                f"{name}.labels: {label!r} is not in data.celeba.labels{nearest(label, known)}"
                for label in run.labels if label not in known
            ]  # fmt: skip
        for name, baseline in self.baselines.items():
            faults += [f"baselines.{name}.pairs: {fault}" for fault in self._pair_faults(baseline)]
            if name in self.runs:
                faults.append(f"baselines.{name}: runs has that name too; give it another")
            if baseline.like not in self.runs:
                faults.append(f"baselines.{name}.like = {baseline.like!r} is not in runs{nearest(baseline.like, self.runs)}")
                continue
            like = self.runs[baseline.like]
            if (like.datasets, like.labels, like.image_size) != (baseline.datasets, baseline.labels, baseline.image_size):
                faults.append(
                    f"baselines.{name}: datasets, labels or image_size differ from runs.{baseline.like}'s, which it is "
                    "measured with; make them equal"
                )
        every = [*self.runs, *self.baselines]
        for key in ("attributes", "expressions"):
            faults += [
                f"compare.{key}: {name!r} is in neither runs nor baselines{nearest(name, every)}"
                for name in getattr(self.compare, key) if name not in every
            ]  # fmt: skip
        for key in ("single", "joint"):
            name = getattr(self.compare, key)
            faults += [] if name in self.runs else [f"compare.{key} = {name!r} is not in runs{nearest(name, self.runs)}"]
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

    def _pair_faults(self, baseline: Baseline) -> Iterator[str]:
        """Yield what is wrong with a baseline's pairs of attributes; classes are known only once they are read."""
        settings = getattr(self.data, baseline.datasets[0], None)
        if not isinstance(settings, Celeba):
            return
        for here, there in baseline.pairs:
            names = [domain.removeprefix("-") for domain in (here, there)]
            known = baseline.labels or settings.labels
            yield from (f"{name!r} is not among its labels{nearest(name, known)}" for name in names if name not in known)
            opposite = names[0] == names[1] and here != there
            if not opposite and not any(here in group and there in group for group in settings.exclusive):
                yield f"[{here}, {there}] do not rule each other out; pair A with -A, or two of data.celeba.exclusive"

    def training(self, name: str) -> Run | Baseline:
        """Return the run or baseline `name`. Raises Fault where it is not in params.yaml."""
        every: dict[str, Run | Baseline] = {**self.runs, **self.baselines}
        if name not in every:
            raise Fault(f"params.yaml: {name} is in neither runs nor baselines{nearest(name, every)}")
        return every[name]

    def followed(self, name: str) -> dict[str, Any]:
        """Return the params that the training `name` follows from, as plain values.

        Of `train` a baseline follows what is not StarGAN's loss; n_critic and step, because they tell StarGAN's operations.
        """
        run = self.training(name)
        values: dict[str, Any] = {"seed": self.seed, "train": self.train.model_dump(), "run": run.model_dump()}
        if isinstance(run, Baseline):
            values["train"] = self.train.model_dump(exclude={"lambda_cls", "lambda_rec", "lambda_gp"})
            own: dict[str, Section] = {"diat": self.diat, "cyclegan": self.cyclegan, "icgan": self.icgan}
            values |= {run.method: own[run.method].model_dump()}
            values |= {"budget": self.budget, "like": self.runs[run.like].model_dump()}
        return values


def load(path: Path = Path("params.yaml")) -> Params:
    """Return the params in `path`. Raises Fault that lists every fault, each with path, value and remedy."""
    try:
        return Params.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = [_told(fault) for fault in error.errors()]
        raise Fault(f"{path}: {'; '.join(faults)}; correct it there") from error


def _told(fault: ErrorDetails) -> str:
    """Return one fault as `path = value: what is wrong and the remedy`; a key that is wrong stands in the message."""
    *parents, last = fault["loc"] or ("",)
    where = ".".join(map(str, parents[:-1])) if last == "[key]" else ".".join(map(str, fault["loc"]))
    value = "" if last == "[key]" or not where else f" = {shown(fault['input'])}"
    return (f"{where}{value}: " if where else "") + fault["msg"].removeprefix("Value error, ")


def shown(value: Any) -> str:
    """Return a value for a one-line message, cut to 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def read_yaml(path: Path) -> Any:
    """Return the YAML 1.2 values of a file. Raises Fault where it can't be read or parsed."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, YAMLError) as error:  # a date that is none is a ValueError
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
