"""What is drawn in place of the datasets."""

from typing import Literal

from stargan.core.params.section import Count, Positive, Section


class SyntheticCeleba(Section):
    """Faces drawn in CelebA's form."""

    images: Positive
    seed: Count


class SyntheticRafd(Section):
    """Faces drawn in RaFD's form: people x 8 expressions x gazes x angles."""

    people: Positive
    seed: Count
    height: Positive
    """Picture height in pixels; the width follows from RaFD's 681 x 1024."""
    angles: list[Literal[0, 45, 90, 135, 180]]
    gazes: list[Literal["left", "frontal", "right"]]


class Synthesize(Section):
    """What is drawn in place of the datasets."""

    celeba: SyntheticCeleba
    rafd: SyntheticRafd
