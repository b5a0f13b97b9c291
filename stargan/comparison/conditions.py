"""How a training and its test differ from the paper's, in words, in a fixed order: the first one names the verdict."""

from collections.abc import Iterator, Mapping
from typing import Any

from stargan.comparison.judged import Judged
from stargan.comparison.paper import TRAINING, WIDTHS, Setup
from stargan.data.domains import Classes

MISSING = "nothing"


def data_differences(judged: Judged, dataset: str, setup: Setup) -> Iterator[str]:
    """Yield how the images differ: drawn or photographed, their size and number, the split, the number of labels."""
    about = judged.datasets[dataset]
    total, test, labels = sum(about["images"].values()), about["images"]["test"], judged.kind(dataset).width
    fewest, most = setup.test
    if about["synthetic"]:
        yield "drawn faces, not photographs"
    if judged.image_size != setup.image_size:
        yield f"{judged.image_size} px, not {setup.image_size}"
    if total != setup.images:
        yield f"{total:,} images, not {setup.images:,}"
    if not fewest <= test <= most:
        yield f"{test:,} test images, not {fewest:,} to {most:,}"
    if labels != setup.labels:
        yield f"{labels} labels, not {setup.labels}"


def width_differences(judged: Judged, setup: Setup) -> Iterator[str]:
    """Yield how the networks are built otherwise: for another image size, of other widths."""
    if judged.image_size != setup.image_size:
        yield f"{judged.image_size} px, not {setup.image_size}"
    yield from setting_differences(judged.settings, WIDTHS[judged.method])


def size_differences(judged: Judged, setup: Setup) -> Iterator[str]:
    """Yield how the networks differ: in image size, in widths, and in a model's exact number of parameters."""
    yield from width_differences(judged, setup)
    parameters, exact = judged.sizes["parameters"], setup.parameters.get(judged.method)
    if exact is not None and parameters != exact:
        yield f"{parameters:,} parameters, not {exact:,}"


def training_differences(judged: Judged, dataset: str, setup: Setup) -> Iterator[str]:
    """Yield how the training differs: in its settings, in the length of the rates' fall and in its iterations."""
    yield from setting_differences(judged.settings, TRAINING[judged.method])
    run = judged.settings.get("like", judged.settings["run"])  # a baseline's length and decay are another run's
    if 2 * run["decay"] != run["length"]:
        yield f"decay over {run['decay']} of {run['length']} {run['unit']}, not over a half"
    batches = -(-judged.datasets[dataset]["images"]["train"] // judged.settings["train"]["batch"])
    wanted = setup.epochs * batches
    if judged.step != wanted:
        yield f"{judged.step:,} iterations, not {wanted:,}"


def setting_differences(settings: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings, by dotted keys, that are not as expected."""
    for key, wanted in expected.items():
        section, name = key.split(".")
        found = settings.get(section, {}).get(name, MISSING)
        if found != wanted:
            yield f"{key} is {found}, not {wanted}"


def run_differences(judged: Judged, dataset: str, setup: Setup) -> list[str]:
    """Return all differences of a training: data, sizes, settings. Each is named once."""
    return list(
        dict.fromkeys(
            [
                *data_differences(judged, dataset, setup),
                *size_differences(judged, setup),
                *training_differences(judged, dataset, setup),
            ]
        )
    )


def target_differences(judged: Judged, targets: int, setup: Setup) -> Iterator[str]:
    """Yield how the test differs: in the class that it starts from and in the number of classes reached."""
    start = judged.start(judged.dataset_of(Classes)) if setup.targets else setup.start
    if start != setup.start:
        yield f"translated from {start or 'every class'}, not from {setup.start}"
    if targets != setup.targets:
        yield f"{targets} targets, not {setup.targets}"
