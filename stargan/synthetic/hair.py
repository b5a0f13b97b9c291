"""Hair and hats. Men's hair is short and women's long; cut, volume and length vary by person."""

from typing import NamedTuple

import numpy as np

from stargan.synthetic.pen import Colour, Pen, Points, curve, flipped, loop, mix, oval, ribbon
from stargan.synthetic.traits import INK, WHITE, Look, between

# Hairlines from the left temple to the right, one for each cut.
_WOMEN = (
    ((-0.94, -0.4), (-0.6, -0.82), (0.0, -1.24), (0.6, -0.82), (0.94, -0.4)),
    ((-0.94, -0.45), (-0.62, -0.9), (-0.38, -1.2), (0.2, -0.92), (0.94, -0.38)),
    ((-0.94, -0.38), (-0.2, -0.92), (0.38, -1.2), (0.62, -0.9), (0.94, -0.45)),
    ((-0.94, -0.5), (-0.6, -0.98), (0.0, -1.1), (0.6, -0.98), (0.94, -0.5)),
)
_MEN = (
    ((-0.92, -0.5), (-0.7, -0.95), (0.0, -1.0), (0.7, -0.95), (0.92, -0.5)),
    ((-0.92, -0.55), (-0.66, -1.05), (-0.3, -1.12), (0.45, -0.9), (0.92, -0.5)),
    ((-0.92, -0.5), (-0.45, -0.9), (0.3, -1.12), (0.66, -1.05), (0.92, -0.55)),
    ((-0.92, -0.55), (-0.74, -1.0), (0.0, -1.14), (0.74, -1.0), (0.92, -0.55)),
)


class _Cut(NamedTuple):
    """Half the width of the hair at the temples, its top, and how low it hangs."""

    width: float
    top: float
    low: float


def _cut(look: Look) -> _Cut:
    traits = look.traits
    if look.male:
        return _Cut(between(1.1, 1.17, traits.volume), between(1.64, 1.78, traits.length), -0.1)
    low = between(1.2, 2.2, traits.length)
    return _Cut(between(1.24, 1.36, traits.volume), between(1.72, 1.82, traits.volume), low)


def draw_back_hair(pen: Pen, look: Look) -> None:
    """Draw the hair behind neck and shoulders."""
    if look.male or look.has("Bald"):
        return
    cut = _cut(look)
    x, low = cut.width, cut.low
    side = [(0.5, -1.3), (x - 0.1, -0.7), (x, 0.3), (x - 0.02, low - 0.2), (0.8, low)]
    half = _waved(curve(side), look)
    pen.fill(np.concatenate([half, flipped(half)[::-1]]), mix(look.hair, INK, 0.3))


def _waved(points: Points, look: Look) -> Points:
    """Return an outline with the waves of the hair in it, at right angles to where it runs."""
    if not look.has("Wavy_Hair"):
        return points
    along = np.gradient(points, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])
    across = along[:, ::-1] * (-1, 1) / (length[:, None] + 1e-9)
    return points + across * 0.055 * np.sin(14.0 * np.cumsum(length))[:, None]


def draw_front_hair(pen: Pen, look: Look) -> None:
    """Draw the hair around the face: crown, locks, fringe and gloss."""
    if look.has("Bald"):
        return
    cut = _cut(look)
    right = _waved(curve(_outside(cut, look)), look)
    outside = np.concatenate([right, flipped(right)[::-1]])
    # The crown leans to one side, by person.
    outside[:, 0] += (look.traits.cut - 0.5) * 0.7 * np.clip(-0.9 - outside[:, 1], 0, None)
    pen.outlined(np.concatenate([outside, _hairline(cut, look)]), look.hair, _dark(look), 0.04)
    _gloss(pen, look, cut)
    if look.has("Bangs"):
        _fringe(pen, look)
    if look.has("Straight_Hair") and not look.male:
        for x in (-1.16, -1.05, 1.05, 1.16):
            pen.stroke(np.array([[x, -0.35], [x, cut.low - 0.15]]), 0.035, _dark(look))


def _dark(look: Look) -> Colour:
    return mix(look.hair, INK, 0.45)


def _outside(cut: _Cut, look: Look) -> list[tuple[float, float]]:
    """Return the outer edge of the right half, from where the hair ends up to the crown."""
    rise = cut.top - 0.55
    crown = [(1.0, 0.0), (0.9, 0.55), (0.53, 0.9), (0.0, 1.0)]
    end = (cut.width - 0.02, cut.low - 0.04)
    side = [] if look.male else [(cut.width + 0.05, 0.3)]
    return [end, *side, *((cut.width * x, -0.55 - rise * y) for x, y in crown)]


def _hairline(cut: _Cut, look: Look) -> Points:
    """Return where hair meets the face, from its left end over the forehead to its right end."""
    line = np.array((_MEN if look.male else _WOMEN)[int(look.traits.cut * 4)])
    if look.has("Receding_Hairline"):
        line = line - _RECEDING
    ends = [(0.98, cut.low)] if look.male else [(0.92, 0.1), (0.94, 0.8), (1.02, cut.low - 0.05)]
    return curve([*((-x, y) for x, y in reversed(ends)), *line, *ends])


# How far a receding hairline lies above a full one: most at the temples.
_RECEDING = np.array([(0.0, 0.08), (0.0, 0.34), (0.0, 0.26), (0.0, 0.34), (0.0, 0.08)])


def _gloss(pen: Pen, look: Look, cut: _Cut) -> None:
    """Draw strands and the light on the crown."""
    light = mix(look.hair, WHITE, 0.3)
    y = -cut.top + 0.22
    if look.has("Wavy_Hair"):
        for side in (-1, 1):
            along = np.linspace(0.25, 0.85, 9)
            strand = np.stack([side * along, y + 0.3 * along**2 + 0.06 * np.sin(along * 22)], axis=1)
            pen.stroke(strand, 0.05, light)
    elif look.has("Straight_Hair"):
        for x in (-0.75, -0.5, -0.25, 0.25, 0.5, 0.75):
            pen.stroke(np.array([[x * 0.8, y + 0.1 * x**2 - 0.08], [x, y + 0.4 * x**2 + 0.16]]), 0.04, light)
    else:
        pen.fill(ribbon(curve([(0.2, y - 0.02), (0.5, y + 0.1), (0.8, y + 0.36)]), 0.1, 0.04), light)


def _fringe(pen: Pen, look: Look) -> None:
    tips = np.array([(-0.94, -0.45), (-0.66, -0.62), (-0.45, -0.7), (-0.22, -0.6), (-0.05, -0.7)])
    edge = curve(np.concatenate([tips, flipped(tips)[::-1]]))
    pen.fill(np.concatenate([edge, curve([(1.0, -0.8), (0, -1.4), (-1.0, -0.8)])]), look.hair)
    pen.stroke(edge, 0.04, _dark(look))
    for x in (-0.5, -0.15, 0.2, 0.55):
        pen.stroke(np.array([[x * 0.8, -1.05], [x, -0.68]]), 0.03, _dark(look))


_HATS = ((60, 78, 110), (120, 52, 52), (74, 92, 72), (92, 84, 78))


def draw_hat(pen: Pen, look: Look) -> None:
    """Draw a knitted hat on the crown; the hair below it stays in sight."""
    if not look.has("Wearing_Hat"):
        return
    colour = _HATS[int(look.traits.hat * len(_HATS))]
    dark = mix(colour, INK, 0.4)
    right = [(0.0, -1.9), (0.6, -1.8), (1.05, -1.4), (1.16, -0.95)]
    dome = curve([*flipped(right)[:0:-1].tolist(), *right])
    pen.outlined(dome, colour, dark, 0.04)
    band = loop([(-1.2, -1.1), (0, -1.24), (1.2, -1.1), (1.18, -0.84), (0, -0.96), (-1.18, -0.84)])
    pen.outlined(band, mix(colour, WHITE, 0.25), dark, 0.04)
    pen.fill(oval(0, -1.88, 0.18, 0.14, 16), mix(colour, WHITE, 0.4))
