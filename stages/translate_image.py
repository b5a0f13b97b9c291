"""Translate pictures of your own.

python -m stages.translate_image --model data/models/celeba/generator.safetensors --image photo.jpg --to Blond_Hair,Young

`--to` names all that the face shall be (what it does not name is off), or, with `--from`, what shall change.
A generator of the released code (N-G.ckpt) needs its label names: --labels Black_Hair,Blond_Hair,...
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from stargan.core.device import device_of
from stargan.core.params import AttributeTable, load
from stargan.core.target import steps_of
from stargan.data.crops import BadPicture, CentreCrop, square
from stargan.data.domains import DomainSpace
from stargan.data.grids import write_png
from stargan.data.pixels import from_uint8, to_uint8
from stargan.errors import Fault, main, nearest
from stargan.models.assembly import Model, load_model
from stargan.models.released import label_kinds, load_released
from stargan.raw.pictures import FORMATS, decode


def names_in(text: str) -> list[str]:
    """Return the steps of a comma-separated list of labels."""
    return [name.strip() for name in text.split(",") if name.strip()]


def dataset_of(space: DomainSpace, steps: list[str]) -> int:
    """Return the dataset whose labels the steps name. Raises Fault on an unknown name or a mixture."""
    names = [one.name for step in steps for one in steps_of(step)]
    every = [name for kind in space.kinds for name in kind.names]
    for name in names:
        if name not in every:
            raise Fault(f"--to: label {name!r} is unknown to this model{nearest(name, every)}")
    for index, kind in enumerate(space.kinds):
        if set(names) <= set(kind.names):
            return index
    raise Fault(f"--to {','.join(steps)}: the labels belong to different datasets; ask for those of one at a time")


def target_path(space: DomainSpace, to: str, given: str) -> list[torch.Tensor]:
    """Return c~ (1, width) of faces that are `given`, and of what they shall be. Raises Fault on unknown names."""
    steps = names_in(to)
    if not steps:
        raise Fault("--to names no label; give for instance --to Young")
    dataset = dataset_of(space, steps)
    kind = space.kinds[dataset]
    path = [torch.zeros(1, kind.width)]
    for part in (names_in(given), steps):
        label = path[-1]
        for step in part:
            label = kind.target(label, step)
        path.append(label)
    return [space.vector(label, dataset) for label in path[1:]]


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


def check_served(model: Model, path: list[torch.Tensor]) -> None:
    """Raise Fault where the model has no network for the way from what the faces are to what they shall be."""
    if not model.translator.serves(path).all():
        pairs = model.header["architecture"]["pairs"]
        ways = ", ".join(f"{here} to {there}" for here, there in pairs)
        raise Fault(f"--to: this model translates {ways}; name by --from what the face is, and what it has a network for")


def translate(model: Model, path: list[torch.Tensor], picture: Path, out: Path, device: torch.device) -> None:
    """Write the translation of one picture's centre square. Raises Fault that names a bad picture."""
    try:
        if not picture.is_file():  # a pipe would be waited for
            raise OSError("is not a file")
        pixels = square(decode(picture.read_bytes(), picture.name), CentreCrop(), model.image_size)
    except (OSError, BadPicture) as error:
        raise Fault(f"{picture}: {error}; give another picture") from error
    x = from_uint8(torch.from_numpy(pixels.copy())[None].to(device))
    write_png(out, to_uint8(model.translator.translate(x, [vector.to(device) for vector in path]))[0].cpu().numpy())
    print(out)


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.translate_image", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="generator.safetensors of this project, or an N-G.ckpt")
    parser.add_argument("--image", type=Path, required=True, help="a picture, or a folder of pictures")
    parser.add_argument("--to", required=True, help="labels, by commas; ~A flips A; --to=-A clears it")
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
    path = target_path(model.space, given.to, given.given)
    check_served(model, path)
    for picture in pictures_in(given.image):
        translate(model, path, picture, given.out / f"{picture.name}-{'-'.join(names_in(given.to))}.png", device)


if __name__ == "__main__":
    main(command)
