"""Say what a folder or a zip of pictures is, before anything is trained. Changes nothing without --add.

python -m stages.inspect ~/faces.zip
python -m stages.inspect ~/faces --add mine   # writes datasets.mine and runs.mine into params.yaml
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import TypeAdapter

from stages.prepare import choices, pictures_of, read_raw
from stargan.core.files import checked_name
from stargan.core.params import AnyDataset, Params, add_entries, load
from stargan.data.crops import BadPicture, Crop, square
from stargan.errors import Fault, main
from stargan.evaluation.faces.extra import installed
from stargan.evaluation.faces.places import eye_places
from stargan.raw.facts import Facts, facts_of, lines
from stargan.raw.forms import form_of, path_of
from stargan.raw.packing import pack
from stargan.raw.pictures import decode
from stargan.raw.rawset import RawSet, check_splits
from stargan.raw.source import Source, open_source

SIZE, LARGE = 64, 256
"""Pixels at which pictures are looked at, and at which eyes are looked for."""
FACES = 30
"""Pictures, spread over all, in which eyes are looked for: a fifth of a second each."""
LINKS = "--links"


def section_of(path: Path, links: bool) -> tuple[dict[str, Any], str]:
    """Return the section of params.yaml that reads a path, as values, and what told its form."""
    with open_source(path, links="" if links else LINKS) as source:
        form = form_of(source)
    values = {"form": form.values["form"], "path": path_of(path), **form.values, "seed": 1, "bad_images": "stop"}
    empty = {key for key in ("images", "partition", "exclusive") if key in values and not values[key]}
    return {key: value for key, value in values.items() if key not in empty} | ({"links": True} if links else {}), form.why


def looked_at(name: str, section: AnyDataset) -> tuple[Facts, list[float], str]:
    """Return the facts of the dataset that a section reads, its bad pictures left out, and what `eyes_in` does."""
    key = f"datasets.{name}"
    with (
        open_source(pictures_of(section), links="" if section.links else LINKS) as source,
        tempfile.TemporaryDirectory() as into,
    ):
        raw, file = read_raw(source, section, key), Path(into, "images.npy")
        packed = pack(file, source, raw.rows["source"].tolist(), raw.crop, SIZE, "inspect")
        kept = raw.without(packed.bad)
        check_splits(kept, source.path, key)
        facts = facts_of(kept, packed, SIZE, key)
        return facts, *eyes_in(source, kept)


def eyes_in(source: Source, raw: RawSet) -> tuple[list[float], str]:
    """Return where eyes lie in the squares of a set, [] where that is not known, and what to say of it."""
    if not installed():
        return [], "not looked for; pip install -r requirements-faces.txt, and photographs can be laid as these pictures are"
    names = raw.rows["source"].tolist()
    squares = list(readable(source, names[:: max(1, len(names) // FACES)], raw.crop))
    places = eye_places(squares)
    if places is None:
        return [], f"no face was found in most of {len(squares)} pictures"
    eyes = [round(share, 4) for share in places]
    return eyes, f"at ({eyes[0]}, {eyes[1]}) and ({eyes[2]}, {eyes[3]}) of the square, the median of {len(squares)} pictures"


def readable(source: Source, names: Sequence[str], crop: Crop) -> Iterator[Image.Image]:
    """Yield the squares of the pictures that can be read, large enough to see eyes in."""
    for name in names:
        with suppress(BadPicture, OSError):
            yield Image.fromarray(square(decode(source.read(name), name), crop, LARGE))


def run_of(name: str, params: Params) -> dict[str, Any]:
    """Return a run on the dataset `name` alone, as long as the first one of params.yaml that is on a single dataset."""
    like = next((run for run in params.runs.values() if run.length and len(run.datasets) == 1), None)
    length, decay, unit = (like.length, like.decay, like.unit) if like else (5000, 2500, "iterations")
    shared = {"method": "stargan", "datasets": [name], "faces": [name], "labels": []}
    return shared | {"unit": unit, "length": length, "decay": decay}


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.inspect", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, help="a folder or a zip")
    parser.add_argument("--add", metavar="NAME", help="write it into params.yaml as a dataset and a run of this name")
    parser.add_argument(LINKS, action="store_true", help="follow links that lead out of the folder")
    given = parser.parse_args()
    params, name = load(), given.add or "mine"
    try:
        checked_name(name)
    except ValueError as error:
        raise Fault(f"--add: {error}") from error
    if given.add and (name in params.datasets or name in params.runs):
        raise Fault(f"--add {name}: is in params.yaml already; choose another name")
    values, why = section_of(given.path, given.links)
    section: AnyDataset = TypeAdapter(AnyDataset).validate_python(values)
    facts, eyes, where = looked_at(name, section)
    if facts.bad:
        values["bad_images"] = "quarantine"
    if eyes:
        values["eyes"] = eyes
    print(f"{given.path}: {values['form']}, because {why}")
    for what, how in choices(section, [params.image_size]):
        print(f"  {what}: {how}")
    print(f"  eyes: {where}")
    print("\n".join(lines(facts)))
    if given.add:
        add_entries({"datasets": {name: values}, "runs": {name: run_of(name, params)}})
        print(f"added datasets.{name} and runs.{name} to params.yaml; now: dvc repro train@{name}")
    else:
        print("nothing was changed; --add NAME writes this into params.yaml")


if __name__ == "__main__":
    main(command)
