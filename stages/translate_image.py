"""Translate pictures of your own.

python -m stages.translate_image --model data/models/celeba/generator.safetensors --image photo.jpg --to Blond_Hair,Young
python -m stages.translate_image --model data/models/celeba/generator.safetensors --image photos/ --align --paste

`--to` names all that the face shall be (what it does not name is off), or, with `--from`, what shall change; without it
come all targets and a sheet of them. A generator of the released code (N-G.ckpt) needs its label names:
--labels Black_Hair,Blond_Hair,...
"""

import argparse
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image

from stargan.core.device import device_of
from stargan.core.names import file_names
from stargan.core.params import AttributeTable, Params, load
from stargan.data.crops import BadPicture
from stargan.data.grids import grid, write_png
from stargan.errors import Fault, main
from stargan.evaluation.faces.aligning import CELEBA, Eyes
from stargan.evaluation.faces.pasting import pasted
from stargan.evaluation.faces.squares import Square, squares_of
from stargan.models.assembly import Model, check_degrees, check_served, check_strip, load_model
from stargan.models.released import label_kinds, load_released
from stargan.models.targets import asked_of, parts_of, target_path
from stargan.raw.photos import photos_in
from stargan.raw.pictures import SCARCE, decode
from stargan.raw.rawset import few

LEAST, MOST = 8, 4096
"""Pixels that a model's pictures may have: a generator halves them twice."""
STEPS = 7
"""Pictures of a strip."""
Pictures = dict[str, np.ndarray]
"""Pictures, uint8 (H, W, 3), by what their files are called without the end."""


def arguments() -> Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.translate_image", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", type=Path, required=True, help="generator.safetensors of this project, or an N-G.ckpt")
    add("--image", type=Path, required=True, help="a picture, a folder or a zip of pictures")
    add("--to", default="", help="labels, by commas; ~A flips A; --to=-A clears it; or a class; without it all in turn")
    add("--from", dest="given", default="", help="labels of the face as it is, kept unless --to changes them")
    add("--strength", type=float, default=1.0, help="how far the label goes: 0 not at all, 1 as trained, 2 as far again")
    add("--between", nargs=2, metavar=("A", "B"), help="a strip from one target to another")
    add("--steps", type=int, help="pictures of a strip; default: 7")
    add("--align", action="store_true", help="find the face, and lay its eyes where the model's pictures have them")
    add("--all", action="store_true", help="with --align: all faces of a picture, not the largest alone")
    add("--paste", action="store_true", help="put the translated face back into its picture")
    add("--labels", default="", help="label names of an N-G.ckpt: 'A,B,C' attributes, 'x|y' classes, ';' between datasets")
    add("--size", type=int, help="image size in pixels; default: the model's, 128 for an N-G.ckpt")
    add("--out", type=Path, default=Path("data/translated"), help="folder for the PNGs")
    return parser.parse_args()


def model_of(given: Namespace, params: Params, device: torch.device) -> Model:
    """Return the model that the command line names. Raises Fault where it is none, or can't have the size."""
    if given.labels and given.model.suffix == ".safetensors":
        raise Fault(f"{given.model}: a model of this project knows its labels; leave --labels out")
    if given.labels:
        tables = [one for one in params.datasets.values() if isinstance(one, AttributeTable)]
        kinds = label_kinds(given.labels, [group for one in tables for group in one.exclusive])
        model = load_released(given.model, kinds, given.size or 128, device)
    elif given.model.suffix != ".safetensors":
        raise Fault(
            f"{given.model}: not a .safetensors of this project; for a released N-G.ckpt name its labels by --labels"
        )
    else:
        model = load_model(given.model, device)
        if given.size and "z" in model.header["architecture"]:
            raise Fault(f"--size {given.size}: this model has linear layers for {model.image_size} px; leave --size out")
        model = replace(model, image_size=model.image_size if given.size is None else given.size)
    if not LEAST <= model.image_size <= MOST or model.image_size % 4:
        nearest = min(max(LEAST, model.image_size // 4 * 4), MOST)
        raise Fault(f"--size {model.image_size} is not a multiple of 4 from {LEAST} to {MOST}; use {nearest}")
    return model


def targets_of(model: Model, given: Namespace) -> dict[str, str]:
    """Return {target: what is given for it}: the one asked for, or all. Raises Fault where the model can't make them."""
    if given.to and given.between:
        raise Fault("--to and --between: ask for one of them")
    if given.between and given.paste:
        raise Fault("--between and --paste: a strip is no part of the picture; leave one out")
    if given.between and given.strength != 1:
        raise Fault(f"--between and --strength {given.strength:g}: a strip goes all the way; leave one out")
    if given.steps is not None and not given.between:
        raise Fault(f"--steps {given.steps}: only --between makes a strip; leave it out")
    if given.all and not given.align:
        raise Fault("--all finds all faces of a picture, so it needs --align")
    targets = {given.to: given.given} if given.to else model.targets(given.given)
    targets = dict.fromkeys(given.between, given.given) if given.between else targets
    if not targets:
        raise Fault("the model makes nothing of a face of which nothing is known; say what it is (--from)")
    for target, own in targets.items():
        check_served(model, target_path(model.space, target, own))
    if given.strength != 1:
        check_degrees(model, given.strength)
    if given.between:
        first, last = given.between
        check_strip(model, first, last, STEPS if given.steps is None else given.steps)
    return targets


def eyes_of(model: Model, target: str) -> tuple[Eyes, str]:
    """Return where the eyes of the pictures lie whose labels a target names, and what is to be said of that."""
    dataset = model.space.datasets[asked_of(model.space, target)[0]]
    eyes = model.header.get("squares", {}).get(dataset, {}).get("eyes")
    if eyes:
        return Eyes(*eyes), ""
    return CELEBA, f"the model does not say where eyes lie in pictures of {dataset}: they are laid where CelebA has them"


def translations(
    model: Model, photo: Image.Image, squares: list[Square], targets: dict[str, str], given: Namespace
) -> Pictures:
    """Return the pictures of a photo by what tells them: one a face and target, or a photo a target, or a strip a face.

    Where all targets are made there is a sheet of them too.
    """
    if given.between:
        first, last = given.between
        strips = (
            model.between(square.pixels, first, last, STEPS if given.steps is None else given.steps, given.given)
            for square in squares
        )
        return numbered(f"{told(first)}-to{told(last)}", [np.concatenate(list(strip), axis=1) for strip in strips])
    made = {
        target: [model.translate(square.pixels, target, own, given.strength) for square in squares]
        for target, own in targets.items()
    }
    found: Pictures = {}
    for target, faces in made.items():
        name = told(target) if told(target) not in found else f",{target}"
        found |= {name: put_back(photo, squares, faces)} if given.paste else numbered(name, faces)
    if not given.to:
        cells = np.stack([[square.pixels, *faces] for square, *faces in zip(squares, *made.values(), strict=True)])
        found[".sheet"] = grid(cells, ["input", *(target.replace("_", " ") for target in made)], side=128)
    return found


def put_back(photo: Image.Image, squares: list[Square], faces: list[np.ndarray]) -> np.ndarray:
    """Return a photo with translated faces where they were."""
    for square, face in zip(squares, faces, strict=True):
        photo = pasted(photo, Image.fromarray(face), square.to_square)
    return np.asarray(photo)


def numbered(name: str, pictures: list[np.ndarray]) -> Pictures:
    """Return pictures of several faces under their numbers, from the second on."""
    return {name if i == 1 else f"{name}.face{i}": picture for i, picture in enumerate(pictures, 1)}


def told(target: str) -> str:
    """Return a target as the end of a file's name: '-Blond_Hair-Young'; by commas where a label holds a '-' itself."""
    parts = parts_of(target)
    sign = "," if any("-" in part[1:] for part in parts) else "-"
    return sign + sign.join(parts)


def write_all(folder: Path, photo: str, pictures: Pictures) -> Iterator[Path]:
    """Write pictures of a photo; yield where."""
    stems = {end: f"{PurePosixPath(photo).name}{end}" for end in pictures}
    names = file_names(stems.values())
    for end, picture in pictures.items():
        path = folder / PurePosixPath(photo).parent / f"{names[stems[end]]}.png"
        write_png(path, picture)
        yield path


def run(given: Namespace, params: Params) -> list[str]:
    """Translate all pictures; return why some could not be, a line each."""
    model = model_of(given, params, device_of(params))
    targets = targets_of(model, given)
    eyes, note = eyes_of(model, next(iter(targets))) if given.align else (None, "")
    failed: list[str] = []
    if given.out.resolve() == given.image.resolve():
        raise Fault(
            f"--out {given.out}: is the folder of the pictures; give another, or they would be mixed with what is made"
        )
    given.out.mkdir(parents=True, exist_ok=True)
    with photos_in(given.image, given.out) as (photos, passed_over):
        for line in filter(None, (note, passed_over)):
            print(line, file=sys.stderr)
        for name, read in photos.items():
            try:
                photo = decode(read(), name)
            except (BadPicture, OSError) as error:
                if isinstance(error, OSError) and error.errno in SCARCE:
                    raise
                failed.append(f"{given.image / name if given.image.is_dir() else name}: {error}")
                continue
            squares, said = squares_of(photo, model.image_size, eyes, every=given.all)
            if said:
                print(f"{name}: {said}", file=sys.stderr)
            for path in write_all(given.out, name, translations(model, photo, squares, targets, given)):
                print(path)
    return failed


def command() -> None:
    """Read the command line and do it. Raises Fault that lists what could not be translated, once all else is."""
    failed = run(arguments(), load())
    if failed:
        for line in failed:
            print(line, file=sys.stderr)
        raise Fault(f"{len(failed)} picture(s) could not be translated: {few(failed)}; give others")


if __name__ == "__main__":
    main(command)
