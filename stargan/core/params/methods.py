"""The settings of the methods that StarGAN is compared with: a section each."""

from typing import Annotated, Literal

from pydantic import Field

from stargan.core.params.section import OpenShare, Positive, Rate, Section, Weight


class Diat(Section):
    """DIAT: one G and D for each ordered pair."""

    loss: Literal["vanilla", "least_squares"]
    features: Literal["pixels", "random"]
    """F of the identity loss: the image itself, or a frozen random network."""
    lambda_id: Weight


class CycleGan(Section):
    """CycleGAN: two G and two D for each pair."""

    loss: Literal["vanilla", "least_squares"]
    lambda_cyc: Weight
    lambda_idt: Weight
    """Weight of the identity loss G_ab(b) = b, as a share of lambda_cyc."""


class IcGan(Section):
    """IcGAN: a conditional GAN, then two encoders that invert it."""

    z: Positive
    filters: Positive
    encoder_filters: Positive
    z_units: Positive
    y_units: Positive
    gan_share: OpenShare
    """Share of the iterations that train the GAN; the encoders take the rest."""
    gan_lr: Rate
    encoder_lr: Rate
    encoder_beta1: Annotated[float, Field(ge=0, lt=1)]
