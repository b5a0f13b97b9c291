"""A trained classifier as a judge of images: what it sees, and its form on disk."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from stargan.core.about import read_about, write_about
from stargan.core.files import write_bytes
from stargan.data.domains import Attributes, LabelKind, kept_labels, label_kind
from stargan.data.pixels import from_uint8
from stargan.errors import Fault
from stargan.judge.classifier import FEATURES, Classifier
from stargan.judge.records import FORM, digest_of_judge, judge_folder

BATCH = 128
"""Images a forward pass; beyond rounding, nothing depends on it."""


@dataclass(frozen=True)
class Seen:
    """What a judge sees in N images: pooled features (N, 512) and logits (N, width), float32, on the CPU."""

    features: Tensor
    logits: Tensor


@dataclass(frozen=True)
class Judge:
    """A classifier with the label kind and the image size that it was trained for.

    learned_from: the digest of the prepared set whose training images it learned from. columns: those of the network's
    head that are asked, in the order of `kind`; None: all. weights_sha256: of its file. digest: of its record.
    """

    network: Classifier
    kind: LabelKind
    size: int
    learned_from: str
    columns: tuple[int, ...] | None = None
    weights_sha256: str = ""
    digest: str = ""

    def select_labels(self, labels: Sequence[str]) -> "Judge":
        """Return the same judge, asked for these attributes alone, in this order; [] and classes: for all."""
        kind, kept = kept_labels(self.kind, labels)
        before = self.columns or range(self.kind.width)
        return replace(self, kind=kind, columns=tuple(before[column] for column in kept))

    def see(self, images: np.ndarray, positions: np.ndarray) -> Seen:
        """Return what is seen in the N images at `positions` of uint8 (M, size, size, 3); N may be 0."""
        self.network.eval()
        device = next(self.network.parameters()).device
        features, logits = [torch.empty(0, FEATURES)], [torch.empty(0, self.kind.width)]
        with torch.inference_mode():
            for batch in batches(images, positions):
                feature, logit = self.network(from_uint8(torch.from_numpy(batch).to(device)))
                features.append(feature.cpu())
                logits.append(logit.cpu() if self.columns is None else logit.cpu()[:, list(self.columns)])
        return Seen(torch.cat(features), torch.cat(logits))

    def features(self, images: np.ndarray, positions: np.ndarray) -> Tensor:
        """Return the pooled features (N, 512) of the images at `positions`."""
        return self.see(images, positions).features

    def labels(self, seen: Seen) -> np.ndarray:
        """Return the uint8 (N, width) labels in {0, 1} that the logits say."""
        return self.kind.predicted(seen.logits).to(torch.uint8).numpy()

    def probabilities(self, seen: Seen) -> np.ndarray:
        """Return the float64 (N, width) probabilities: of each attribute by itself, or over the classes."""
        logits = seen.logits.double()
        return (logits.sigmoid() if isinstance(self.kind, Attributes) else logits.softmax(dim=1)).numpy()


def read_judges(datasets: Iterable[str], size: int, labels: Sequence[str], device: torch.device) -> dict[str, Judge]:
    """Return the judge of each dataset, asked for these attributes. Raises Fault where one learned from another set."""
    judges = {}
    for dataset in datasets:
        digest_of_judge(dataset, size)
        judges[dataset] = read_judge(judge_folder(dataset, size), device).select_labels(labels)
    return judges


def batches(images: np.ndarray, positions: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the images at `positions`, in order, `BATCH` at a time: a memory-mapped array is never read whole."""
    for start in range(0, len(positions), BATCH):
        yield images[positions[start : start + BATCH]]


def write_judge(folder: Path, judge: Judge, learned_from: Path | str) -> None:
    """Write classifier.safetensors and classifier.json. learned_from: the prepared set's path."""
    state = {name: value.detach().cpu().contiguous() for name, value in judge.network.state_dict().items()}
    weights = save(state)
    write_bytes(folder / "classifier.safetensors", weights)
    write_about(
        folder / "classifier.json",
        FORM,
        {"labels": judge.kind.as_dict(), "size": judge.size},
        {"classifier.safetensors": hashlib.sha256(weights).hexdigest()},
        {str(learned_from): judge.learned_from},
    )


def read_judge(folder: Path, device: torch.device | str = "cpu") -> Judge:
    """Return the judge in `folder`. Raises Fault where it is missing, broken or changed."""
    try:
        about = read_about(folder / "classifier.json", FORM)
        kind = label_kind(about.values["labels"])
        (learned_from,) = about.made_from.values()
        network = Classifier(kind.width)
        weights = (folder / "classifier.safetensors").read_bytes()
        state = load(weights)
        network.load_state_dict(state)
        digest = hashlib.sha256(weights).hexdigest()
        about.check_files({"classifier.safetensors": digest})
        if not all(torch.isfinite(value).all() for value in state.values()):
            raise ValueError("some weights are not finite")
        network.to(device).eval()
        return Judge(network, kind, int(about.values["size"]), learned_from, weights_sha256=digest, digest=about.digest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Fault(f"{folder}: no classifier there ({reason}); run the classifier stage again") from error
