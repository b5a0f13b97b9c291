"""A trained classifier as a judge of images: what it sees, and its form on disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from stargan.domains import LabelKind, label_kind
from stargan.errors import Fault
from stargan.files import write_bytes, write_json
from stargan.networks.classifier import FEATURES, Classifier

BATCH = 128
"""Images a forward pass; beyond rounding, nothing depends on it."""


@dataclass(frozen=True)
class Seen:
    """What a judge sees in N images: pooled features (N, 512) and logits (N, width), float32, on the CPU."""

    features: Tensor
    logits: Tensor


@dataclass(frozen=True)
class Judge:
    """A classifier with the label kind, the image size and the hash of the images that it was trained for."""

    network: Classifier
    kind: LabelKind
    size: int
    images_sha256: str

    def see(self, images: np.ndarray, positions: np.ndarray) -> Seen:
        """Return what is seen in the N images at `positions` of uint8 (M, size, size, 3); N may be 0."""
        self.network.eval()
        device = next(self.network.parameters()).device
        features, logits = [torch.empty(0, FEATURES)], [torch.empty(0, self.kind.width)]
        with torch.inference_mode():
            for batch in batches(images, positions):
                feature, logit = self.network(pixels(batch).to(device))
                features.append(feature.cpu())
                logits.append(logit.cpu())
        return Seen(torch.cat(features), torch.cat(logits))

    def labels(self, seen: Seen) -> np.ndarray:
        """Return the uint8 (N, width) labels in {0, 1} that the logits say."""
        return self.kind.predicted(seen.logits).to(torch.uint8).numpy()


def batches(images: np.ndarray, positions: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the images at `positions`, in order, `BATCH` at a time: a memory-mapped array is never read whole."""
    for start in range(0, len(positions), BATCH):
        yield images[positions[start : start + BATCH]]


def pixels(images: np.ndarray) -> Tensor:
    """Return uint8 (N, s, s, 3) images as float32 (N, 3, s, s) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1


def write_judge(folder: Path, judge: Judge) -> None:
    """Write classifier.safetensors and classifier.json."""
    state = {name: value.detach().cpu().contiguous() for name, value in judge.network.state_dict().items()}
    write_bytes(folder / "classifier.safetensors", save(state))
    about = {"labels": judge.kind.as_dict(), "size": judge.size, "images_sha256": judge.images_sha256}
    write_json(folder / "classifier.json", about)


def read_judge(folder: Path, device: torch.device | str = "cpu") -> Judge:
    """Return the judge in `folder`. Raises Fault where it is missing or broken."""
    try:
        about: dict[str, Any] = json.loads((folder / "classifier.json").read_text())
        kind = label_kind(about["labels"])
        network = Classifier(kind.width)
        network.load_state_dict(load((folder / "classifier.safetensors").read_bytes()))
        return Judge(network.to(device).eval(), kind, int(about["size"]), str(about["images_sha256"]))
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Fault(f"{folder}: no classifier there ({reason}); run the classifier stage again") from error
