"""What a drawn face is: a person, attributes, an expression, a gaze, an angle and a scene."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from stargan.errors import Fault, nearest

_NAMES = (
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair "
    "Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup "
    "High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose "
    "Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat "
    "Wearing_Lipstick Wearing_Necklace Wearing_Necktie Young"
)
# CelebA's forty, in the order of its table.
ATTRIBUTES = tuple(_NAMES.split())
HAIR_COLOURS = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
# In the table, but no picture shows them: what is attractive is not for a program to say.
NOT_DRAWN = ("Attractive",)
# RaFD's eight, in alphabetical order.
EXPRESSIONS = ("angry", "contemptuous", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")

Scene = Literal["studio", "natural"]

_HAIRSTYLES = {"Bangs", "Receding_Hairline", "Straight_Hair", "Wavy_Hair"}
_BEARDS = {"5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns"}
_MEN_ONLY = {*_BEARDS, "Wearing_Necktie"}
_WOMEN_ONLY = {"Heavy_Makeup", "Wearing_Earrings", "Wearing_Lipstick", "Wearing_Necklace"}


@dataclass(frozen=True)
class Face:
    """A face to draw. With a seed it determines every pixel.

    `attributes` holds all of `ATTRIBUTES`; `expression` is one of `EXPRESSIONS`; `gaze` is "left",
    "frontal" or "right", as seen in the picture; `angle` is RaFD's camera angle in degrees (0, 45,
    90 = frontal, 135, 180); `scene` is RaFD's white studio or a natural setting.
    """

    person: int
    attributes: Mapping[str, bool]
    expression: str = "neutral"
    gaze: str = "frontal"
    angle: int = 90
    scene: Scene = "natural"


def shown(face: Face) -> frozenset[str]:
    """Return the attributes that the picture shows, where labels contradict each other.

    The first hair colour wins; women have no beard and men no make-up; a bald head has no hairstyle;
    `No_Beard` wins over every beard.
    """
    names = {name for name, present in face.attributes.items() if present}
    names -= _WOMEN_ONLY if "Male" in names else _MEN_ONLY
    if "No_Beard" in names:
        names -= _BEARDS
    if "Bald" in names:
        names -= {*_HAIRSTYLES, *HAIR_COLOURS}
    return frozenset(names)


def edited(face: Face, changes: Mapping[str, bool] | str) -> Face:
    """Return the same person with attributes set, or with another expression where `changes` is a word.

    A hair colour takes the place of every other one and of baldness; `Smiling` and the expression follow
    each other. A name that is unknown is a `Fault`.
    """
    if isinstance(changes, str):
        if changes not in EXPRESSIONS:
            raise Fault(f"expression {changes!r} cannot be drawn{nearest(changes, EXPRESSIONS)}")
        attributes = {**face.attributes, "Smiling": changes == "happy"}
        return replace(face, attributes=attributes, expression=changes)
    for name in changes:
        if name not in ATTRIBUTES:
            raise Fault(f"attribute {name!r} cannot be drawn{nearest(name, ATTRIBUTES)}")
    attributes = dict(face.attributes)
    if any(changes.get(colour) for colour in HAIR_COLOURS):
        attributes.update(dict.fromkeys((*HAIR_COLOURS, "Bald"), False))
    attributes.update(changes)
    return replace(face, attributes=attributes, expression=_expression(face.expression, changes))


def _expression(current: str, changes: Mapping[str, bool]) -> str:
    if "Smiling" not in changes or changes["Smiling"] == (current == "happy"):
        return current
    return "happy" if changes["Smiling"] else "neutral"
