"""Networks that others trained with the released code: `N-G.ckpt` and `N-D.ckpt`, plain state dicts without label names.

Others save them from within DataParallel, whose names begin with `module.`, or in a dict with more (`state_dict`, `G`,
`g_ema`, ...): what precedes the names of the layers is passed over.
"""

import math
import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from stargan.core.names import matched
from stargan.core.target import split, unquoted
from stargan.data.domains import Attributes, Classes, DomainSpace, LabelKind
from stargan.errors import Fault
from stargan.models.assembly import Model
from stargan.models.networks.star import Discriminator, Generator
from stargan.models.translators import StarTranslator

Weights = Mapping[str, Tensor]
Network = TypeVar("Network", bound=nn.Module)
NO_CHECKPOINT = (OSError, EOFError, pickle.UnpicklingError, RuntimeError, LookupError, ValueError, AttributeError, TypeError)
"""What `torch.load` raises on a file of another kind, and the use of what such a file holds."""
# The released code's instance norm keeps running statistics that nothing ever uses.
UNUSED = ("running_mean", "running_var", "num_batches_tracked")
FIRST, HEAD = "main.0.weight", "conv1.weight"
"""The first layer of both networks, and the one that D alone has."""
SHOWN = 4
"""Names in a file that a fault shows."""


def label_kinds(text: str, exclusive: list[list[str]]) -> tuple[LabelKind, ...]:
    """Return the kinds that `text` names, in training order: 'A,B,C' attributes, 'x|y' classes, ';' between datasets.

    A name that holds one of these stands in double quotes. `exclusive` are groups of attributes that rule each other out.
    """
    kinds: list[LabelKind] = []
    for part in split(text, ";"):
        names = tuple(unquoted(name) for name in split(part, "|,") if name)
        if len(split(part, "|")) > 1:
            kinds.append(Classes(names))
            continue
        cut = [tuple(name for name in names if matched(name, group)) for group in exclusive]
        kinds.append(Attributes(names, tuple(group for group in cut if len(group) > 1)))
    return tuple(kinds)


def load_released(path: Path, kinds: tuple[LabelKind, ...], image_size: int, device: torch.device) -> Model:
    """Return the generator in an official checkpoint whose label planes are those of `kinds`.

    Raises Fault where the file is no such checkpoint, or the names do not fill its label planes.
    """
    g = read_generator(path)
    space = DomainSpace(tuple(f"labels {index + 1}" for index in range(len(kinds))), kinds)
    if space.width != g.planes:
        raise Fault(
            f"{path}: it takes {g.planes} label planes, --labels names {space.width} (mask included); "
            "name every label in training order, 'A,B,C' for attributes, 'x|y' for classes, ';' between datasets"
        )
    return Model(StarTranslator(g.to(device)), space, image_size, {}, device)


def read_generator(path: Path) -> Generator:
    """Return the G in a checkpoint, of any width and depth. Raises Fault where there is none, or not one alone.

    Where a file has a mean of its weights too, named with `ema`, that is the G that translates.
    """
    try:
        weights = chosen(tensors_of(path), d=False)
        blocks = {match[1] for key in weights if (match := re.fullmatch(r"main\.(\d+)\.main\.0\.weight", key))}
        filters, planes, *_ = weights[FIRST].shape
        return filled(Generator(planes - 3, filters, len(blocks)), weights, path)
    except NO_CHECKPOINT as error:
        raise no_network(path, "generator", "G", error) from error


def read_discriminator(path: Path) -> Discriminator:
    """Return the D in a checkpoint, of any width and depth. Raises Fault where there is none, or not one alone."""
    try:
        weights = chosen(tensors_of(path), d=True)
        names = {"conv1.weight": "src.weight", "conv2.weight": "cls.weight"}
        # There each layer of the trunk is followed by a ReLU: main.2 is the second.
        own = {
            names.get(key) or re.sub(r"^main\.(\d+)", lambda found: f"main.{int(found[1]) // 2}", key): value
            for key, value in weights.items()
        }
        layers, filters = sum(key.startswith("main.") for key in own) // 2, len(own[FIRST])
        labels, _, size, _ = own["cls.weight"].shape
        return filled(Discriminator(size * 2**layers, labels, filters, layers), own, path)
    except NO_CHECKPOINT as error:
        raise no_network(path, "discriminator", "D", error) from error


def discriminator_within(path: Path) -> Discriminator | None:
    """Return the D in a checkpoint that may hold one beside its G. Raises Fault as `read_discriminator`."""
    return read_discriminator(path) if any(key.endswith(HEAD) for key in tensors_of(path)) else None


def tensors_of(path: Path) -> dict[str, Tensor]:
    """Return all tensors of a file by their names, joined by dots where dicts stand in dicts; no code of the file runs."""

    def leaves(values: Any, prefix: str) -> Iterator[tuple[str, Tensor]]:
        for key, value in values.items():
            if isinstance(value, Mapping):
                yield from leaves(value, f"{prefix}{key}.")
            elif isinstance(value, Tensor):
                yield f"{prefix}{key}", value

    found = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(found, Mapping):
        raise ValueError(f"it holds a {type(found).__name__}")
    return dict(leaves(found, ""))


def chosen(tensors: Weights, *, d: bool) -> dict[str, Tensor]:
    """Return the weights of the one G, or D, among a file's tensors, named as the released code does.

    Raises ValueError where there is none, or several.
    """
    # A network begins where a name ends in its first layer's; a residual block within has a `main` before that.
    begins = {key.removesuffix(FIRST) for key in tensors if re.fullmatch(r"((?!main\.)[^.]+\.)*" + re.escape(FIRST), key)}
    begins = {prefix for prefix in begins if (prefix + HEAD in tensors) == d}
    means = {prefix for prefix in begins if re.search(r"(?<![a-z])ema(?![a-z])", prefix.lower())}
    if len(begins) > 1 and len(means) == 1:
        begins = means
    if len(begins) != 1:
        shown = ", ".join(sorted(begins) or [*tensors][:SHOWN]) + (", ..." if not begins and len(tensors) > SHOWN else "")
        raise ValueError(f"{len(begins) or 'no'} {'D' if d else 'G'} among its {len(tensors)} tensors: {shown or 'none'}")
    (prefix,) = begins
    inside = ((key.removeprefix(prefix), value) for key, value in tensors.items() if key.startswith(prefix))
    return {key: value for key, value in inside if not key.endswith(UNUSED)}


def filled(network: Network, weights: Weights, path: Path) -> Network:
    """Return a network with a file's weights. Raises RuntimeError where they are others', Fault if not all are finite."""
    network.load_state_dict(weights)
    if not all(math.isfinite(value.sum().item()) for value in weights.values()):
        raise Fault(f"{path}: some weights are not finite; give another checkpoint")
    return network


def no_network(path: Path, what: str, letter: str, error: Exception) -> Fault:
    """Return the fault of a file in which there is no such network."""
    reason = " ".join(str(error).split())[:240]
    return Fault(f"{path}: not a {what} of the released code ({reason}); give its N-{letter}.ckpt")
