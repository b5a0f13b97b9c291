"""What surrounds a face: the wall behind it, clothes, and the light."""

import colorsys

import numpy as np
from PIL import Image

from stargan.synthetic.head import GOLD
from stargan.synthetic.pen import Colour, Pen, curve, mirrored, mix, oval
from stargan.synthetic.traits import INK, WHITE, Look, Traits, between

_SHIRTS: tuple[Colour, ...] = (
    (92, 106, 132),
    (138, 82, 84),
    (98, 118, 100),
    (196, 190, 180),
    (64, 66, 74),
    (152, 132, 108),
    (120, 104, 132),
)
_STUDIO_SHIRT: Colour = (62, 62, 66)


def wall(traits: Traits, natural: bool, size: tuple[int, int]) -> Image.Image:
    """Return what is behind the face: white in the studio, else a soft gradient of muted colours."""
    if not natural:
        return Image.new("RGB", size, WHITE)
    hue = traits.wall
    value = between(0.45, 0.85, traits.wall_tone)
    corners = [
        _muted(hue, value + between(-0.1, 0.12, traits.wall_left)),
        _muted(hue + 0.1 * (traits.wall_right - 0.5), value + between(-0.1, 0.12, traits.wall_right)),
        _muted(hue, value - between(0.0, 0.15, traits.wall_low)),
        _muted(hue + 0.06, value - between(0.0, 0.2, traits.wall_left)),
    ]
    seed = Image.new("RGB", (2, 2))
    seed.putdata(corners)
    return seed.resize(size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5))


def _muted(hue: float, value: float) -> Colour:
    r, g, b = colorsys.hsv_to_rgb(hue % 1.0, 0.14, min(value, 1.0))
    return round(255 * r), round(255 * g), round(255 * b)


def draw_clothes(pen: Pen, look: Look, natural: bool) -> None:
    """Draw shoulders in a shirt (the same for all in the studio), necklace and necktie."""
    colour = _STUDIO_SHIRT
    if natural:
        colour = _SHIRTS[int(look.traits.clothes * len(_SHIRTS))]
        colour = mix(colour, WHITE, 0.2 * look.traits.clothes_tone)
    wide = 0.25 if look.male else 0.0
    neck = [(0.0, 2.0), (0.3, 1.9), (0.5, 1.6)]
    shoulder = [(1.0 + wide, 1.8), (1.7 + wide, 2.05), (2.0 + wide, 2.6), (2.1 + wide, 4.0)]
    half = np.concatenate([neck, curve([(0.56, 1.62), *shoulder])])
    pen.outlined(mirrored(half), colour, mix(colour, INK, 0.4), 0.04)
    if look.has("Wearing_Necktie"):
        _necktie(pen, colour)
    if look.has("Wearing_Necklace"):
        for x, y in curve([(-0.46, 1.42), (-0.3, 1.62), (0, 1.72), (0.3, 1.62), (0.46, 1.42)])[::3]:
            pen.fill(oval(x, y, 0.065, 0.065, 10), GOLD)


def _necktie(pen: Pen, shirt: Colour) -> None:
    red: Colour = (142, 34, 44)
    collar = np.array([[-0.58, 1.42], [0, 1.62], [0.58, 1.42], [0.52, 1.86], [0, 1.7], [-0.52, 1.86]])
    pen.outlined(collar, (238, 238, 240), mix(shirt, INK, 0.4), 0.03)
    tie = np.array([[-0.2, 1.5], [0.2, 1.5], [0.12, 1.72], [0.26, 4.0], [-0.26, 4.0], [-0.12, 1.72]])
    pen.outlined(tie, red, INK, 0.03)


def lit(image: Image.Image, traits: Traits) -> Image.Image:
    """Return the picture in a natural light: a little darker or brighter, colder or warmer."""
    light, warmth = between(0.84, 1.03, traits.light), between(-0.05, 0.05, traits.warmth)
    levels = np.arange(256)
    table = [np.minimum(levels * light * (1 + tint), 255) for tint in (warmth, 0.0, -warmth)]
    return image.point(np.concatenate(table).astype(np.uint8).tolist())
