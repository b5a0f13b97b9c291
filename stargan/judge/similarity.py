"""How like two pictures are: mean absolute difference, noise, PSNR and SSIM, one value an image pair.

All take uint8 (N, s, s, 3) arrays and count pixel values in [0, 1].
"""

import numpy as np
import torch
from scipy import ndimage

SMALLEST_ERROR = (1 / 255) ** 2 / 12
"""Mean squared error that rounding to 8 bits makes by itself; less cannot be told apart, and equal images would have
an infinite PSNR. So PSNR ends at 58.9 dB."""


def absolute(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the (N, s, s) absolute differences of pixels, the mean over the channels."""
    difference: np.ndarray = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return np.asarray(difference.mean(axis=3) / 255)


def l1(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the (N,) mean absolute differences."""
    return np.asarray(absolute(a, b).mean(axis=(1, 2)))


def l1_where(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return the (N,) mean absolute differences over the pixels of (N, s, s) `mask`; NaN where it has none."""
    sums = (absolute(a, b) * mask).sum(axis=(1, 2))
    return _ratio(sums, mask.sum(axis=(1, 2)))


def noise_where(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return (N,) mean |Laplacian(a - b)| over mean |Laplacian(b)|, on the pixels of (N, s, s) `mask`.

    0 where `a` is `b` but for a smooth offset; it grows with speckle and with blur. NaN where `b` has no detail there.
    """
    left, right = a.astype(np.float64), b.astype(np.float64)
    sums = [
        (np.abs(ndimage.laplace(values, axes=(1, 2))).mean(axis=3) * mask).sum(axis=(1, 2))
        for values in (left - right, right)
    ]
    return _ratio(*sums)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))


def psnr(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the (N,) peak signal-to-noise ratios in dB, 58.9 at most."""
    error = ((a.astype(np.float64) - b.astype(np.float64)) / 255) ** 2
    return np.asarray(-10 * np.log10(np.maximum(error.mean(axis=(1, 2, 3)), SMALLEST_ERROR)))


def ssim(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the (N,) structural similarities: Gaussian window of sigma 1.5, mean over the channels, at most 1."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    # float32: in float64 this convolution takes ten times as long, for the same six digits.
    left, right = (torch.from_numpy(x.astype(np.float32)).permute(0, 3, 1, 2) / 255 for x in (a, b))
    values = structural_similarity_index_measure(left, right, data_range=1.0, reduction="none")
    if not isinstance(values, torch.Tensor):  # a tuple only where the full map is asked for
        raise TypeError("SSIM returned more than its values")
    return values.reshape(-1).numpy()


def similarity(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """Return the (N,) values of all three under `l1`, `psnr` and `ssim`."""
    return {"l1": l1(a, b), "psnr": psnr(a, b), "ssim": ssim(a, b)}
