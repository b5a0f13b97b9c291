"""Write down what each run follows from: `python -m stages.plan` writes data/plans/<run>/*.json, within a second.

train.json holds the settings, the digests of the prepared sets and, where it is judged on its way, those of the judges that
a training follows from, and of weights that it begins with; translate.json those of its test translations; evaluate.json
those of their evaluation. The later stages depend on these files: DVC has no list of dependencies, and a dataset, a setting
or another run's that a run never reads changes nothing here.
"""

import argparse
from pathlib import Path

from stargan.core.files import whole_folder, write_json
from stargan.core.params import Params, check_classes, load
from stargan.core.start import weight_digests
from stargan.data.records import classes_of_set, digest_of_set, prepared_folder
from stargan.errors import main
from stargan.judge.records import digest_of_judge


def digests(datasets: list[str], size: int) -> dict[str, str]:
    """Return {folder: digest} of prepared sets. Raises Fault where one is missing or of another form."""
    return {str(prepared_folder(dataset, size)): digest_of_set(dataset, size) for dataset in datasets}


def run(params: Params, out: Path) -> None:
    """Write the plans of all runs to the folder `out`. Raises Fault where params.yaml asks for a class that is not there."""
    read = {dataset: one.image_size for one in params.runs.values() for dataset in one.datasets}
    known = {dataset: classes_of_set(dataset, size) for dataset, size in read.items()}
    check_classes(params, {dataset: names for dataset, names in known.items() if names})
    machine = {"threads": params.threads, "device": params.device}
    with whole_folder(out) as folder:
        for name, one in params.runs.items():
            judges = {dataset: digest_of_judge(dataset, one.image_size) for dataset in one.faces}
            on_the_way = {dataset: judges[dataset] for dataset in one.datasets} if params.train.judge_every else {}
            weights = weight_digests(name, one.start_from)
            write_json(
                folder / name / "train.json",
                {
                    "settings": params.followed(name),
                    "prepared": digests(one.datasets, one.image_size),
                    "judges": on_the_way,
                    "machine": machine,
                    **({"weights": weights} if weights else {}),
                },
            )
            write_json(
                folder / name / "translate.json",
                {
                    "settings": params.translate.model_dump(),
                    "datasets": one.datasets,
                    "labels": one.labels,
                    "prepared": digests(one.faces, one.image_size),
                    "machine": machine,
                },
            )
            evaluation = {"seed": params.seed, "evaluate": params.evaluate.model_dump()}
            write_json(folder / name / "evaluate.json", {"settings": evaluation, "judges": judges, "machine": machine})


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.plan", description=__doc__).parse_args()
    run(load(), Path("data/plans"))


if __name__ == "__main__":
    main(command)
