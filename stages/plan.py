"""Write down what a run follows from: `python -m stages.plan both` writes data/plans/both/*.json, within milliseconds.

train.json holds the settings and the digests of the prepared sets that its training follows from, translate.json those of
its test translations. The later stages depend on these files: DVC has no list of dependencies, and a dataset, a setting or
another run's that a run never reads changes nothing here.
"""

import argparse
from pathlib import Path

from stargan.core.files import whole_folder, write_json
from stargan.core.params import Params, load
from stargan.data.prepared import digest_of_set, prepared_folder
from stargan.errors import main


def digests(datasets: list[str], size: int) -> dict[str, str]:
    """Return {folder: digest} of prepared sets. Raises Fault where one is missing or of another form."""
    return {str(prepared_folder(dataset, size)): digest_of_set(dataset, size) for dataset in datasets}


def run(name: str, params: Params, out: Path) -> None:
    """Write the plans of the run `name` to the folder `out`."""
    one = params.run(name)
    with whole_folder(out) as folder:
        write_json(folder / "train.json", {
            "settings": params.followed(name), "prepared": digests(one.datasets, one.image_size),
        })  # fmt: skip
        write_json(folder / "translate.json", {
            "datasets": one.datasets, "labels": one.labels, "prepared": digests(one.faces, one.image_size),
        })  # fmt: skip


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.plan", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    name = parser.parse_args().run
    run(name, load(), Path("data/plans", name))


if __name__ == "__main__":
    main(_command)
