"""How translations are made, judged and shown."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from stargan.core.params.section import Count, Name, Positive, Rate, Section, Weight


class Classifier(Section):
    """Training of the ResNet-18 that judges translations."""

    epochs: Positive
    batch: Positive
    lr: Rate
    weight_decay: Weight


class Translate(Section):
    """Which generator translates test images, to which targets."""

    checkpoint: Literal["last", "best"] | Positive
    batch: Positive
    pictures: Positive
    targets: dict[str, list[str]]


def of_each_dataset(value: Any) -> Any:
    """Return what `neutral` is. Raises ValueError on one class of all datasets, as version 0.1 had it."""
    if isinstance(value, str):
        raise ValueError("is a class of each dataset now; give {rafd: neutral}, a class a dataset, or {} for every class")
    return value


class Evaluate(Section):
    """The protocol of the metrics."""

    features: Literal["classifier", "inception"]
    inception_weights: str
    neutral: Annotated[dict[Name, str], BeforeValidator(of_each_dataset)]
    """The class of each dataset that its error starts from (Table 3); of a dataset that is not named, every class."""
    kid_subset: Annotated[int, Field(ge=2)]
    bootstrap: Positive
    identity: bool
    """Whether translations of photographs are compared with their originals by dlib, which tells whom they show."""
    truths: Positive
    """Test faces of each dataset whose translations are compared with their drawn truth."""


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
