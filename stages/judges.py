"""Write down how each run is evaluated, and by which judges: `python -m stages.judges` writes data/judges/<run>.json.

As `stages.plan` does for prepared sets: DVC has no list of dependencies, and `evaluate` depends on these files.
"""

import argparse
from pathlib import Path

from stargan.core.files import whole_folder, write_json
from stargan.core.params import Params, load
from stargan.errors import main
from stargan.judge.records import digest_of_judge


def run(params: Params, out: Path) -> None:
    """Write the settings of the evaluation and the digests of the judges, for all runs, to the folder `out`."""
    settings = {"seed": params.seed, "evaluate": params.evaluate.model_dump()}
    machine = {"threads": params.threads, "device": params.device}
    with whole_folder(out) as folder:
        for name, one in params.runs.items():
            judges = {dataset: digest_of_judge(dataset, one.image_size) for dataset in one.faces}
            write_json(folder / f"{name}.json", {"settings": settings, "judges": judges, "machine": machine})


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.judges", description=__doc__).parse_args()
    run(load(), Path("data/judges"))


if __name__ == "__main__":
    main(command)
