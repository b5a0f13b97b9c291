"""A photograph, and drawn faces of which it is known where the eyes are drawn."""

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stargan.evaluation.faces.aligning import Eyes
from stargan.synthetic.eyes import draw_eyes
from stargan.synthetic.face import Face
from stargan.synthetic.pen import Colour, Pen, Points
from stargan.synthetic.render import Form, render_form
from stargan.synthetic.traits import WHITE, Look

# Under CI the faces extra has to be there: then a missing one fails.
needs_faces = pytest.mark.skipif(
    find_spec("dlib") is None and "CI" not in os.environ, reason="no dlib (pip install -r requirements-faces.txt)"
)

ASTRONAUT_EYES = Eyes(101.6, 50.5, 123.5, 51.5)
"""The middles of her pupils, read by eye from the picture at twenty times its size."""


def astronaut() -> Image.Image:
    """Return a photograph of Eileen Collins, 256 x 256 pixels, RGB.

    By NASA, in the public domain: https://en.wikipedia.org/wiki/Eileen_Collins. Halved from the copy in scikit-image.
    """
    with Image.open(Path(__file__).with_name("astronaut.jpg")) as picture:
        return picture.convert("RGB")


def eyes_drawn(face: Face, form: Form, seed: int) -> tuple[Image.Image, Eyes]:
    """Return a drawn face and where the middles of its eyes' openings are, in pixels."""
    openings: list[Points] = []

    class Recorder(Pen):
        def fill(self, points: Points, colour: Colour, alpha: int | None = None) -> None:
            if colour == WHITE and len(points) > 20:  # a glint is a smaller oval
                openings.append(points @ self.matrix.T + self.origin)

    def recorded(pen: Pen, look: Look) -> None:
        draw_eyes(pen, look)
        draw_eyes(Recorder(pen.image.copy(), pen.matrix, pen.origin, pen.turn), look)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("stargan.synthetic.render"), "draw_eyes", recorded)
        picture = render_form(face, form, seed)
    left, right = (centroid(points) / 2 for points in openings)  # drawn at twice the size
    return picture, Eyes(*left, *right)


def centroid(points: Points) -> Points:
    """Return the centre of gravity of a polygon (n, 2)."""
    after = np.roll(points, -1, axis=0)
    cross = points[:, 0] * after[:, 1] - after[:, 0] * points[:, 1]
    return np.asarray(((points + after) * cross[:, None]).sum(0) / (3 * cross.sum()))


def distances(a: Eyes, b: Eyes) -> tuple[float, float]:
    """Return how far the left and the right eye of one pair are from those of the other."""
    return float(np.hypot(a[0] - b[0], a[1] - b[1])), float(np.hypot(a[2] - b[2], a[3] - b[3]))
