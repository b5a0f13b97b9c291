"""What no label says: a person's looks, clothes, surroundings and light, sampled always in the same order."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from stargan.synthetic.expressions import Expression
from stargan.synthetic.face import HAIR_COLOURS
from stargan.synthetic.pen import Colour, mix

INK: Colour = (38, 24, 30)
WHITE: Colour = (255, 255, 255)
_SKINS: tuple[Colour, ...] = (
    (250, 221, 198),
    (244, 204, 172),
    (231, 184, 146),
    (217, 164, 122),
    (193, 138, 98),
    (172, 119, 85),
    (148, 101, 74),
)
_PALE: Colour = (250, 233, 225)
_HAIRS: dict[str, Colour] = {
    "Black_Hair": (36, 31, 38),
    "Blond_Hair": (236, 201, 112),
    "Brown_Hair": (104, 64, 40),
    "Gray_Hair": (178, 180, 187),
}
_RED_HAIR: Colour = (186, 80, 42)
_EYES: tuple[Colour, ...] = ((84, 52, 34), (58, 104, 150), (70, 116, 76), (120, 88, 44), (92, 108, 122))


class Traits(NamedTuple):
    """Numbers in [0, 1), each for one thing that varies between people."""

    skin: float
    skin_tone: float
    width: float
    jaw: float
    chin: float
    cut: float
    volume: float
    length: float
    hair_tone: float
    eye_size: float
    eye_colour: float
    eye_gap: float
    brow: float
    nose: float
    lips: float
    mouth: float
    clothes: float
    clothes_tone: float
    wall: float
    wall_tone: float
    wall_left: float
    wall_right: float
    wall_low: float
    light: float
    warmth: float
    shift_x: float
    shift_y: float
    scale: float
    tilt: float
    glasses: float
    hat: float


def traits_of(seed: int, person: int) -> Traits:
    """Return the traits of a person: a function of (seed, person) alone."""
    return Traits(*np.random.default_rng((seed, person)).random(len(Traits._fields)).tolist())


def between(low: float, high: float, share: float) -> float:
    """Return the number at `share` of the way from `low` to `high`."""
    return low + (high - low) * share


@dataclass(frozen=True)
class Look:
    """All that drawing needs to know about a face."""

    traits: Traits
    shown: frozenset[str]
    expression: Expression
    gaze: float  # -1 looks to the left of the picture, 1 to the right
    skin: Colour
    shade: Colour  # skin in shadow
    line: Colour  # lines drawn on skin
    hair: Colour
    lips: Colour
    iris: Colour

    def has(self, *names: str) -> bool:
        """Return whether any of these attributes is shown."""
        return any(name in self.shown for name in names)

    @property
    def male(self) -> bool:
        """Whether the face is a man's."""
        return "Male" in self.shown

    @property
    def old(self) -> bool:
        """Whether the face is not Young."""
        return "Young" not in self.shown


def look_of(traits: Traits, shown: frozenset[str], expression: Expression, gaze: float) -> Look:
    """Return how a face looks: its colours follow from traits and attributes."""
    skin = _skin(traits, shown)
    return Look(
        traits=traits,
        shown=shown,
        expression=expression,
        gaze=gaze,
        skin=skin,
        shade=mix(skin, (118, 52, 44), 0.24),
        line=mix(skin, (66, 24, 28), 0.56),
        hair=_hair(traits, shown),
        lips=_lips(skin, shown),
        iris=_EYES[int(traits.eye_colour * len(_EYES))],
    )


def _skin(traits: Traits, shown: frozenset[str]) -> Colour:
    if "Pale_Skin" in shown:
        return _PALE
    skin = _SKINS[int(traits.skin * len(_SKINS))]
    skin = mix(skin, (236, 170, 150), 0.16 * traits.skin_tone)
    return skin if "Young" in shown else mix(skin, (150, 138, 132), 0.4)


def _hair(traits: Traits, shown: frozenset[str]) -> Colour:
    colour = next((_HAIRS[name] for name in HAIR_COLOURS if name in shown), _RED_HAIR)
    return mix(colour, WHITE if traits.hair_tone > 0.5 else (0, 0, 0), 0.16 * abs(traits.hair_tone - 0.5))


def _lips(skin: Colour, shown: frozenset[str]) -> Colour:
    if "Wearing_Lipstick" in shown:
        return 205, 30, 58
    return mix(skin, (214, 88, 92), 0.5 if "Male" in shown else 0.68)
