"""What in params.yaml is to be a class of a dataset: its classes are known once its data are read."""

from collections.abc import Iterator, Mapping, Sequence

from stargan.core.names import matched
from stargan.core.params.params import Params
from stargan.core.target import unquoted
from stargan.errors import Fault, nearest


def check_classes(params: Params, classes: Mapping[str, Sequence[str]]) -> None:
    """Raise Fault on what is to be a class of one of the datasets and is none: long before anything is translated to it.

    classes: of each dataset by its name.
    """
    faults = [fault for dataset, names in classes.items() for fault in class_faults(params, dataset, names)]
    if faults:
        raise Fault(f"params.yaml: {'; '.join(faults)}; correct it there")


def class_faults(params: Params, dataset: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what in params.yaml is to be a class of a dataset, and is none of `names`, which its data turned out to have."""
    neutral = params.evaluate.neutral.get(dataset)
    wanted = {f"translate.targets.{dataset}": params.translate.targets.get(dataset, [])}
    for name, run in params.runs.items():
        if run.pairs and dataset in run.datasets:
            wanted[f"runs.{name}.pairs"] = [domain for pair in run.pairs for domain in pair]
    if neutral is not None and neutral not in names:
        yield f"evaluate.neutral.{dataset} = {neutral!r} is no class of {dataset}{nearest(neutral, names)}"
    for key, targets in wanted.items():
        for target in dict.fromkeys(targets):
            if len(matched(target, names) or matched(unquoted(target), names)) != 1:
                yield f"{key}: {target!r} is no class of {dataset}{nearest(target, names)}"
