"""ResNet-18, the judge of translations (section 5.1 of the paper: the classifier of Table 3)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

FEATURES = 512
"""Width of the pooled features under the head."""


class Classifier(nn.Module):
    """ResNet-18 with its standard stem and a head of `width` logits, without pretrained weights."""

    def __init__(self, width: int) -> None:
        """Draw the weights from the global generator; `new_classifier` seeds it."""
        from torchvision.models import resnet18  # here, because torchvision takes seconds to import

        super().__init__()
        self.body: Callable[[Tensor], Tensor] = resnet18(weights=None)
        self.body.fc = nn.Identity()
        self.head = nn.Linear(FEATURES, width)
        self.to(memory_format=torch.channels_last)  # a CPU takes its passes in four fifths to nine tenths of the time

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N, 512) pooled features and (N, width) logits of (N, 3, s, s) images in [-1, 1]."""
        features = self.body(images.contiguous(memory_format=torch.channels_last))
        return features, self.head(features)


def new_classifier(width: int, seed: int) -> Classifier:
    """Return a classifier with random weights from `seed` alone; the global generator stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Classifier(width)
