"""L1, PSNR and SSIM, against values worked by hand."""

import math

import numpy as np
import pytest

from stargan.judge.similarity import SMALLEST_ERROR, l1, l1_where, noise_where, psnr, similarity, ssim


def flat(*levels: int, size: int = 16) -> np.ndarray:
    """One uniform image a level."""
    return np.stack([np.full((size, size, 3), level, dtype=np.uint8) for level in levels])


def test_l1_of_a_constant_offset_is_the_offset() -> None:
    # 200 - 55 wraps round in uint8 if it is not widened first.
    assert l1(flat(200, 55), flat(55, 200)) == pytest.approx([145 / 255, 145 / 255])


def test_l1_where_counts_only_the_masked_pixels_of_each_image() -> None:
    a, b = flat(0, 0, 0, size=4), flat(0, 0, 0, size=4)
    b[0, 0, 0], b[1, 3, 3, 1] = 255, 51
    mask = np.zeros((3, 4, 4), dtype=bool)
    mask[0, 0, :2] = mask[1, 3, 3] = True
    found = l1_where(a, b, mask)
    assert found[:2] == pytest.approx([0.5, 0.2 / 3])
    assert math.isnan(found[2])
    assert l1_where(a, b, ~mask)[0] == 0


def test_noise_is_the_laplacian_of_the_difference_over_that_of_the_truth() -> None:
    # The truth steps from 0 to 100 between two columns: 100 in each of 2 x 8 pixels. A speck of 40 gives 4 x 40 + 4 x 40.
    truth = np.zeros((3, 8, 8, 3), dtype=np.uint8)
    truth[:, :, 4:] = 100
    made, everywhere = truth.copy(), np.ones((3, 8, 8), dtype=bool)
    made[1, 2, 2] = 40
    made[2] += 50  # a change of light
    found = noise_where(made, truth, everywhere)
    assert found == pytest.approx([0, 320 / 1600, 0])
    assert noise_where(made, truth, everywhere & (np.arange(8) > 4))[1] != found[1]  # the speck lies elsewhere
    assert math.isnan(noise_where(made, truth, everywhere & (np.arange(8) < 3))[1])


def test_psnr_is_of_each_image_by_itself() -> None:
    # Offsets of 255 and of 25.5 on average: 0 and 20 dB. Their mean error as one would give 3 dB.
    a, b = flat(0, 0), flat(255, 25)
    b[1, ::2] = 26
    worked = -10 * math.log10((25**2 + 26**2) / 2 / 255**2)
    assert psnr(a, b) == pytest.approx([0, worked])
    assert worked == pytest.approx(20, abs=0.01)


def test_psnr_of_equal_images_is_finite_and_above_one_level_in_one_pixel() -> None:
    a = flat(7)
    b = a.copy()
    assert psnr(a, b)[0] == pytest.approx(-10 * math.log10(SMALLEST_ERROR)) == pytest.approx(58.92, abs=0.01)
    assert psnr(a, flat(8))[0] == pytest.approx(48.13, abs=0.01)


def test_ssim_of_flat_images_is_its_luminance_term() -> None:
    # Without variance SSIM = (2 a b + c1) / (a^2 + b^2 + c1), c1 = 0.01^2, for values in [0, 1].
    a, b, c1 = 102 / 255, 204 / 255, 1e-4
    assert ssim(flat(102), flat(204)) == pytest.approx([(2 * a * b + c1) / (a * a + b * b + c1)], abs=1e-4)


def test_ssim_of_a_negative_is_negative_and_of_itself_one() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.uint8)
    assert ssim(noise, noise) == pytest.approx([1, 1])
    assert (ssim(noise, 255 - noise) < -0.9).all()


def test_similarity_keeps_images_apart_and_in_order() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    other = noise.copy()
    other[1] = other[1][::-1]
    found = similarity(noise, other)
    assert found["l1"][[0, 2]].tolist() == [0, 0]
    assert found["l1"][1] > 0.2
    assert found["ssim"].argmin() == found["psnr"].argmin() == 1
