"""Check params.yaml and where outputs go: dvc.yaml runs this before a stage that puts a folder there, or holds a name.

DVC takes no output from behind a link that leads out of the repository, and a stage puts no folder in the place of a link.
Both would be told only once a stage has done its work.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stargan.core.params import Params, load, read_yaml
from stargan.errors import Fault, main

REMEDY = (
    "put a folder in its place; for data on another disk tell DVC `dvc cache dir --local FOLDER_THERE` "
    "and `dvc config --local cache.type symlink`"
)


def check_outputs(params: Params, pipeline: Path) -> None:
    """Raise Fault where a place that a stage of dvc.yaml writes to is a link that its work would be lost by."""
    for stage in read_yaml(pipeline)["stages"].values():
        known = {"${datasets}": list(params.datasets), "${runs}": list(params.runs), "None": [""]}
        names = known.get(str(stage.get("foreach")), [])  # none of synthesize: raw data of one's own may lie anywhere
        for path, options in outputs(stage.get("do", stage)):
            for output in (pipeline.parent / path.replace("${key}", name) for name in names):
                if options.get("cache", True):
                    _check_parents(output)
                if output.is_symlink() and not output.is_file():
                    raise Fault(f"{output} is a link, and its stage could put no folder there; {REMEDY}")


def outputs(stage: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path of each output of a stage, and DVC's options of it."""
    for one in (one for kind in ("outs", "metrics", "plots") for one in stage.get(kind, [])):
        yield next(iter(one.items())) if isinstance(one, dict) else (one, {})


def _check_parents(output: Path) -> None:
    """Raise Fault where a folder above an output is a link out of git's repository: DVC writes a .gitignore into it."""
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
    for folder in output.parents:
        if root and folder.is_symlink() and root not in Path(os.path.realpath(folder)).parents:
            raise Fault(f"{folder} is a link out of the repository, and DVC would not take {output} from there; {REMEDY}")


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.check", description=__doc__).parse_args()
    check_outputs(load(), Path("dvc.yaml"))


if __name__ == "__main__":
    main(command)
