"""Sharpness, against variances worked by hand."""

import numpy as np
import pytest

from stargan.evaluation.sharpness import sharpness, sharpness_at
from stargan.judge.judge import BATCH


def dotted(row: int, column: int, colour: tuple[int, int, int]) -> np.ndarray:
    """A black picture of 5 x 5 with one dot."""
    image = np.zeros((1, 5, 5, 3), dtype=np.uint8)
    image[0, row, column] = colour
    return image


def test_a_white_dot() -> None:
    # -4 in the dot and 1 in its four neighbours: mean 0, variance (16 + 4) / 25.
    assert sharpness(dotted(2, 2, (255, 255, 255))) == pytest.approx([0.8])
    # In a corner, where the picture is mirrored at its edge: -2 and two neighbours.
    assert sharpness(dotted(0, 0, (255, 255, 255))) == pytest.approx([6 / 25])


def test_colours_count_by_their_luminance() -> None:
    for colour, weight in (((255, 0, 0), 0.299), ((0, 255, 0), 0.587), ((0, 0, 255), 0.114), ((51, 51, 51), 0.2)):
        assert sharpness(dotted(2, 2, colour)) == pytest.approx([0.8 * weight**2])


def test_flat_pictures_have_none_and_neighbours_in_the_array_are_no_neighbours() -> None:
    flat = np.full((1, 5, 5, 3), 200, dtype=np.uint8)
    found = sharpness(np.concatenate([flat, dotted(2, 2, (255, 255, 255)), flat]))
    assert found == pytest.approx([0, 0.8, 0], abs=1e-12)


def test_positions_are_read_in_their_order_and_in_batches() -> None:
    images = np.concatenate([dotted(2, 2, (255, 255, 255)), dotted(0, 0, (255, 255, 255))])
    positions = np.array([1, *[0] * BATCH, 1])
    assert sharpness_at(images, positions) == pytest.approx([0.24, *[0.8] * BATCH, 0.24])
    assert sharpness_at(images, positions[:0]).shape == (0,)
