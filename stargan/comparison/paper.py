"""What the paper prints in its Tables 1 to 3, and the setup behind it, as data.

Methods have the keys that translations carry. Settings are dotted keys of what a training was told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS = {
    "Hair": "hair color",
    "Male": "gender",
    "Young": "aged",
    "Hair+Male": "H+G",
    "Hair+Young": "H+A",
    "Male+Young": "G+A",
    "Hair+Male+Young": "H+G+A",
}
"""Groups of targets, as the paper heads them: those of one step are Table 1, the others Table 2."""

VOTES = {
    "Hair": {"diat": 9.3, "cyclegan": 20.0, "icgan": 4.5, "stargan": 66.2},
    "Male": {"diat": 31.4, "cyclegan": 16.6, "icgan": 12.9, "stargan": 39.1},
    "Young": {"diat": 6.9, "cyclegan": 13.3, "icgan": 9.2, "stargan": 70.6},
    "Hair+Male": {"diat": 20.4, "cyclegan": 14.0, "icgan": 18.2, "stargan": 47.4},
    "Hair+Young": {"diat": 15.6, "cyclegan": 12.0, "icgan": 10.9, "stargan": 61.5},
    "Male+Young": {"diat": 18.7, "cyclegan": 11.2, "icgan": 20.3, "stargan": 49.8},
    "Hair+Male+Young": {"diat": 15.6, "cyclegan": 11.9, "icgan": 20.3, "stargan": 52.2},
}
"""Tables 1 and 2: percent of the votes."""

RATERS = {1: 146, 2: 100}
"""Raters of Tables 1 and 2."""

ERRORS = {"diat": 4.10, "cyclegan": 5.99, "icgan": 8.07, "stargan": 2.12}
"""Table 3: classification error of translations, percent. How many were translated is not printed."""

REAL_ERROR = 0.45
"""Table 3: classification error of real images, percent."""

MILLIONS = {"diat": 52.6, "cyclegan": 52.6, "icgan": 67.8, "stargan": 53.2}
"""Table 3: parameters of one model, G and D (IcGAN: and both encoders), in millions."""

MODELS = {"diat": 7, "cyclegan": 14, "icgan": 1, "stargan": 1}
"""Table 3: how many such models."""


@dataclass(frozen=True)
class Setup:
    """How the paper trained and tested on one dataset."""

    images: int
    test: tuple[int, int]
    """Fewest and most test images that fit the paper's words."""
    labels: int
    image_size: int
    epochs: int
    start: str
    """The class that faces are translated from; "" where the targets are attributes."""
    targets: int
    """Classes that a face is translated to; 0 where the targets are attributes."""
    parameters: Mapping[str, int]
    """Exact sizes of one model; a method that is not named has no size that is known for this dataset."""


ATTRIBUTES = Setup(
    images=202_599,
    test=(1_999, 2_000),
    labels=5,
    image_size=128,
    epochs=20,
    start="",
    targets=0,
    parameters={"diat": 52_558_787, "cyclegan": 52_558_787, "stargan": 53_192_576},
)
"""Tables 1 and 2. The released code tests on 1,999 images."""

EXPRESSIONS = Setup(
    images=4_824,
    test=(432, 504),
    labels=8,
    image_size=128,
    epochs=200,
    start="neutral",
    targets=7,
    parameters={"diat": 52_558_787, "cyclegan": 52_558_787, "icgan": 67_756_620, "stargan": 53_226_560},
)
"""Table 3. A tenth is tested, of the images or of the 67 people with 72 images each: the paper does not say."""

_RESIDUAL = {"train.g_filters": 64, "train.g_blocks": 6, "train.d_filters": 64, "train.d_layers": 6}
_SHARED = {"train.batch": 16, "train.flip": 0.5, "train.schedule": "paper"}
_ADAM = {"train.g_lr": 1e-4, "train.d_lr": 1e-4, "train.beta1": 0.5, "train.beta2": 0.999}

WIDTHS: Mapping[str, Mapping[str, Any]] = {
    "diat": _RESIDUAL,
    "cyclegan": _RESIDUAL,
    "icgan": {"icgan.z": 64, "icgan.filters": 64, "icgan.encoder_filters": 32, "icgan.z_units": 2048, "icgan.y_units": 512},
    "stargan": _RESIDUAL,
}
"""Settings that give the networks their sizes."""

TRAINING: Mapping[str, Mapping[str, Any]] = {
    "diat": _SHARED | _ADAM | {"diat.features": "face recognition"},
    "cyclegan": _SHARED | _ADAM | {"cyclegan.lambda_cyc": 10.0},
    "icgan": _SHARED
    | {
        "icgan.gan_lr": 2e-4,
        "icgan.encoder_lr": 1e-4,
        "icgan.encoder_beta1": 0.1,
        "icgan.gan_share": 0.625,
        "train.beta1": 0.5,
    },
    "stargan": _SHARED
    | _ADAM
    | {"train.n_critic": 5, "train.lambda_cls": 1.0, "train.lambda_rec": 10.0, "train.lambda_gp": 10.0}
    | {"train.g_norms": "all", "train.cutout": 0, "train.reconstruct_first": 0},
}
"""Settings that the paper, or for IcGAN its own paper, prints. What neither prints is no condition.
DIAT's F was a face-recognition network: no substitute is the paper's setup."""
