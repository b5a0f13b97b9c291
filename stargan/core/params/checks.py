"""What sections of params.yaml say of each other: one function a section, each yields what does not fit."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stargan.core.names import folded, matched
from stargan.core.params.datasets import AttributeTable
from stargan.core.params.runs import Run
from stargan.core.start import WEIGHTS
from stargan.core.target import Step, steps_of
from stargan.errors import nearest

if TYPE_CHECKING:
    from stargan.core.params.params import Params


def train_faults(params: "Params") -> Iterator[str]:
    """Yield what of the step can't be had together."""
    if params.train.compile and params.train.step == "plain":
        yield "train.compile = true: a penalty by double backward (train.step = plain) can't be compiled; set step to fast"


def run_faults(params: "Params") -> Iterator[str]:
    """Yield the faults of runs: datasets, sizes, labels and pairs that are not there, and lengths of nothing."""
    for name, run in params.runs.items():
        for dataset in run.faces:
            if dataset not in params.datasets:
                yield f"runs.{name}.faces: {dataset!r} is not in datasets{nearest(dataset, params.datasets)}"
            elif run.image_size not in params.sizes(dataset):
                yield (
                    f"runs.{name}.image_size = {run.image_size}: {dataset} is prepared at {params.sizes(dataset)}; "
                    f"add it to datasets.{dataset}.sizes"
                )
        known = [label for dataset in run.datasets for label in labels_of(params, dataset)]
        for label in run.labels:
            if not matched(label, known):
                where = " or ".join(f"datasets.{dataset}.labels" for dataset in run.datasets)
                yield f"runs.{name}.labels: {label!r} is not in {where}{nearest(label, known)}"
        yield from (f"runs.{name}.pairs: {fault}" for fault in pair_faults(params, run))
        yield from like_faults(params, name, run)
        yield from (f"runs.{name}.start_from = {run.start_from!r}: {fault}" for fault in start_faults(run))


def start_faults(run: Run) -> Iterator[str]:
    """Yield why a run can't begin with the weights of the file that it names."""
    if run.start_from is None:
        return
    if run.method != "stargan":
        yield f"{run.method} begins with weights that are drawn, only stargan with a file's; leave it out"
    if not run.start_from.strip():
        yield "is no path; name a file, or leave it out"
    if Path(os.path.abspath(run.start_from)).is_relative_to(Path("data/models").absolute()):
        yield f"DVC replaces the files there, and would not see that this run follows from one; copy it to {WEIGHTS}"


def like_faults(params: "Params", name: str, run: Run) -> Iterator[str]:
    """Yield why a run can't take its length from another."""
    if run.like is None:
        return
    if run.like not in params.runs:
        yield f"runs.{name}.like = {run.like!r} is not in runs{nearest(run.like, params.runs)}"
        return
    like = params.runs[run.like]
    if like.like is not None:
        yield f"runs.{name}.like = {run.like!r} has no length of its own; name a run with one"
    if (like.datasets, like.labels, like.image_size) != (run.datasets, run.labels, run.image_size):
        yield f"runs.{name}: datasets, labels or image_size differ from runs.{run.like}'s, which it is like; make them equal"


def pair_faults(params: "Params", run: Run) -> Iterator[str]:
    """Yield what is wrong with pairs of attributes; classes are known only once they are read."""
    settings = params.datasets.get(run.datasets[0])
    if not isinstance(settings, AttributeTable):
        return
    for here, there in run.pairs:
        known = run.labels or settings.labels
        sides = [domain_of(text) for text in (here, there)]
        for side in sides:
            if not matched(side.name, known):
                yield f"{side.name!r} is not among its labels{nearest(side.name, known)}"
        names, signs = {folded(side.name) for side in sides}, {side.sign for side in sides}
        opposite = len(names) == 1 and len(signs) == 2
        groups = [set(map(folded, group)) for group in settings.exclusive] if len(names) == 2 and signs == {""} else []
        if not opposite and not any(names <= group for group in groups):
            yield (
                f"[{here}, {there}] do not rule each other out; pair A with -A, or two of one group of "
                f"datasets.{run.datasets[0]}.exclusive"
            )


def domain_of(text: str) -> Step:
    """Return a domain of attributes, 'Male' or '-Male': a step that flips nothing; what is none, as a name."""
    steps = steps_of(text)
    return steps[0] if len(steps) == 1 and steps[0].sign != "~" else Step(text)


def compare_faults(params: "Params") -> Iterator[str]:
    """Yield the compared runs that are not there."""
    compare = params.compare
    listed = {"attributes": compare.attributes, "expressions": compare.expressions}
    for key, names in (listed | {"single": [compare.single], "joint": [compare.joint]}).items():
        yield from (
            f"compare.{key}: {name!r} is not in runs{nearest(name, params.runs)}"
            for name in names
            if name not in params.runs
        )


def target_faults(params: "Params") -> Iterator[str]:
    """Yield the targets of translations that name no dataset or no label."""
    for dataset, targets in params.translate.targets.items():
        if dataset not in params.datasets:
            yield f"translate.targets.{dataset} is not in datasets{nearest(dataset, params.datasets)}"
            continue
        labels = labels_of(params, dataset)
        steps = {step.name for target in targets for step in steps_of(target)}
        yield from (
            f"translate.targets.{dataset}: {step!r} is not in datasets.{dataset}.labels; change one, or give [] for one each"
            for step in sorted(steps)
            if labels and not matched(step, labels)
        )


def neutral_faults(params: "Params") -> Iterator[str]:
    """Yield the datasets of `evaluate.neutral` that are not there, or have no classes."""
    for dataset, name in params.evaluate.neutral.items():
        if dataset not in params.datasets:
            yield f"evaluate.neutral.{dataset} = {name}: not in datasets{nearest(dataset, params.datasets)}"
        elif isinstance(params.datasets[dataset], AttributeTable):
            yield f"evaluate.neutral.{dataset} = {name}: {dataset} has attributes, no classes; remove it"


def labels_of(params: "Params", dataset: str) -> list[str]:
    """Return the attributes that a dataset names in params.yaml; [] for classes, which are known once they are read."""
    settings = params.datasets.get(dataset)
    return settings.labels if isinstance(settings, AttributeTable) else []
