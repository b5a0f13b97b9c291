"""The head itself: neck, ears, face, nose, the marks of age, make-up and beards."""

import numpy as np

from stargan.synthetic.pen import Colour, Pen, Points, curve, flipped, loop, mirrored, mix, oval, ribbon
from stargan.synthetic.traits import INK, WHITE, Look, between

GOLD: Colour = (232, 178, 44)


def half_width(look: Look) -> float:
    """Return how wide the face is at the eyes, from its middle."""
    width = between(0.96, 1.03, look.traits.width) - (0.06 if look.has("Oval_Face") else 0.0)
    return width + (0.05 if look.has("Chubby") else 0.0)


def face_outline(look: Look) -> Points:
    """Return the outline of the face, from the crown to the chin."""
    width, traits = half_width(look), look.traits
    jaw = between(0.8, 0.87, traits.jaw) if look.male else between(0.64, 0.72, traits.jaw)
    chin = between(0.4, 0.48, traits.chin) if look.male else between(0.25, 0.32, traits.chin)
    jaw += (0.13 if look.has("Chubby") else 0.0) + (0.07 if look.old else 0.0)
    low = between(1.36, 1.42, traits.chin) + (0.05 if look.has("Oval_Face") else 0.0)
    right = [
        (0.0, -1.52),
        (0.55 * width, -1.4),
        (0.93 * width, -0.85),
        (width, -0.1),
        (0.97 * width, 0.4),
        (jaw, 0.98),
        (chin, low - 0.08),
        (0.0, low),
    ]
    return loop(mirrored(right)[_ONCE])


# The crown and the chin lie on the axis: mirrored, they would come twice.
_ONCE = [*range(8), *range(9, 15)]


def draw_neck(pen: Pen, look: Look) -> None:
    """Draw neck and throat, with the shadow of the chin."""
    width = 0.56 if look.male else 0.42
    right = [(width, 0.9), (width, 1.45), (width + 0.12, 1.75), (0.3, 2.15)]
    pen.fill(mirrored(right), look.skin)
    pen.fill(mirrored([(width, 1.0), (width, 1.42), (0.25, 1.6)]), look.shade)


def draw_ears(pen: Pen, look: Look) -> None:
    """Draw both ears; long hair hides them."""
    if not look.male and not look.has("Bald"):
        return
    x = half_width(look)
    for side in (-1, 1):
        pen.outlined(oval(side * (x + 0.03), 0.12, 0.14, 0.24, 16), look.skin, look.line, 0.035)
        pen.fill(oval(side * (x + 0.06), 0.12, 0.06, 0.13, 12), look.shade)


def draw_face(pen: Pen, look: Look) -> None:
    """Draw the face's outline and its soft shadows."""
    pen.outlined(face_outline(look), look.skin, look.line, 0.04)
    if look.has("Bald"):
        pen.fill(oval(-0.3, -1.18, 0.24, 0.12, 16), mix(look.skin, WHITE, 0.55))
    if look.has("Double_Chin"):
        pen.stroke(curve([(-0.42, 1.26), (0, 1.5), (0.42, 1.26)]), 0.06, look.line)


def draw_cheeks(pen: Pen, look: Look) -> None:
    """Draw blush, rouge and cheekbones."""
    for side in (-1, 1):
        if look.has("Rosy_Cheeks", "Heavy_Makeup"):
            pen.fill(oval(side * 0.62, 0.42, 0.24, 0.17, 16), (240, 92, 110), 115)
        if look.has("High_Cheekbones"):
            pen.fill(oval(side * 0.66, 0.28, 0.16, 0.05, 16), mix(look.skin, WHITE, 0.3))
            points = [(side * 0.92, 0.34), (side * 0.7, 0.47), (side * 0.48, 0.56)]
            pen.fill(ribbon(curve(points), 0.02, 0.09), look.shade)
        if look.expression.raised_cheeks:
            points = [(side * 0.34, 0.3), (side * 0.62, 0.28), (side * 0.8, 0.4)]
            pen.stroke(curve(points), 0.045, look.line)


def draw_age(pen: Pen, look: Look) -> None:
    """Draw what years do: lines on the forehead, at the eyes, beside the mouth, and sagging cheeks."""
    if not look.old:
        return
    for y, x in ((-0.74, 0.52), (-0.98, 0.44)):
        pen.stroke(curve([(-x, y), (-x / 2, y - 0.05), (0, y), (x / 2, y - 0.05), (x, y)]), 0.08, look.line)
    for side in (-1, 1):
        fold = curve([(side * 0.26, 0.38), (side * 0.5, 0.56), (side * 0.64, 0.84), (side * 0.6, 1.02)])
        pen.fill(ribbon(fold, 0.06, 0.15), look.line)
        for dy in (-0.08, 0.0, 0.08):
            line = np.array([[side * 0.77, 0.0 + dy], [side * 0.93, 0.0 + 2.2 * dy]])
            pen.stroke(line, 0.035, look.line)
        under = curve([(side * 0.2, 0.16), (side * 0.42, 0.27), (side * 0.68, 0.18)])
        pen.stroke(under, 0.08, look.line)


def draw_nose(pen: Pen, look: Look) -> None:
    """Draw the nose: a ridge and its base."""
    big, pointed = look.has("Big_Nose"), look.has("Pointy_Nose")
    width = between(0.13, 0.17, look.traits.nose) + (0.13 if big else -0.03 if pointed else 0.0)
    low = 0.38 + (0.06 if big or pointed else 0.0)
    if big:
        pen.fill(oval(0, low - 0.06, width, 0.13, 16), look.shade)
    if pointed:
        pen.fill(np.array([[-0.03, -0.1], [0.17, low + 0.02], [-0.05, low]]), look.shade)
    bridge = [(0.05, 0.0), (0.08, 0.16), (0.1, low - 0.12)]
    pen.stroke(curve(bridge), 0.035, look.shade)
    tip = low + (0.06 if pointed else 0.03)
    side = [(width * 0.6, low), (width, low - 0.06)]
    base = curve([*((-x, y) for x, y in reversed(side)), (0, tip), *side])
    pen.stroke(base, 0.05, look.line)
    if look.expression.wrinkled_nose:
        _wrinkles(pen, look)


def _wrinkles(pen: Pen, look: Look) -> None:
    for y in (-0.14, -0.02, 0.1):
        pen.stroke(curve([(-0.14, y + 0.04), (0, y - 0.04), (0.14, y + 0.04)]), 0.05, look.line)
    for side in (-1, 1):
        pen.stroke(curve([(side * 0.2, 0.22), (side * 0.42, 0.34), (side * 0.56, 0.56)]), 0.055, look.line)


def draw_beard(pen: Pen, look: Look) -> None:
    """Draw how a man is shaved. Without `No_Beard` and without any other kind of beard it is a full one."""
    if not look.male or look.has("No_Beard"):
        return
    colour = mix(look.hair, INK, 0.2)
    if look.has("5_o_Clock_Shadow"):
        pen.fill(_jaw(look), (52, 50, 62), 80)
    if look.has("Sideburns"):
        strip = np.array([[0.84, -0.25], [1.0, -0.25], [0.97, 0.42], [0.84, 0.66], [0.8, 0.3]])
        for side in (strip, flipped(strip)):
            pen.fill(side, colour)
    if look.has("Goatee"):
        pen.fill(loop([(-0.34, 0.98), (0, 1.06), (0.34, 0.98), (0.3, 1.34), (0, 1.5), (-0.3, 1.34)]), colour)
    if look.has("Mustache"):
        pen.fill(_mustache(), colour)
    if not look.has("5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns"):
        pen.fill(_jaw(look), colour)
        pen.fill(_mustache(), colour)


def _mustache() -> Points:
    right = [(0.0, 0.46), (0.3, 0.5), (0.52, 0.68), (0.3, 0.66), (0.0, 0.62)]
    return loop(mirrored(right)[[*range(5), *range(6, 9)]])


def _jaw(look: Look) -> Points:
    """Return the part of the face where a beard grows: below the cheeks, around the mouth."""
    outline = face_outline(look)
    low = outline[outline[:, 1] > 0.25]
    right = [(0.3, 0.66), (0.62, 0.62), (0.82, 0.3)]
    return np.concatenate([low, curve([*((-x, y) for x, y in reversed(right)), (0, 0.6), *right])])


def draw_jewels(pen: Pen, look: Look) -> None:
    """Draw earrings; they lie above hair."""
    if look.has("Wearing_Earrings"):
        for side in (-1, 1):
            x = side * (half_width(look) + 0.08)
            pen.outlined(oval(x, 0.52, 0.1, 0.13, 16), GOLD, (120, 82, 10), 0.03)
