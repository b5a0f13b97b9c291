"""Weights of a file that a training begins with: what of them fits is kept, the rest begins anew, and a line says which."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stargan.core.start import OF_THIS_PROJECT
from stargan.data.domains import DomainSpace
from stargan.errors import Fault
from stargan.models.assembly import STARGAN, load_model
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.released import discriminator_within, read_discriminator, read_generator
from stargan.models.translators import StarTranslator

COLOURS = 3
"""Planes of G's first layer that are the picture's; those of labels follow."""
Plane = tuple[str, str]
"""(dataset, label) of one of G's label planes; of the mask vector (dataset, "")."""


@dataclass(frozen=True)
class Start:
    """Networks as files hold them. d: None where no file has one. space: of the label planes; None where none are named."""

    g: Generator
    d: Discriminator | None
    space: DomainSpace | None


@dataclass(frozen=True)
class Beginning:
    """What a training's networks begin with. files: {path: digest}, none where weights are drawn. said: what was kept."""

    files: Mapping[str, str]
    said: str


DRAWN = Beginning({}, "")


def read_start(files: Sequence[Path]) -> Start:
    """Return the networks in a model file of this project, or in a released checkpoint, then its D's where that is one.

    Raises Fault on another file, or another method's.
    """
    path, *beside = files
    if path.suffix != OF_THIS_PROJECT:
        g = read_generator(path)
        return Start(g, read_discriminator(beside[0]) if beside else discriminator_within(path), None)
    model = load_model(path)
    if not isinstance(model.translator, StarTranslator):
        raise Fault(f"{path}: is a model of {model.header['method']}; give one of {STARGAN}")
    assert isinstance(model.translator.g, Generator)
    return Start(model.translator.g, None, model.space)


def begin(g: Generator, d: Discriminator, space: DomainSpace, start: Start) -> str:
    """Let G and D of a label space begin with a file's weights; return in words what is kept and what begins anew.

    G's label planes go by their labels' names, and where the file names none by their order, if it has as many; those that
    the file lacks keep what was drawn. Raises Fault where the file's networks are of other widths, depths or norms.
    """
    if g.norms != start.g.norms:
        raise Fault(
            f"its G has instance norm in {start.g.norms}, the run's in {g.norms}; set train.g_norms to {start.g.norms}, "
            "or give another file"
        )
    for letter, new, old in (("g", g, start.g), ("d", d, start.d)):
        if old is not None:
            check_sizes(letter, sizes(new), sizes(old))
    planes = planes_of(space)
    found = carried(planes, planes_of(start.space)) if start.space else in_order(space.width, start.g.planes)
    kept, anew = ["G"], []
    order = "" if start.space else " (taken in this order: the file names none)"
    if found:
        kept.append(f"its planes of {', '.join(told(planes[plane]) for plane in found)}{order}")
    if len(found) < len(planes):
        anew.append(f"G's planes of {', '.join(told(plane) for at, plane in enumerate(planes) if at not in found)}")
    state, first = start.g.state_dict(), g.state_dict()["main.0.weight"].clone()
    for to, source in [(at, at) for at in range(COLOURS)] + [(COLOURS + to, COLOURS + at) for to, at in found.items()]:
        first[:, to] = state["main.0.weight"][:, source]
    g.load_state_dict(state | {"main.0.weight": first})
    if start.d is None:
        anew.append("D")
    else:
        own, theirs = d.state_dict(), start.d.state_dict()
        fits = len(found) == space.width and own["cls.weight"].shape == theirs["cls.weight"].shape
        d.load_state_dict(theirs if fits else theirs | {"cls.weight": own["cls.weight"]})
        kept.append("D")
        anew += [] if fits else ["D's class head"]
    return f"kept: {', '.join(kept)}; anew: {', '.join(anew) or 'nothing'}"


def sizes(network: Generator | Discriminator) -> dict[str, int]:
    """Return a network's width and depth, as the keys of params.yaml have them after `g_` or `d_`."""
    if isinstance(network, Generator):
        return {"filters": network.filters, "blocks": network.blocks}
    return {"filters": network.filters, "layers": len(network.layers)}


def check_sizes(letter: str, new: dict[str, int], old: dict[str, int]) -> None:
    """Raise Fault where the networks to be trained and those in a file differ in width or depth."""
    differing = [key for key, value in new.items() if old[key] != value]
    if differing:
        had, asked = (" and ".join(f"{values[key]} {key}" for key in differing) for values in (old, new))
        remedy = ", ".join(f"train.{letter}_{key} to {old[key]}" for key in differing)
        raise Fault(f"its {letter.upper()} has {had}, the run's {asked}; set {remedy}, or give another file")


def planes_of(space: DomainSpace) -> list[Plane]:
    """Return what each of G's label planes is of, in order."""
    labels = [(dataset, name) for dataset, kind in zip(space.datasets, space.kinds, strict=True) for name in kind.names]
    return labels + ([(dataset, "") for dataset in space.datasets] if space.mask_width else [])


def carried(new: Sequence[Plane], old: Sequence[Plane]) -> dict[int, int]:
    """Return {plane: the old plane of the same label}: of the same dataset's, or else of the only one with that label."""
    alone = {name for name, times in Counter(name for _, name in old).items() if name and times == 1}
    by_name = {name: at for at, (_, name) in enumerate(old) if name in alone}
    by_plane = {plane: at for at, plane in enumerate(old)}
    places = {at: by_plane.get(plane, by_name.get(plane[1])) for at, plane in enumerate(new)}
    return {at: place for at, place in places.items() if place is not None}


def in_order(new: int, old: int) -> dict[int, int]:
    """Return {plane: the old plane at its place} where there are as many, else none."""
    return {at: at for at in range(new)} if new == old else {}


def told(plane: Plane) -> str:
    """Return a plane in words."""
    dataset, label = plane
    return label or f"the mask of {dataset}"
