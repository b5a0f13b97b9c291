"""The standard features of FID: the Inception network of torch-fidelity, its weights checked before use."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3, FeatureExtractorInceptionV3

from stargan.errors import Fault
from stargan.judge.judge import batches

SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
LAYER = "2048"


class Inception:
    """The network that gives the (N, 2048) pooled features of images of any size."""

    def __init__(self, weights: Path, device: torch.device | str = "cpu") -> None:
        """Read the weights. Raises Fault where the file is missing or another than torch-fidelity's."""
        check(weights)
        network = FeatureExtractorInceptionV3("inception-v3-compat", [LAYER], feature_extractor_weights_path=str(weights))
        self.network: torch.nn.Module = network.to(device)
        self.device = device

    def features(self, images: np.ndarray, positions: np.ndarray) -> Tensor:
        """Return the float32 (N, 2048) features of the images at `positions` of uint8 (M, s, s, 3), on the CPU."""
        found = [torch.empty(0, int(LAYER))]
        with torch.inference_mode():
            for batch in batches(images, positions):
                planes = torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2)
                found.append(self.network(planes.to(self.device))[0].cpu())
        return torch.cat(found)


def check(weights: Path) -> None:
    """Raise Fault unless `weights` is the file that torch-fidelity publishes."""
    if not weights.is_file():
        where = f"{str(weights)!r} is no file" if str(weights) != "." else "is not set"
        raise Fault(f"evaluate.inception_weights {where}; {REMEDY}")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise Fault(f"evaluate.inception_weights: {weights} has SHA-256 {found}, not {SHA256}; {REMEDY}")


REMEDY = (
    f"fetch {URL_INCEPTION_V3}, for example to data/raw/, and set evaluate.inception_weights to its path, or set "
    "evaluate.features=classifier"
)
