"""Write down which judges a run is evaluated by: `python -m stages.judges both` writes data/judges/both.json.

As `stages.plan` does for prepared sets: DVC has no list of dependencies, and `evaluate` depends on this file.
"""

import argparse
from pathlib import Path

from stargan.core.about import read_about
from stargan.core.files import write_json
from stargan.core.params import Params, load
from stargan.data.prepared import digest_of_set, prepared_folder
from stargan.errors import Fault, main
from stargan.judge.judge import FORM, judge_folder


def digest_of_judge(dataset: str, size: int) -> str:
    """Return the digest of a dataset's judge. Raises Fault where it is missing or learned from another set."""
    folder, again = judge_folder(dataset, size), f"run dvc repro classifier@{dataset}"
    try:
        about = read_about(folder / "classifier.json", FORM)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: no judge there ({error}); {again}") from error
    about.check_made_from(prepared_folder(dataset, size), digest_of_set(dataset, size), again)
    return about.digest


def run(name: str, params: Params, out: Path) -> None:
    """Write the digests of the judges of the run `name` to the file `out`."""
    one = params.run(name)
    write_json(out, {dataset: digest_of_judge(dataset, one.image_size) for dataset in one.faces})


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.judges", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    name = parser.parse_args().run
    run(name, load(), Path("data/judges", f"{name}.json"))


if __name__ == "__main__":
    main(_command)
