"""The whole of params.yaml."""

from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from stargan.core.params import checks
from stargan.core.params.datasets import AnyDataset
from stargan.core.params.judging import Classifier, Compare, Evaluate, Study, Translate
from stargan.core.params.launcher import Launcher
from stargan.core.params.methods import CycleGan, Diat, IcGan
from stargan.core.params.reading import read_yaml, told
from stargan.core.params.runs import Run
from stargan.core.params.section import Count, Name, Positive, Section
from stargan.core.params.synthesize import Synthesize
from stargan.core.params.train import Bookkeeping, Train
from stargan.errors import Fault, nearest

STARGANS = {"lambda_cls", "lambda_rec", "lambda_gp", "compile", "cutout", "g_norms", "reconstruct_first"}
"""What is StarGAN's alone in `train`. n_critic and step tell its operations, which may be a budget for others."""
JOINT = {"mask", "targets"}
"""What joint training alone has in `train`."""
AFTER = {"faces"}
"""What of a run its training does not follow from."""
OF_A_LENGTH = AFTER | {"start_from"}
"""What of a run the length of one that is like it does not follow from."""


class Params(Section):
    """The whole of params.yaml."""

    seed: Count
    threads: Annotated[int, Field(gt=0, le=1024)]
    device: Literal["auto", "cpu", "cuda"]
    launcher: Launcher
    """What dvc.yaml starts trainings with: python, or torchrun with its options."""
    image_size: Positive
    """In pixels, of every run that does not say its own."""
    synthesize: Synthesize
    datasets: dict[Name, AnyDataset]
    classifier: Classifier
    train: Train
    bookkeeping: Bookkeeping
    runs: dict[Name, Run]
    budget: Literal["images_per_model", "images_per_domain", "compute"]
    """How long a run trains that is `like` another."""
    diat: Diat
    cyclegan: CycleGan
    icgan: IcGan
    translate: Translate
    evaluate: Evaluate
    compare: Compare
    study: Study

    @model_validator(mode="before")
    @classmethod
    def _size_of_all(cls, values: Any) -> Any:
        """Give each run the image size of all where it has none of its own."""
        runs = values.get("runs") if isinstance(values, dict) else None
        if not isinstance(runs, dict) or "image_size" not in values:
            return values
        size = {"image_size": values["image_size"]}
        return values | {"runs": {key: size | run if isinstance(run, dict) else run for key, run in runs.items()}}

    @model_validator(mode="after")
    def _sections_fit(self) -> Self:
        faults = [
            *chain(
                checks.train_faults(self),
                checks.run_faults(self),
                checks.compare_faults(self),
                checks.target_faults(self),
                checks.neutral_faults(self),
            )
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def run(self, name: str) -> Run:
        """Return the run `name`. Raises Fault where it is not in params.yaml."""
        if name not in self.runs:
            raise Fault(f"params.yaml: {name} is not in runs{nearest(name, self.runs)}")
        return self.runs[name]

    def dataset(self, name: str) -> AnyDataset:
        """Return how the dataset `name` is read. Raises Fault where it is not in params.yaml."""
        if name not in self.datasets:
            raise Fault(f"params.yaml: {name} is not in datasets{nearest(name, self.datasets)}")
        return self.datasets[name]

    def sizes(self, dataset: str) -> list[int]:
        """Return the image sizes that a dataset is prepared at. Raises Fault where it is not in params.yaml."""
        return self.dataset(dataset).sizes or [self.image_size]

    def followed(self, name: str) -> dict[str, Any]:
        """Return the params that the training `name` follows from, as plain values: those of its method and of its length.

        Which faces are translated afterwards is none of them.
        """
        run = self.run(name)
        own: dict[str, Section] = {"diat": self.diat, "cyclegan": self.cyclegan, "icgan": self.icgan}
        unread = (STARGANS if run.method in own else set()) | (JOINT if len(run.datasets) == 1 else set())
        values: dict[str, Any] = {
            "seed": self.seed,
            "run": run.model_dump(exclude=AFTER, exclude_none=True),
            "train": self.train.model_dump(exclude=unread),
        }
        if run.method in own:
            values |= {run.method: own[run.method].model_dump()}
        if run.like:
            values |= {"budget": self.budget, "like": self.run(run.like).model_dump(exclude=OF_A_LENGTH, exclude_none=True)}
        return values


def load(path: Path = Path("params.yaml")) -> Params:
    """Return the params in `path`. Raises Fault that lists every fault, each with path, value and remedy."""
    try:
        return Params.model_validate(read_yaml(path))
    except ValidationError as error:
        raise Fault(f"{path}: {'; '.join(map(told, error.errors()))}; correct it there") from error
