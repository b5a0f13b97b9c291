"""What must hold before a run is evaluated."""

import sys
from collections.abc import Mapping

from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault, nearest
from stargan.judge.judge import Judge
from stargan.judge.records import judge_folder
from stargan.results.translations import Translations


def check(made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], neutral: Mapping[str, str]) -> None:
    """Raise Fault where a judge did not learn from the prepared set that it judges, or has not the class `neutral`."""
    check_neutral(neutral, {dataset: sets[dataset] for dataset in made.datasets})
    for dataset, prepared in sets.items():
        if judges[dataset].learned_from != prepared.digest:
            raise Fault(
                f"{judge_folder(dataset, prepared.size)}: learned from another {prepared.folder} than there is now; "
                f"run dvc repro classifier@{dataset}"
            )


def check_neutral(neutral: Mapping[str, str], sets: Mapping[str, Prepared]) -> None:
    """Raise Fault where a set has not the class that is `neutral` in it."""
    for dataset, name in neutral.items():
        names = sets[dataset].kind.names if dataset in sets else (name,)
        if name not in names or (dataset in sets and not isinstance(sets[dataset].kind, Classes)):
            raise Fault(
                f"params.yaml: evaluate.neutral.{dataset} = {name} is no class of {dataset}{nearest(name, names)}; "
                "without an entry the error starts from every class"
            )


def tell_missing(dataset: str, neutral: str, missing: bool) -> None:
    """Say on stderr that the number by which runs are compared is missing, where it is."""
    if missing:
        print(f"{dataset}: no test face is {neutral} (evaluate.neutral.{dataset}), so there is no error", file=sys.stderr)
