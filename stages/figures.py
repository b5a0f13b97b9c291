"""The figures stage: the paper's figures 1 and 4 to 7 and training curves, as PNGs for people.

    python -m stages.figures

reads the translations, measures and losses of the runs that params.yaml's `compare` lists, and writes metrics/figures.
"""

import argparse
from pathlib import Path

import pandas as pd

from stargan import tracking
from stargan.core.files import whole_folder, write_bytes
from stargan.core.measures import MEASURES, by_key, read_measures
from stargan.core.params import Compare, Params, load
from stargan.data.domains import Attributes, Classes
from stargan.data.grids import write_png
from stargan.errors import Fault, main
from stargan.figures import paper
from stargan.figures.curves import curves, judged, verdicts
from stargan.results.translations import Translations, sets_of, translations_of


def listed(compare: Compare) -> list[str]:
    """Return the compared runs, each once, in their order."""
    return list(dict.fromkeys([*compare.attributes, *compare.expressions, compare.single, compare.joint]))


def read_losses(name: str) -> pd.DataFrame:
    """Return a run's loss table. Raises Fault where it is missing."""
    path = Path("metrics/losses", f"{name}.csv")
    if not path.exists():
        raise Fault(f"{path}: missing; run the stage that trains {name}")
    return pd.read_csv(path)


def draw(folder: Path, made: dict[str, Translations], params: Params) -> None:
    """Write all figures to `folder`."""
    compare, count = params.compare, params.compare.faces
    single, joint = made[compare.single], made[compare.joint]
    if single.image_size != joint.image_size:
        raise Fault(
            f"params.yaml: compare.single = {single.run} has images of {single.image_size} px, compare.joint = "
            f"{joint.run} of {joint.image_size}; name runs of one image size"
        )
    sets = sets_of(joint)
    measures = {
        name: by_key(read_measures(MEASURES / f"{name}.csv", f"run the evaluate stage of {name}"))
        for name in (compare.single, compare.joint)
    }
    write_png(folder / "figure1.png", paper.figure_1(joint, sets, count))
    for number, kind, names in ((4, Attributes, compare.attributes), (5, Classes, compare.expressions)):
        several = [made[name] for name in names]
        picture = paper.methods(several, sets_of(several[0]), kind, params.evaluate.neutral, count)
        write_png(folder / f"figure{number}.png", picture)
    write_png(folder / "figure6.png", paper.figure_6(single, joint, sets, measures, count))
    write_png(folder / "figure7.png", paper.figure_7(joint, sets, measures[compare.joint], count))
    losses = {name: read_losses(name) for name in made}
    write_bytes(folder / "curves.png", curves(losses))
    on_the_way = {name: table for name, table in losses.items() if judged(table)}
    if on_the_way:
        write_bytes(folder / "verdicts.png", verdicts(on_the_way))


def run(params: Params) -> None:
    """Draw the figures of the compared runs and write metrics/figures."""
    made = {name: translations_of(name) for name in listed(params.compare)}
    settings = {"compare": params.compare.model_dump(), "neutral": params.evaluate.neutral}
    with tracking.stage_run("figures", settings) as tracker:
        with whole_folder(Path("metrics/figures")) as folder:
            draw(folder, made, params)
        for picture in sorted(Path("metrics/figures").iterdir()):
            tracker.log_artifact(picture, "figures")


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.figures", description=__doc__).parse_args()
    run(load())


if __name__ == "__main__":
    main(command)
