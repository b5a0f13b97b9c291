"""Generators that others trained with the released code: `N-G.ckpt`, a plain state dict without label names."""

import math
import pickle
import re
from collections.abc import Sequence
from pathlib import Path

import torch

from stargan.assembly import Model
from stargan.domains import Attributes, DomainSpace
from stargan.errors import Fault
from stargan.methods.star import StarTranslator
from stargan.networks.star import Generator

# The released code's instance norm keeps running statistics that nothing ever uses.
UNUSED = ("running_mean", "running_var", "num_batches_tracked")


def load_released(path: Path, labels: Sequence[Sequence[str]], image_size: int, device: torch.device) -> Model:
    """Return the generator in an official checkpoint; `labels` names its label bits, one list a dataset.

    Raises Fault where the file is no such checkpoint, or the names do not fill its label planes.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        weights = {key: value for key, value in state.items() if not key.endswith(UNUSED)}
        first = weights["main.0.weight"]
        blocks = len({match[1] for key in weights if (match := re.fullmatch(r"main\.(\d+)\.main\.0\.weight", key))})
        g = Generator(first.shape[1] - 3, first.shape[0], blocks)
        g.load_state_dict(weights)
    except (OSError, EOFError, pickle.UnpicklingError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())[:160]
        raise Fault(f"{path}: not a generator of the released code ({reason}); give its N-G.ckpt") from error
    if not all(math.isfinite(value.sum().item()) for value in weights.values()):
        raise Fault(f"{path}: some weights are not finite; give another checkpoint")
    kinds = tuple(Attributes(tuple(names)) for names in labels)
    space = DomainSpace(tuple(f"labels {index + 1}" for index in range(len(kinds))), kinds)
    if space.width != first.shape[1] - 3:
        raise Fault(
            f"{path}: it takes {first.shape[1] - 3} label planes, --labels names {space.width} (mask included); "
            "name every label in training order, 'A,B,C' for one dataset, 'A,B;x,y' for two"
        )
    return Model(StarTranslator(g.to(device)), space, image_size, {})
