"""Aligning: the similarity of two points in closed form, and where dots come to lie in the square."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from stargan.evaluation.faces.aligning import CELEBA, Eyes, Similarity, aligned, alignment, warped


def dot(square: Image.Image, colour: int) -> tuple[float, float]:
    """Return the centre of gravity of one colour channel, in pixels from the corner."""
    weights = np.asarray(square)[..., colour].astype(float)
    y, x = np.indices(weights.shape) + 0.5
    return float((weights * x).sum() / weights.sum()), float((weights * y).sum() / weights.sum())


def test_a_quarter_turn_twice_as_large_and_shifted() -> None:
    # (10, 10) and (10, 20) lie below each other; in a square of 100 they are to lie at (30, 50) and (50, 50). So the way
    # down becomes the way to the right, twice as long: (x, y) goes to (2y + 10, -2x + 70).
    to = alignment(Eyes(10, 10, 10, 20), Eyes(0.3, 0.5, 0.5, 0.5), 100)
    assert to.scale == pytest.approx(2)
    assert to(10, 10) == pytest.approx((30, 50))
    assert to(10, 20) == pytest.approx((50, 50))
    assert to(15, 12) == pytest.approx((34, 40))
    assert to.inverse()(34, 40) == pytest.approx((15, 12))
    assert to.after_shift(5, 2)(10, 10) == pytest.approx((34, 40))


def test_celebas_places_are_those_of_its_table() -> None:
    # Pixels (69, 111) and (108, 111) of 178 x 218, whose centre square leaves out 20 lines; a pixel's middle is at a half.
    assert CELEBA.scaled(178, 178) == pytest.approx((69.5, 91.5, 108.5, 91.5))


places = st.floats(0.2, 0.8)
pixels = st.floats(-1000, 5000)


@given(pixels, pixels, st.floats(2, 3000), st.floats(-3, 3), places, places, st.floats(0.1, 0.5))
def test_eyes_come_to_lie_at_their_places(
    x: float, y: float, apart: float, tilt: float, px: float, py: float, gap: float
) -> None:
    eyes = Eyes(x, y, x + apart * np.cos(tilt), y + apart * np.sin(tilt))
    wanted = Eyes(px, py, px + gap, py)
    to = alignment(eyes, wanted, 128)
    found = (*to(*eyes[:2]), *to(*eyes[2:]))
    assert np.abs(np.subtract(found, wanted.scaled(128, 128))).max() < 0.5


@settings(max_examples=30, deadline=None)
@given(st.floats(0.4, 9), st.floats(-0.5, 0.5), st.floats(0, 1))
def test_drawn_dots_come_to_lie_at_their_places(shrink: float, tilt: float, part: float) -> None:
    apart = shrink * 64 * 39 / 178  # CelebA's distance in a square of 64, before it shrinks
    eyes = Eyes(300 + part, 300.3, 300 + part + apart * np.cos(tilt), 300.3 + apart * np.sin(tilt))
    picture = Image.fromarray(with_dots(eyes, radius=2 * shrink))
    square = aligned(picture, alignment(eyes, CELEBA, 64), 64)
    wanted = CELEBA.scaled(64, 64)
    assert dot(square, 0) == pytest.approx(wanted[:2], abs=0.3)
    assert dot(square, 2) == pytest.approx(wanted[2:], abs=0.3)


def with_dots(eyes: Eyes, radius: float) -> np.ndarray:
    """Return 700 x 700 pixels, black, with a soft red dot at the left eye and a blue one at the right."""
    y, x = np.indices((700, 700)) + 0.5
    red, blue = (np.exp(-((x - px) ** 2 + (y - py) ** 2) / radius**2) for px, py in (eyes[:2], eyes[2:]))
    return np.asarray(np.rint(255 * np.stack([red, 0 * red, blue], axis=2)), dtype=np.uint8)


def test_what_shrinks_is_averaged() -> None:
    """Stripes of four pixels become grey when it shrinks by eight; where only some pixels are read they become black."""
    stripes = np.zeros((512, 512, 3), dtype=np.uint8)
    stripes[:, (np.arange(512) + 2) % 8 < 4] = 255
    square = np.asarray(aligned(Image.fromarray(stripes), Similarity(complex(1 / 8), 0j), 64))
    assert np.abs(square.astype(int) - 127).max() <= 2


def test_a_square_of_the_pictures_own_pixels_is_those_pixels() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    square = aligned(Image.fromarray(noise), Similarity(1 + 0j, complex(-10, -5)), 20)
    assert np.array_equal(np.asarray(square), noise[5:25, 10:30])


def test_beyond_its_edges_the_picture_goes_on_in_the_borders_colours() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    out = np.asarray(warped(Image.fromarray(noise), Similarity(1 + 0j, complex(3, 2)), 14, 10))
    assert np.array_equal(out[2:8, 3:11], noise)
    assert (out[2:8, :3] == noise[:, :1]).all()
    assert (out[2:8, 11:] == noise[:, -1:]).all()
    assert (out[:2] == out[2]).all()
    assert (out[8:] == out[7]).all()


def test_a_square_far_beyond_a_tiny_picture_is_filled() -> None:
    red = Image.new("RGB", (2, 3), "red")
    square = np.asarray(aligned(red, Similarity(1 + 0j, complex(500, -900)), 16))
    assert (square == (255, 0, 0)).all()
