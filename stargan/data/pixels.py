"""Pixels as files have them and as networks take them."""

import numpy as np
import torch
from torch import Tensor


def to_device_if_fits(images: np.ndarray, device: torch.device) -> Tensor:
    """Return images where batches are gathered: in a GPU's memory if half of what is free holds them, else as they are."""
    found = torch.from_numpy(images)
    fits = device.type == "cuda" and images.nbytes < torch.cuda.mem_get_info(device)[0] / 2
    return found.to(device) if fits else found


def from_uint8(images: Tensor) -> Tensor:
    """Return (N, H, W, 3) uint8 images as (N, 3, H, W) float32 in [-1, 1]."""
    # By a tensor: of a number a GPU takes the reciprocal, and its pixels would be others in the last bit.
    half = torch.full((), 127.5, device=images.device)
    return (images.permute(0, 3, 1, 2).to(torch.float32) / half - 1).contiguous()


def to_uint8(x: Tensor) -> Tensor:
    """Return (N, 3, H, W) images in [-1, 1] as (N, H, W, 3) uint8, rounded to the nearest level."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
