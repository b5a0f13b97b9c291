"""Draws a face: the same face, seed and frame give the same pixels, and an edit changes only what it must."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from stargan.synthetic.expressions import BY_NAME
from stargan.synthetic.eyes import draw_brows, draw_eyes, draw_glasses
from stargan.synthetic.face import Face, shown
from stargan.synthetic.hair import draw_back_hair, draw_front_hair, draw_hat
from stargan.synthetic.head import draw_age, draw_beard, draw_cheeks, draw_ears, draw_face, draw_jewels, draw_neck, draw_nose
from stargan.synthetic.mouth import draw_mouth
from stargan.synthetic.pen import Pen
from stargan.synthetic.scene import draw_clothes, lit, wall
from stargan.synthetic.traits import Look, Traits, between, look_of, traits_of

# Counts up whenever the drawing changes, so that a manifest tells which pictures it describes.
RENDERER = 2
Form = Literal["celeba", "rafd"]
_OVERSAMPLING = 2  # drawn larger, then averaged: smooth edges
_GAZES = {"left": -1.0, "frontal": 0.0, "right": 1.0}


@dataclass(frozen=True)
class Frame:
    """A picture's size, the point between the eyes and the length of a face unit, all in pixels."""

    width: int
    height: int
    x: float
    y: float
    unit: float


# As CelebA's aligned pictures: 178x218 with the eyes near line 111.
_CELEBA = Frame(178, 218, x=89, y=116, unit=50)


def _rafd(height: int) -> Frame:
    """Return a frame of RaFD's proportions, 681:1024, with the eyes near 44 % of its height."""
    width = round(height * 681 / 1024)
    return Frame(width, height, x=width / 2, y=0.456 * height, unit=0.236 * width)


def render_form(face: Face, form: Form, seed: int, height: int = 256) -> Image.Image:
    """Return the raw picture as it is put into an archive, before JPEG.

    Form "celeba" is 178x218 whatever the height, "rafd" has RaFD's proportions at `height` pixels.
    """
    return render(face, seed, _CELEBA if form == "celeba" else _rafd(height))


def render(face: Face, seed: int, frame: Frame = _CELEBA) -> Image.Image:
    """Return an RGB picture of a face; a function of its arguments alone."""
    traits = traits_of(seed, face.person)
    natural = face.scene == "natural"
    look = look_of(traits, shown(face), BY_NAME[face.expression], _GAZES[face.gaze])
    large = (frame.width * _OVERSAMPLING, frame.height * _OVERSAMPLING)
    canvas = wall(traits, natural, large)
    _draw(_pen(canvas, frame, traits, natural, face.angle), look, natural)
    picture = canvas.reduce(_OVERSAMPLING)
    if natural:
        picture = lit(picture, traits)
    if look.has("Blurry"):
        picture = picture.filter(ImageFilter.GaussianBlur(0.012 * frame.width))
    return picture


def _pen(canvas: Image.Image, frame: Frame, traits: Traits, natural: bool, angle: int) -> Pen:
    """Return a pen placed on the canvas: people are not all at the same spot, of the same size, upright."""
    freedom = 1.0 if natural else 0.4
    x = frame.x + frame.unit * 0.07 * freedom * between(-1, 1, traits.shift_x)
    y = frame.y + frame.unit * 0.05 * freedom * between(-1, 1, traits.shift_y)
    unit = frame.unit * _OVERSAMPLING * (1 + 0.04 * freedom * between(-1, 1, traits.scale))
    tilt = radians(3.5 * freedom * between(-1, 1, traits.tilt))
    matrix = unit * np.array([[cos(tilt), -sin(tilt)], [sin(tilt), cos(tilt)]])
    return Pen(canvas, matrix, np.array([x, y]) * _OVERSAMPLING, turn=sin(radians(angle - 90)))


def _draw(pen: Pen, look: Look, natural: bool) -> None:
    """Draw a person from back to front; what lies nearer moves more when the head turns."""
    head, features = pen.layer(0.1), pen.layer(0.34)
    draw_back_hair(pen.layer(-0.1), look)
    draw_neck(pen, look)
    draw_clothes(pen, look, natural)
    draw_ears(pen.layer(-0.05), look)
    draw_face(head, look)
    draw_cheeks(features, look)
    draw_age(features, look)
    draw_beard(pen.layer(0.2), look)
    draw_nose(pen.layer(0.42), look)
    draw_mouth(features, look)
    draw_eyes(features, look)
    draw_front_hair(head, look)
    draw_hat(head, look)
    draw_jewels(head, look)
    draw_brows(features, look)
    if look.has("Eyeglasses"):
        draw_glasses(features, look)
