"""Pixels as files have them and as networks take them."""

import sys

import numpy as np
import torch
from torch import Tensor


def to_device_if_fits(images: np.ndarray, device: torch.device) -> Tensor:
    """Return images where batches are gathered: in a GPU's memory if half of what is free holds them, else as they are."""
    found = torch.from_numpy(images)
    if device.type != "cuda":
        return found
    free = torch.cuda.mem_get_info(device)[0]
    if images.nbytes < free / 2:
        return found.to(device)
    size, half = images.nbytes / 1e9, free / 2e9
    print(f"the images ({size:.1f} GB) stay in the host's memory: half of the GPU's free has {half:.1f}", file=sys.stderr)
    return found


def from_uint8(images: Tensor) -> Tensor:
    """Return (N, H, W, 3) uint8 images as (N, 3, H, W) float32 in [-1, 1]."""
    # By a tensor: of a number a GPU takes the reciprocal, and its pixels would be others in the last bit.
    half = torch.full((), 127.5, device=images.device)
    return (images.permute(0, 3, 1, 2).to(torch.float32) / half - 1).contiguous()


def to_uint8(x: Tensor) -> Tensor:
    """Return (N, 3, H, W) images in [-1, 1] as (N, H, W, 3) uint8, rounded to the nearest level."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()
