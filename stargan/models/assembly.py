"""Model files as translators again: the only place where the name of a file's method decides anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from stargan.core.eyes import checked_eyes
from stargan.core.names import checked_label
from stargan.core.target import quoted
from stargan.core.tensors import read_tensors
from stargan.data.domains import Classes, DomainSpace, domain_space
from stargan.data.pixels import from_uint8, to_uint8
from stargan.errors import Fault
from stargan.models.networks.icgan import ConditionalGenerator, Encoder
from stargan.models.networks.residual import ResidualGenerator
from stargan.models.networks.star import Generator
from stargan.models.targets import asked_of, target_path
from stargan.models.translators import IcGanTranslator, Pair, PairTranslator, StarTranslator, Translator, name_of


def star_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[StarTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    norms = architecture.get("g_norms", "all")  # files of before the choice do not say
    g = Generator(space.width, architecture["g_filters"], architecture["g_blocks"], norms)
    return StarTranslator(g), {"g": g}


def diat_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[PairTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    generators: dict[Pair, nn.Module] = {
        pair: ResidualGenerator(architecture["g_filters"], architecture["g_blocks"])
        for pair in pairs_of(architecture, space)
    }
    return PairTranslator(generators, space.kinds[0]), {f"g_{name_of(pair)}": g for pair, g in generators.items()}


def pairs_of(architecture: Mapping[str, Any], space: DomainSpace) -> list[Pair]:
    """Return the pairs of domains that a model has networks for. Raises Fault or ValueError on what is no domain of it."""
    pairs = [(checked_label(here), checked_label(there)) for here, there in architecture["pairs"]]
    for domain in (domain for pair in pairs for domain in pair):
        space.kinds[0].inside(torch.zeros(1, space.kinds[0].width), domain)
    return pairs


def cyclegan_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[PairTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    generators: dict[Pair, nn.Module] = {}
    networks: dict[str, nn.Module] = {}
    for here, there in pairs_of(architecture, space):
        both = [ResidualGenerator(architecture["g_filters"], architecture["g_blocks"]) for _ in "ab"]
        networks[f"g_{name_of((here, there))}"] = nn.ModuleDict(dict(zip(("ab", "ba"), both, strict=True)))
        generators |= {(here, there): both[0], (there, here): both[1]}
    return PairTranslator(generators, space.kinds[0]), networks


def icgan_translator(
    space: DomainSpace, image_size: int, architecture: Mapping[str, Any]
) -> tuple[IcGanTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    own = architecture
    g = ConditionalGenerator(image_size, own["z"], space.width, own["filters"])
    e_z = Encoder(image_size, own["z"], own["z_units"], own["encoder_filters"])
    return IcGanTranslator(g, e_z), {"g": g, "e_z": e_z}


MODEL_SCHEMA = 3
MOST = 2
"""How far beyond a label a strength may go, as a multiple of the way to it."""
STARGAN = "stargan"

Build = Callable[[DomainSpace, int, Mapping[str, Any]], tuple[Translator, dict[str, nn.Module]]]
TRANSLATORS: Mapping[str, Build] = {
    STARGAN: star_translator,
    "diat": diat_translator,
    "cyclegan": cyclegan_translator,
    "icgan": icgan_translator,
}


@dataclass(frozen=True)
class Model:
    """A trained method as a translator, with its labels and what else its file says."""

    translator: Translator
    space: DomainSpace
    image_size: int
    header: Mapping[str, Any]
    device: torch.device

    def translate(self, face: np.ndarray, to: str, given: str = "", strength: float = 1.0) -> np.ndarray:
        """Return a face, uint8 (s, s, 3), as it is asked for: 'happy', or attributes by commas.

        `to` names all that the face shall be: what it does not name is off; or, with `given`, what the face is, what shall
        change. strength: how far the label goes from what the face is, or from nothing known: 0 to 2, 1 is all the way.
        Raises Fault on unknown names, and where the model has no network for that change, or takes no degrees.
        """
        start, goal = target_path(self.space, to, given)
        check_served(self, [start, goal])
        if strength != 1:
            check_degrees(self, strength)
            goal = start + strength * (goal - start)
        return self._made(face, [start, goal])

    def between(self, face: np.ndarray, first: str, last: str, steps: int, given: str = "") -> np.ndarray:
        """Return uint8 (steps, s, s, 3): a face on the way from one target to another, in equal steps of the label.

        Raises Fault as `translate` does, where the targets are of two datasets, and on fewer than two steps.
        """
        check_strip(self, first, last, steps)
        (start, one), (_, other) = (target_path(self.space, target, given) for target in (first, last))
        shares = (step / (steps - 1) for step in range(steps))
        return np.stack([self._made(face, [start, one + share * (other - one)]) for share in shares])

    def targets(self, given: str = "") -> dict[str, str]:
        """Return {target: what is given for it}: a target a label that the model can make of faces that are `given`.

        Attributes are flipped where they are given, else set: then nothing is known to be flipped. Labels of one dataset
        say nothing for targets of another.
        """
        known = asked_of(self.space, given)[0] if given else None
        every = [name for kind in self.space.kinds for name in kind.names]
        found = dict[str, str]()
        for dataset, kind in enumerate(self.space.kinds):
            own = given if dataset == known else ""
            singles = kind.singles() if own or isinstance(kind, Classes) else map(quoted, kind.names)
            shared = {name for name in kind.names if every.count(name) > 1}
            names = [
                f"{self.space.datasets[dataset]}/{one}" if kind.steps(one)[0].name in shared else one for one in singles
            ]
            found |= {name: own for name in names if self.translator.can_translate(target_path(self.space, name, own)).all()}
        return found

    def _made(self, face: np.ndarray, path: list[Tensor]) -> np.ndarray:
        x = from_uint8(torch.from_numpy(face.copy())[None].to(self.device))
        made = self.translator.translate(x, [vector.to(self.device) for vector in path])
        return to_uint8(made)[0].cpu().numpy()


def load_model(path: Path | str, device: torch.device | str = "cpu") -> Model:
    """Return the model in a file that train wrote. Raises Fault on another file, schema or shape."""
    path, device = Path(path), torch.device(device)
    tensors, header = read_tensors(path)
    if header.get("schema") != MODEL_SCHEMA or str(header.get("method")) not in TRANSLATORS:
        raise Fault(
            f"{path}: model schema {header.get('schema')}, method {header.get('method')} is not schema {MODEL_SCHEMA} of "
            f"{', '.join(TRANSLATORS)}; train it again or update the code"
        )
    if not all(torch.isfinite(value).all() for value in tensors.values()):
        raise Fault(f"{path}: some weights are not finite; train it again")
    try:
        space, image_size = domain_space(header["space"]), int(header["image_size"])
        for square in dict(header.get("squares", {})).values():
            if "eyes" in square:
                checked_eyes(square["eyes"])
        with torch.device("meta"):  # shapes alone: the weights come from the file
            translator, networks = TRANSLATORS[header["method"]](space, image_size, header["architecture"])
        expected = {f"{name}.{key}" for name, network in networks.items() for key in network.state_dict()}
        if expected != tensors.keys():
            raise ValueError(f"{len(expected ^ tensors.keys())} names of tensors do not fit")
        for name, network in networks.items():
            own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
            network.load_state_dict(own, assign=True)
            network.to(device).requires_grad_(False)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Fault(f"{path}: its weights do not fit its header ({reason}); train it again") from error
    return Model(translator, space, image_size, header, device)


def check_served(model: Model, path: list[Tensor]) -> None:
    """Raise Fault where the model has no network for the way from what the faces are to what they shall be."""
    if not model.translator.can_translate(path).all():
        pairs = model.header["architecture"]["pairs"]
        ways = ", ".join(f"{here} to {there}" for here, there in pairs)
        raise Fault(
            f"target: this model translates {ways}; say what the face is (--from), and ask for what it has a network for"
        )


def check_strip(model: Model, first: str, last: str, steps: int) -> None:
    """Raise Fault where no strip leads from one target to another: of two datasets, without degrees, of one step."""
    if steps < 2:
        raise Fault(f"{steps} steps lead from no target to another; give 2 or more")
    if asked_of(model.space, first)[0] != asked_of(model.space, last)[0]:
        raise Fault(f"targets {first} and {last}: the labels belong to different datasets; give two of one")
    check_degrees(model, 0)


def check_degrees(model: Model, strength: float) -> None:
    """Raise Fault where a model's networks take no degree of a label, or a strength is none."""
    if not model.translator.direct:
        raise Fault(f"strength: networks of {model.header['method']} know no degrees between two domains; leave it out")
    if not 0 <= strength <= MOST:
        raise Fault(f"strength {strength:g} is not from 0 to {MOST}; 1 is what the model was trained for")
