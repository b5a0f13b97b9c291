"""A pen for smooth shapes in face units: between the eyes is (0, 0), a face is about 2 wide, y goes down."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Points = NDArray[np.float64]
Colour = tuple[int, int, int]
_SAMPLES = 6  # points drawn between two control points


@cache
def _catmull_rom(count: int, closed: bool) -> Points:
    """Return the matrix that takes `count` control points to points of the Catmull-Rom curve through them."""
    t = np.arange(_SAMPLES) / _SAMPLES
    weights = 0.5 * np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1)
    pieces = count if closed else count - 1
    matrix = np.zeros((pieces * _SAMPLES, count))
    for piece in range(pieces):
        rows = slice(piece * _SAMPLES, (piece + 1) * _SAMPLES)
        for offset in range(4):
            place = piece + offset - 1
            column = place % count if closed else min(max(place, 0), count - 1)
            matrix[rows, column] += weights[:, offset]
    if closed:
        return matrix
    last = np.zeros((1, count))
    last[0, -1] = 1
    return np.concatenate([matrix, last])


@cache
def _circle(count: int) -> Points:
    turn = np.arange(count) * (2 * np.pi / count)
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def curve(points: ArrayLike) -> Points:
    """Return a smooth open curve through control points (n, 2)."""
    control = np.asarray(points, dtype=np.float64)
    return _catmull_rom(len(control), False) @ control


def loop(points: ArrayLike) -> Points:
    """Return a smooth closed curve through control points (n, 2)."""
    control = np.asarray(points, dtype=np.float64)
    return _catmull_rom(len(control), True) @ control


def oval(x: float, y: float, rx: float, ry: float, count: int = 24) -> Points:
    """Return an ellipse around (x, y) with radii rx, ry."""
    return _circle(count) * (rx, ry) + (x, y)


def flipped(points: ArrayLike) -> Points:
    """Return the mirror image, left for right."""
    return np.asarray(points, dtype=np.float64) * (-1, 1)


def mirrored(right_half: ArrayLike) -> Points:
    """Return the points of a symmetric outline from its right half, listed from the top to the bottom."""
    right = np.asarray(right_half, dtype=np.float64)
    return np.concatenate([right, flipped(right)[::-1]])


def ribbon(points: Points, start: float, end: float) -> Points:
    """Return the outline of a stroke along `points` whose width goes from `start` to `end`."""
    along = np.empty_like(points)
    along[1:-1] = points[2:] - points[:-2]
    along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
    along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9
    half = np.linspace(start / 2, end / 2, len(points))[:, None]
    across = along[:, ::-1] * (-1, 1) * half
    return np.concatenate([points + across, (points - across)[::-1]])


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Return a colour on the way from `a` (share 0) to `b` (share 1)."""
    r, g, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, blue


@dataclass(frozen=True)
class Pen:
    """Draws on an image. `matrix` (2, 2) and `origin` (2,) take face units to pixels."""

    image: Image.Image
    matrix: Points
    origin: Points
    turn: float = 0.0  # sine of the head's turn: -1 and 1 are profiles, 0 is frontal

    def layer(self, depth: float) -> "Pen":
        """Return the pen for what lies `depth` before the head's axis: it moves as the head turns."""
        squeeze = 1 - 0.5 * max(depth, 0.0) * self.turn**2
        sideways = self.matrix[:, 0] * (self.turn * depth)
        return replace(self, matrix=self.matrix * (squeeze, 1.0), origin=self.origin + sideways)

    def fill(self, points: Points, colour: Colour, alpha: int | None = None) -> None:
        """Fill a polygon (n, 2); with `alpha` (0 to 255) what lies beneath shines through."""
        xy = (points @ self.matrix.T + self.origin).ravel().tolist()
        if alpha is None:
            ImageDraw.Draw(self.image).polygon(xy, fill=colour)
        else:
            ImageDraw.Draw(self.image, "RGBA").polygon(xy, fill=(*colour, alpha))

    def stroke(self, points: Points, width: float, colour: Colour) -> None:
        """Draw a line along `points` (n, 2), with round ends."""
        place = points @ self.matrix.T + self.origin
        pixels = max(1, round(width * abs(float(self.matrix[1, 1]))))
        draw = ImageDraw.Draw(self.image)
        draw.line(place.ravel().tolist(), fill=colour, width=pixels)
        if pixels > 3:
            radius = pixels / 2 - 0.5
            for x, y in (place[0].tolist(), place[-1].tolist()):
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def outlined(self, points: Points, colour: Colour, ink: Colour, width: float) -> None:
        """Fill a polygon and draw its outline."""
        self.fill(points, colour)
        self.stroke(np.concatenate([points, points[:2]]), width, ink)
