"""Translate pictures of your own.

python -m stages.translate_image --model data/models/celeba/generator.safetensors --image photo.jpg --to Blond_Hair,Young

`--to` names all that the face shall be (what it does not name is off), or, with `--from`, what shall change.
A generator of the released code (N-G.ckpt) needs its label names: --labels Black_Hair,Blond_Hair,...
"""

import argparse
from dataclasses import replace
from pathlib import Path

from stargan.core.device import device_of
from stargan.core.names import file_names
from stargan.core.params import AttributeTable, load
from stargan.data.grids import write_png
from stargan.errors import Fault, main
from stargan.models.assembly import check_served, load_model
from stargan.models.released import label_kinds, load_released
from stargan.models.targets import parts_of, target_path
from stargan.raw.pictures import FORMATS, read_face


def pictures_in(path: Path) -> list[Path]:
    """Return the picture, or the pictures of a folder. Raises Fault where there is none."""
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in FORMATS)
        if not found:
            raise Fault(f"{path}: no picture in this folder; known are {', '.join(FORMATS)}")
        return found
    if not path.is_file():
        raise Fault(f"{path}: no such picture or folder; correct --image")
    return [path]


def named_by(picture: Path, to: str) -> str:
    """Return what tells a translation: 'a.jpg-Blond_Hair-Young'; by commas where a label holds a '-' itself."""
    parts = parts_of(to)
    return ("," if any("-" in part[1:] for part in parts) else "-").join([picture.name, *parts])


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.translate_image", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="generator.safetensors of this project, or an N-G.ckpt")
    parser.add_argument("--image", type=Path, required=True, help="a picture, or a folder of pictures")
    parser.add_argument("--to", required=True, help="labels, by commas; ~A flips A; --to=-A clears it; or a class")
    parser.add_argument(
        "--from", dest="given", default="", help="labels of the face as it is, kept unless --to changes them"
    )
    parser.add_argument(
        "--labels", default="", help="label names of an N-G.ckpt: 'A,B,C' attributes, 'x|y' classes, ';' between datasets"
    )
    parser.add_argument("--size", type=int, help="image size in pixels; default: the model's, 128 for an N-G.ckpt")
    parser.add_argument("--out", type=Path, default=Path("data/translated"), help="folder for the PNGs")
    given = parser.parse_args()
    params = load()
    device = device_of(params)
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
        model = replace(model, image_size=given.size or model.image_size)
    if model.image_size < 4 or model.image_size % 4:
        raise Fault(f"--size {model.image_size} is not a multiple of 4; use {max(4, model.image_size // 4 * 4)}")
    check_served(model, target_path(model.space, given.to, given.given))
    pictures = pictures_in(given.image)
    names = file_names(named_by(picture, given.to) for picture in pictures)
    for picture in pictures:
        out = given.out / f"{names[named_by(picture, given.to)]}.png"
        write_png(out, model.translate(read_face(picture, model.image_size), given.to, given.given))
        print(out)


if __name__ == "__main__":
    main(command)
