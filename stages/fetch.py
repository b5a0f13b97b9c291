"""Fetch a real dataset, or check one that was placed by hand.

    python -m stages.fetch celeba [--to data/raw/celeba-real] [--mirror URL]
    python -m stages.fetch rafd [--to data/raw/rafd-real]

CelebA is downloaded and its MD5s are checked; RaFD is had on request only, so its files are checked. At the end
the flags are printed that bring the data into the pipeline.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from stargan.errors import Fault, main
from stargan.raw.download import CELEBA, PublishedFile, fetch
from stargan.raw.rafd import EXPRESSIONS, Shot, by_base_name, shot
from stargan.raw.rawset import pictures_of
from stargan.raw.source import open_source

PEOPLE, GAZES = 67, ("frontal", "left", "right")
PER_ANGLE = PEOPLE * len(EXPRESSIONS) * len(GAZES)
REQUEST = (
    "RaFD is given to researchers on request: ask for an account at https://rafd.nl, download the pictures of the "
    "camera angles you need (the paper: 45, 90, 135), and put them"
)


def run_celeba(folder: Path, mirror: str | None = None, files: tuple[PublishedFile, ...] = CELEBA) -> str:
    """Bring CelebA's files to `folder`; return the flags that use them. Raises Fault that names every file lacking."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = []
    for file in files:
        print(f"{file.name}: fetching or checking {file.size} bytes", flush=True)
        try:
            fetch(file, folder, mirror)
        except Fault as fault:
            faults.append(str(fault))
    flags = f"-S datasets.celeba.path={folder} -S datasets.celeba.attributes=list_attr_celeba.txt"
    if faults:
        raise Fault(
            f"{len(faults)} of {len(files)} files are not there yet: {' | '.join(faults)} | when all are there, "
            f"use them by {flags}"
        )
    return flags


def run_rafd(path: Path) -> str:
    """Check the RaFD pictures below `path` (a folder or a zip); return the flags that use them.

    Raises Fault that says how to ask for the set where nothing is there, or which pictures are lacking.
    """
    if not path.exists():
        raise Fault(f"{path}: nothing is there; {REQUEST} there, in folders of any depth, or one zip")
    with open_source(path) as source:
        names = list(by_base_name(path, pictures_of(source)[0]))
    shots = {name: found for name in names if (found := shot(name))}
    if not shots:
        raise Fault(f"{path}: no file is named as in RaFD (Rafd090_01_Caucasian_female_angry_frontal.jpg); {REQUEST} there")
    _report(shots, len(names))
    odd = [name for name in names if name not in shots]
    if odd:
        raise Fault(f"{path}: {len(odd)} picture(s) not named as in RaFD, first {odd[0]}; rename or remove them")
    angles = sorted({found.angle for found in shots.values()})
    lacking = [gap for angle in angles for gap in _gaps(shots, angle)]
    if lacking:
        raise Fault(f"{path}: {len(lacking)} picture(s) lacking, first {', '.join(lacking[:3])}; download them again")
    return f"-S datasets.rafd.path={path} -S datasets.rafd.angles={json.dumps(angles, separators=(',', ':'))}"


def _report(shots: dict[str, Shot], names: int) -> None:
    """Print what is there: the counts of persons, expressions, gazes, and of pictures an angle."""
    persons = {found.person for found in shots.values()}
    expressions = {found.expression for found in shots.values()}
    gazes = {found.gaze for found in shots.values()}
    print(
        f"{len(shots)} of {names} pictures named as in RaFD: {len(persons)} of {PEOPLE} persons, "
        f"{len(expressions)} of {len(EXPRESSIONS)} expressions, {len(gazes)} of {len(GAZES)} gazes"
    )
    for angle, count in sorted(Counter(found.angle for found in shots.values()).items()):
        print(f"angle {angle:03d}: {count} of {PER_ANGLE} pictures")


def _gaps(shots: dict[str, Shot], angle: int) -> list[str]:
    """Return the pictures that an angle lacks, as 'person 07 angry left at 090'; persons that are there as a whole."""
    there = {found for found in shots.values() if found.angle == angle}
    persons = sorted({found.person for found in shots.values()})
    gaps = [
        f"person {person} {expression} {gaze} at {angle:03d}"
        for person in persons
        for expression in EXPRESSIONS
        for gaze in GAZES
        if Shot(angle, person, expression, gaze) not in there
    ]
    return gaps + [f"a whole person at {angle:03d}"] * (PEOPLE - len(persons))


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.fetch", description="fetch or check a real dataset")
    parser.add_argument("dataset", choices=["celeba", "rafd"])
    parser.add_argument("--to", type=Path, help="folder of the files; default data/raw/<dataset>-real")
    parser.add_argument("--mirror", help="URL of a folder that serves CelebA's files by name, in place of Google Drive")
    given = parser.parse_args()
    # Absolute: an experiment in a copy of the workspace must find the files too.
    folder = (given.to or Path("data/raw") / f"{given.dataset}-real").resolve()
    flags = run_celeba(folder, given.mirror) if given.dataset == "celeba" else run_rafd(folder)
    print(f"complete; to use it: dvc exp run {flags}")


if __name__ == "__main__":
    main(command)
