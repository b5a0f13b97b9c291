"""Generators that others trained with the released code: `N-G.ckpt`, a plain state dict without label names."""

import math
import pickle
import re
from pathlib import Path

import torch

from stargan.data.domains import Attributes, Classes, DomainSpace, LabelKind
from stargan.errors import Fault
from stargan.models.assembly import Model
from stargan.models.networks.star import Generator
from stargan.models.translators import StarTranslator

NO_CHECKPOINT = (OSError, EOFError, pickle.UnpicklingError, RuntimeError, LookupError, ValueError, AttributeError, TypeError)
"""What `torch.load` raises on a file of another kind, and the use of what such a file holds."""
# The released code's instance norm keeps running statistics that nothing ever uses.
UNUSED = ("running_mean", "running_var", "num_batches_tracked")


def label_kinds(text: str, exclusive: list[list[str]]) -> tuple[LabelKind, ...]:
    """Return the kinds that `text` names, in training order: 'A,B,C' attributes, 'x|y' classes, ';' between datasets.

    `exclusive` are groups of attributes that rule each other out.
    """
    kinds: list[LabelKind] = []
    for part in text.split(";"):
        names = tuple(name.strip() for name in part.replace("|", ",").split(",") if name.strip())
        groups = (tuple(name for name in group if name in names) for group in exclusive)
        kinds.append(
            Classes(names) if "|" in part else Attributes(names, tuple(group for group in groups if len(group) > 1))
        )
    return tuple(kinds)


def load_released(path: Path, kinds: tuple[LabelKind, ...], image_size: int, device: torch.device) -> Model:
    """Return the generator in an official checkpoint whose label planes are those of `kinds`.

    Raises Fault where the file is no such checkpoint, or the names do not fill its label planes.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        weights = {key: value for key, value in state.items() if not key.endswith(UNUSED)}
        first = weights["main.0.weight"]
        blocks = len({match[1] for key in weights if (match := re.fullmatch(r"main\.(\d+)\.main\.0\.weight", key))})
        g = Generator(first.shape[1] - 3, first.shape[0], blocks)
        g.load_state_dict(weights)
    except NO_CHECKPOINT as error:
        reason = " ".join(str(error).split())[:160]
        raise Fault(f"{path}: not a generator of the released code ({reason}); give its N-G.ckpt") from error
    if not all(math.isfinite(value.sum().item()) for value in weights.values()):
        raise Fault(f"{path}: some weights are not finite; give another checkpoint")
    space = DomainSpace(tuple(f"labels {index + 1}" for index in range(len(kinds))), kinds)
    if space.width != first.shape[1] - 3:
        raise Fault(
            f"{path}: it takes {first.shape[1] - 3} label planes, --labels names {space.width} (mask included); "
            "name every label in training order, 'A,B,C' for attributes, 'x|y' for classes, ';' between datasets"
        )
    return Model(StarTranslator(g.to(device)), space, image_size, {}, device)
