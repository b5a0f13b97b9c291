"""Eyes, brows and glasses."""

import numpy as np

from stargan.synthetic.expressions import Brow, Eye
from stargan.synthetic.pen import Colour, Pen, Points, curve, loop, mix, oval, ribbon
from stargan.synthetic.traits import INK, WHITE, Look, between

EYE_Y = -0.06
_GRAY: Colour = (205, 205, 210)  # brows of the old
_T = np.linspace(-1, 1, 15)
_ALMOND = (1 - _T**2) ** 0.6
# A parabola along _T from its values at -1, 0 and 1.
_PARABOLA = np.stack([_T * (_T - 1) / 2, 1 - _T**2, _T * (_T + 1) / 2], axis=1)


def eye_x(look: Look) -> float:
    """Return how far each eye's middle is from the middle of the face."""
    return between(0.41, 0.47, look.traits.eye_gap)


def draw_eyes(pen: Pen, look: Look) -> None:
    """Draw both eyes, with lashes, make-up, bags and tears."""
    for side, eye in ((-1, look.expression.left_eye), (1, look.expression.right_eye)):
        _eye(pen, look, side, eye)
        if look.expression.tears:
            _tear(pen, side * (eye_x(look) + 0.06))


def _lids(look: Look, eye: Eye) -> tuple[Points, Points, Points, float]:
    """Return the heights of the socket, the upper and the lower lid along the eye, and its half width.

    Index 0 is the inner corner.
    """
    size = between(0.92, 1.08, look.traits.eye_size)
    narrow = 0.62 if look.has("Narrow_Eyes") else 1.0
    half_width = 0.28 * size
    socket = -eye.top * narrow * size * _ALMOND
    low = eye.bottom * narrow * size * _ALMOND
    lid = -np.linspace(eye.lid_inner, eye.lid_outer, len(_T)) * narrow
    return socket, np.minimum(np.maximum(socket, lid), low), low, half_width


def _eye(pen: Pen, look: Look, side: int, eye: Eye) -> None:
    socket, top, low, half_width = _lids(look, eye)
    centre = side * eye_x(look)
    x = centre + side * half_width * _T

    def at(y: Points) -> Points:
        return np.stack([x, y + EYE_Y], axis=1)

    if look.has("Bags_Under_Eyes"):
        _bag(pen, look, centre, float(low.max()))
    lid_colour = (122, 84, 150) if look.has("Heavy_Makeup") else look.shade
    raised = 0.12 if look.has("Heavy_Makeup") else 0.05
    pen.fill(np.concatenate([at(socket - raised * _ALMOND), at(low)[::-1]]), lid_colour)
    pen.fill(np.concatenate([at(top), at(low)[::-1]]), WHITE)
    _iris(pen, look, x * side, top, low, side, eye.iris)
    pen.stroke(at(low), 0.035, look.line if eye.bottom > 0 else INK)
    thick = 0.075 if look.male else 0.1
    pen.stroke(at(top), thick, INK)
    if not look.male:
        _lashes(pen, side, centre + side * half_width, float(top[-2]) + EYE_Y)


def _iris(pen: Pen, look: Look, x: Points, top: Points, low: Points, side: int, radius: float) -> None:
    """Draw iris, pupil and glint, cut off by the lids. `x` grows from the inner corner."""
    middle = side * eye_x(look) + 0.1 * look.gaze
    for scale, colour in ((1.0, look.iris), (0.55, (14, 10, 14))):
        disc = oval(middle, EYE_Y - 0.01, radius * scale, radius * scale, 16)
        along = disc[:, 0] * side
        inside = np.clip(along, x[0], x[-1])
        disc[:, 0] = inside * side
        disc[:, 1] = np.clip(disc[:, 1] - EYE_Y, np.interp(inside, x, top), np.interp(inside, x, low)) + EYE_Y
        pen.fill(disc, colour)
    if float(top.min()) < -0.12:
        pen.fill(oval(middle - 0.05, EYE_Y - 0.07, 0.035, 0.035, 8), WHITE)


def _lashes(pen: Pen, side: int, x: float, y: float) -> None:
    for dx, dy in ((0.09, -0.09), (0.02, -0.11)):
        pen.stroke(np.array([[x - side * 0.04, y], [x + side * dx, y + dy]]), 0.045, INK)


def _bag(pen: Pen, look: Look, centre: float, low: float) -> None:
    y = EYE_Y + max(low, 0.06)
    pen.fill(oval(centre, y + 0.08, 0.25, 0.1, 16), look.shade)
    arc = curve([(centre - 0.24, y + 0.1), (centre, y + 0.2), (centre + 0.24, y + 0.1)])
    pen.stroke(arc, 0.04, look.line)


def _tear(pen: Pen, x: float) -> None:
    drop = loop([(x, 0.1), (x + 0.1, 0.34), (x + 0.06, 0.48), (x - 0.06, 0.48), (x - 0.1, 0.34)])
    pen.outlined(drop, (120, 196, 246), (48, 110, 186), 0.03)
    pen.fill(oval(x - 0.03, 0.38, 0.025, 0.05, 8), WHITE)


def draw_brows(pen: Pen, look: Look) -> None:
    """Draw both brows; they lie above hair, so that every expression can be read."""
    for side, brow in ((-1, look.expression.left_brow), (1, look.expression.right_brow)):
        _brow(pen, look, side, brow)
    if look.expression.frown:
        for x in (-0.05, 0.05):
            pen.stroke(np.array([[x, -0.36], [x * 0.8, -0.16]]), 0.04, look.line)


def _brow(pen: Pen, look: Look, side: int, brow: Brow) -> None:
    middle = eye_x(look)
    arch = 0.12 if look.has("Arched_Eyebrows") else 0.0
    heights = (brow.inner, brow.middle + arch, brow.outer)
    x = side * np.linspace(middle - 0.27 - brow.pinch, middle + 0.31, len(_PARABOLA))
    path = np.stack([x, EYE_Y - _PARABOLA @ heights], axis=1)
    width = between(0.115, 0.14, look.traits.brow) + (0.03 if look.male else 0.0)
    width += 0.07 if look.has("Bushy_Eyebrows") else 0.0
    taper = 0.7 if look.male else 0.5
    # A rim of skin keeps the brow apart from dark hair that hangs over it.
    pen.fill(ribbon(path, width + 0.09, width * taper + 0.09), look.skin)
    if look.old:  # a rim of line, to be read on pale skin too
        pen.outlined(ribbon(path, width, width * taper), _GRAY, look.line, 0.04)
    else:
        pen.fill(ribbon(path, width, width * taper), mix(INK, look.hair, 0.15))


def draw_glasses(pen: Pen, look: Look) -> None:
    """Draw glasses: two rims, a bridge and two temples."""
    colour: Colour = ((30, 30, 36), (92, 44, 34), (40, 52, 96))[int(look.traits.glasses * 3)]
    x = eye_x(look)
    for side in (-1, 1):
        rim = loop([(side * (x + dx), EYE_Y + dy) for dx, dy in _RIM])
        pen.fill(rim, WHITE, 50)
        pen.stroke(np.concatenate([rim, rim[:2]]), 0.065, colour)
        pen.stroke(np.array([[side * (x + 0.37), EYE_Y - 0.08], [side * 1.02, EYE_Y - 0.12]]), 0.06, colour)
    pen.stroke(curve([(0.37 - x, EYE_Y - 0.05), (0, EYE_Y - 0.1), (x - 0.37, EYE_Y - 0.05)]), 0.06, colour)


_RIM = ((-0.36, -0.1), (-0.24, -0.28), (0.24, -0.3), (0.38, -0.12), (0.28, 0.24), (0, 0.31), (-0.28, 0.24))
