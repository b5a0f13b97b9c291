"""Pasting: the square comes to where it was taken from, fades in, and leaves all else as it is."""

import numpy as np
import pytest
from PIL import Image

from stargan.evaluation.faces.aligning import CELEBA, Eyes, Similarity, aligned, alignment
from stargan.evaluation.faces.pasting import pasted
from support.photographs import ASTRONAUT_EYES, astronaut


def outside(to_square: Similarity, photo: Image.Image, size: int) -> np.ndarray:
    """Return which pixels of a photo have their middle outside of the square."""
    y, x = np.indices((photo.height, photo.width)) + 0.5
    place = to_square.turn * (x + 1j * y) + to_square.shift
    return np.asarray((place.real < 0) | (place.real > size) | (place.imag < 0) | (place.imag > size))


EYES = {"upright": ASTRONAUT_EYES, "tilted": Eyes(90, 60, 120, 75), "over the edge": Eyes(20, 10, 60, 14)}


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("eyes", EYES.values(), ids=EYES)
def test_a_red_square_is_red_in_its_middle_and_changes_nothing_outside(eyes: Eyes, size: int) -> None:
    photo = astronaut()
    to = alignment(eyes, CELEBA, size)
    before, after = np.asarray(photo), np.asarray(pasted(photo, Image.new("RGB", (size, size), "red"), to))
    beyond = outside(to, photo, size)
    assert 0.3 < beyond.mean() < 0.95
    assert np.array_equal(after[beyond], before[beyond])
    for x, y in (eyes[:2], eyes[2:]):
        assert tuple(after[int(y), int(x)]) == (255, 0, 0)
    assert np.array_equal(before, np.asarray(astronaut()))  # the photo that is given stays


def test_it_fades_in_from_its_edges() -> None:
    """Along a line: a square of 100 at 50, which fades in over 15 pixels, half at 7.5."""
    photo = Image.new("RGB", (200, 200), "black")
    after = np.asarray(pasted(photo, Image.new("RGB", (100, 100), "white"), Similarity(1 + 0j, complex(-50, -50))))
    line = after[100, :, 0].astype(int)
    assert line[:50].max() == 0
    assert line[150:].max() == 0
    assert line[65:135].min() == 255
    assert line[57] == pytest.approx(255 / 2, abs=1)
    assert (np.diff(line[50:65]) > 0).all()


@pytest.mark.parametrize("eyes", EYES.values(), ids=EYES)
def test_what_is_pasted_back_unchanged_changes_a_few_levels(eyes: Eyes) -> None:
    photo = astronaut()
    for size in (256, 512):  # larger than in the photo, so that no detail is lost on the way
        to = alignment(eyes, CELEBA, size)
        after = np.asarray(pasted(photo, aligned(photo, to, size), to)).astype(int)
        changed = np.abs(after - np.asarray(photo))[~outside(to, photo, size)]
        assert np.quantile(changed, 0.99) <= 12  # a hair on black has lost more
        assert changed.mean() < 2


def test_a_smooth_photo_survives_a_small_square() -> None:
    y, x = np.indices((600, 600))
    photo = Image.fromarray(np.stack([x * 255 // 600, y * 255 // 600, (x + y) * 255 // 1200], axis=2).astype(np.uint8))
    to = alignment(Eyes(200, 250, 330, 280), CELEBA, 64)
    after = np.asarray(pasted(photo, aligned(photo, to, 64), to)).astype(int)
    assert np.abs(after - np.asarray(photo)).max() <= 3


def test_a_square_beyond_the_photo_changes_nothing() -> None:
    photo = astronaut()
    after = pasted(photo, Image.new("RGB", (64, 64), "red"), Similarity(1 + 0j, complex(-500, 0)))
    assert after is not photo
    assert np.array_equal(np.asarray(after), np.asarray(photo))
