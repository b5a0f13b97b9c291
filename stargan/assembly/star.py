"""StarGAN from its params."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from stargan.assembly.parts import Adam, Parts
from stargan.domains import DomainSpace
from stargan.methods.star import Star, StarTranslator, Weights
from stargan.networks.star import Discriminator, Generator
from stargan.params import Train


def build_star(space: DomainSpace, image_size: int, train: Train, seed: int, device: torch.device, length: int) -> Parts:
    """Return StarGAN with fresh networks, drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):  # torch's layers draw from the global generator: lend it a seed
        torch.manual_seed(seed)
        g = Generator(space.width, train.g_filters, train.g_blocks)
        d = Discriminator(image_size, space.label_width, train.d_filters, train.d_layers)
    weights = Weights(train.lambda_cls, train.lambda_rec, train.lambda_gp)
    star = Star(g.to(device), d.to(device), space, weights, train.n_critic, plain=train.step == "plain")
    rates = {"g": train.g_lr, "d": train.d_lr}
    return Parts(star, {key: Adam(lr, train.beta1, train.beta2, (0, length)) for key, lr in rates.items()}, 1)


def star_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[StarTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    g = Generator(space.width, architecture["g_filters"], architecture["g_blocks"])
    return StarTranslator(g), {"g": g}
