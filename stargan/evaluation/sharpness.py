"""How sharp pictures are, as a number: a model that blurs its faces (the paper's Figure 6) has a low one."""

import numpy as np
from scipy import ndimage

from stargan.judge.judge import batches

LUMINANCE = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue (ITU-R BT.601)."""


def sharpness(images: np.ndarray) -> np.ndarray:
    """Return the (N,) variances of the Laplacian of the luminance, on [0, 1], of uint8 (N, s, s, 3) images."""
    light = images.astype(np.float64) @ LUMINANCE / 255
    return np.asarray(ndimage.laplace(light, axes=(1, 2)).var(axis=(1, 2)))


def sharpness_at(images: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the (N,) sharpness of the images at `positions`, read a batch at a time."""
    return np.concatenate([np.empty(0), *(sharpness(batch) for batch in batches(images, positions))])
