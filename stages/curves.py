"""Training curves and grids of one run in several revisions side by side, from what git and DVC keep.

    python -m stages.curves healthy=HEAD collapse=no-rec --run rafd --out curves

writes to the folder `curves` the loss terms (curves.png), the verdicts on the way (verdicts.png) and each training's grid of
translated test faces (healthy.png, collapse.png). Not a DVC stage.
"""

import argparse
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from stargan.comparison.revisions import PARAMS, Revision, read_revision
from stargan.core.files import checked_name, write_bytes
from stargan.errors import Fault, main
from stargan.figures.curves import curves, judged, verdicts

TAKEN = ("curves", "verdicts")
"""Names of pictures that no training may have."""


def training_of(text: str) -> tuple[str, Revision]:
    """Return the name and the revision of "name=revision". Raises Fault on another form or an odd name."""
    name, _, revision = text.partition("=")
    if not name or not revision:
        raise Fault(f"{text!r} is no training; give name=revision, a git revision or a DVC experiment")
    if name in TAKEN:
        raise Fault(f"{text!r}: {name}.png is another picture of the folder; give another name")
    try:
        return checked_name(name), read_revision(revision)
    except ValueError as error:
        raise Fault(str(error)) from error


def losses_of(revision: Revision, run: str) -> pd.DataFrame:
    """Return a run's loss table. Raises Fault where the revision has none, or another file in its place."""
    path = f"metrics/losses/{run}.csv"
    try:
        return pd.read_csv(io.BytesIO(revision.file(path)), dtype=float, index_col=False).astype({"iteration": int})
    except (ValueError, KeyError) as error:
        raise Fault(f"{path}: at {revision.name} it is no loss table; name another revision") from error


def pictures(trainings: Mapping[str, Revision], run: str) -> dict[str, bytes]:
    """Return the PNGs of a run's trainings by their file names. Raises Fault where a revision lacks the run."""
    losses, made = {}, dict[str, bytes]()
    for name, revision in trainings.items():
        faces = revision.params.get(f"runs.{run}.faces")
        if not faces:
            raise Fault(f"{PARAMS}: at {revision.name} it has no run {run!r} with faces; give --run another")
        losses[name] = losses_of(revision, run)
        made[f"{name}.png"] = revision.file(f"metrics/grids/{run}/{faces[0]}.png")
    made["curves.png"] = curves(losses)
    watched = {name: table for name, table in losses.items() if judged(table)}
    if watched:
        made["verdicts.png"] = verdicts(watched)
    return made


def run(texts: Sequence[str], name: str, out: Path) -> None:
    """Write the pictures of the run `name`, in the trainings that `texts` give, into the folder `out`."""
    trainings = dict[str, Revision]()
    for text in texts:
        given, revision = training_of(text)
        if given in trainings:
            raise Fault(f"{text!r}: {given} is given twice; give each training a name of its own")
        trainings[given] = revision
    for file, content in pictures(trainings, name).items():
        write_bytes(out / file, content)


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.curves", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trainings", nargs="+", metavar="NAME=REVISION", help="a git revision or a DVC experiment")
    parser.add_argument("--run", required=True, help="the run, as params.yaml names it")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    given = parser.parse_args()
    run(given.trainings, given.run, given.out)


if __name__ == "__main__":
    main(command)
