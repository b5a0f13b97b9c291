"""What must hold before a run is evaluated."""

from collections.abc import Mapping

from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault, nearest
from stargan.judge.judge import Judge
from stargan.judge.records import judge_folder
from stargan.results.translations import Translations


def check(made: Translations, sets: Mapping[str, Prepared], judges: Mapping[str, Judge], neutral: str) -> None:
    """Raise Fault where a judge did not learn from the prepared set that it judges, or `neutral` is no class."""
    check_neutral(neutral, {dataset: sets[dataset] for dataset in made.datasets})
    for dataset, prepared in sets.items():
        if judges[dataset].learned_from != prepared.digest:
            raise Fault(
                f"{judge_folder(dataset, prepared.size)}: learned from another {prepared.folder} than there is now; "
                f"run dvc repro classifier@{dataset}"
            )


def check_neutral(neutral: str, sets: Mapping[str, Prepared]) -> None:
    """Raise Fault where the sets have classes and none of them is `neutral`; "" asks for none."""
    kinds = [prepared.kind for prepared in sets.values() if isinstance(prepared.kind, Classes)]
    names = dict.fromkeys(name for kind in kinds for name in kind.names)
    if neutral and names and neutral not in names:
        raise Fault(
            f"params.yaml: evaluate.neutral = {neutral} is no class of {', '.join(sets)}{nearest(neutral, names)}; "
            '"" starts from every class'
        )
