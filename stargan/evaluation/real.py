"""What networks see in real images, kept between evaluations: translations change with every training, real images don't."""

import sys
from collections.abc import Callable
from pathlib import Path

import torch
import torchvision
from filelock import FileLock
from torch import Tensor

from stargan.checkpoint import fingerprint, read_tensors, write_tensors
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.evaluation.judge import Judge
from stargan.evaluation.protocol import Protocol
from stargan.files import sha256, workspace_root


def real_features(prepared: Prepared, judge: Judge, protocol: Protocol) -> Tensor:
    """Return the (N, d) features of the real train images: of the protocol's network, by default the judge's.

    They are kept under a key of the network's weights, the images, their positions, and all code in use, which is how they
    are preprocessed; of a network whose weights have no hash they are not.
    """
    train = prepared.split("train")
    weights, features = protocol.weights_sha256, protocol.features or judge.features
    if protocol.features is None:
        weights = judge.weights_sha256
    if not weights:
        return features(prepared.images, train)
    # Rounding depends on the rest.
    here = [torch.__version__, torchvision.__version__, torch.get_num_threads(), str(protocol.device)]
    key = fingerprint(weights, prepared.images_sha256, sha256(train), *here)
    path = workspace_root() / "data/cache" / f"{prepared.dataset}-{prepared.size}-{weights[:8]}.safetensors"
    return kept(path, key, lambda: features(prepared.images, train))


def kept(path: Path, key: str, compute: Callable[[], Tensor]) -> Tensor:
    """Return what the file has under this key, else what `compute` gives, which takes its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # several evaluations may want the same
        if path.exists():
            try:
                tensors, header = read_tensors(path)
                if header.get("key") == key:
                    return tensors["features"]
            except Fault as fault:
                print(f"warning: computed anew: {fault}", file=sys.stderr)
        found = compute()
        write_tensors(path, {"features": found}, {"key": key})
    return found
