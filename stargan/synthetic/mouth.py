"""Mouths: one drawing for all expressions, after the numbers of `expressions.Mouth`."""

import numpy as np

from stargan.synthetic.expressions import LAUGH, NEUTRAL, PARTED, Mouth
from stargan.synthetic.pen import Colour, Pen, Points, curve, loop
from stargan.synthetic.traits import INK, WHITE, Look, between

MOUTH_Y = 0.78
_T = np.linspace(-1, 1, 25)
_ARC = np.maximum(1 - _T**2, 0.0)
_INSIDE: Colour = (92, 16, 26)
_TONGUE: Colour = (240, 104, 122)


def draw_mouth(pen: Pen, look: Look) -> None:
    """Draw the mouth: lips, and between them teeth and tongue."""
    mouth = _chosen(look)
    width = mouth.half_width * between(0.94, 1.06, look.traits.mouth)
    x = width * _T
    base = MOUTH_Y + mouth.corner * _T**2 + mouth.tilt * np.maximum(_T + 0.3, 0) ** 2 / 1.69
    top, bottom = base + mouth.top * _ARC**mouth.square, base + mouth.bottom * _ARC**mouth.square
    _lips(pen, look, x, top, bottom)
    if mouth.top == mouth.bottom:
        pen.stroke(np.stack([x, top], axis=1), 0.07, INK)
    else:
        _opening(pen, mouth, x, top, bottom)
    if look.expression.smirk:
        pen.stroke(curve([(width, 0.32), (width + 0.13, 0.48), (width + 0.08, 0.68)]), 0.07, look.line)


def _chosen(look: Look) -> Mouth:
    if look.has("Mouth_Slightly_Open"):
        if look.expression is NEUTRAL:
            return PARTED
        if look.expression.raised_cheeks:
            return LAUGH
    return look.expression.mouth


def _between(x: Points, top: Points, bottom: Points) -> Points:
    return np.concatenate([np.stack([x, top], axis=1), np.stack([x, bottom], axis=1)[::-1]])


def _lips(pen: Pen, look: Look, x: Points, top: Points, bottom: Points) -> None:
    full = between(0.9, 1.15, look.traits.lips) * (1.75 if look.has("Big_Lips") else 1.0)
    full *= 0.75 if look.male else 1.1
    full *= 0.8 if look.old else 1.0
    full *= 1.0 if top[12] == bottom[12] else 0.75
    bow = 1 - 0.25 * np.exp(-((_T / 0.22) ** 2))
    upper, lower = top - 0.1 * full * bow * _ARC**0.6, bottom + 0.12 * full * _ARC**0.6
    pen.outlined(_between(x, upper, lower), look.lips, look.line, 0.025)


def _opening(pen: Pen, mouth: Mouth, x: Points, top: Points, bottom: Points) -> None:
    opening = _between(x, top, bottom)
    pen.fill(opening, _INSIDE)
    if mouth.tongue:
        pen.fill(_between(x, np.maximum(top, bottom.max() - mouth.tongue - 0.5 * x**2), bottom), _TONGUE)
    if mouth.upper_teeth:
        pen.fill(_between(x, top, np.minimum(bottom, top + mouth.upper_teeth)), WHITE)
    if mouth.lower_teeth:
        pen.fill(_between(x, np.maximum(top, bottom - mouth.lower_teeth), bottom), WHITE)
    if mouth.gnash:
        _gaps(pen, x, top, bottom)
    pen.stroke(np.concatenate([opening, opening[:2]]), 0.06, INK)
    if mouth.tongue_out:
        _hanging_tongue(pen, mouth.tongue_out)


def _gaps(pen: Pen, x: Points, top: Points, bottom: Points) -> None:
    """Draw the dark lines of bared, clenched teeth."""
    pen.stroke(np.stack([x, (top + bottom) / 2], axis=1), 0.04, INK)
    for place in (5, 12, 19):
        pen.stroke(np.array([[x[place], top[place]], [x[place], bottom[place]]]), 0.04, INK)


def _hanging_tongue(pen: Pen, length: float) -> None:
    low = MOUTH_Y + length
    shape = loop([(-0.2, MOUTH_Y), (0.2, MOUTH_Y), (0.22, low - 0.14), (0.1, low), (-0.1, low), (-0.22, low - 0.14)])
    pen.outlined(shape, _TONGUE, INK, 0.05)
    pen.stroke(np.array([[0, MOUTH_Y + 0.08], [0, low - 0.14]]), 0.035, (178, 52, 78))
