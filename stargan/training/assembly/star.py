"""StarGAN from its params."""

import torch

from stargan.core.params import Train
from stargan.data.domains import DomainSpace
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.assembly.bundle import Adam, MethodBundle
from stargan.training.assembly.compiled import compile_step
from stargan.training.methods.star import Settings, Star


def build_star(
    space: DomainSpace, image_size: int, train: Train, seed: int, device: torch.device, length: int
) -> MethodBundle:
    """Return StarGAN with fresh networks, drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):  # torch's layers draw from the global generator: lend it a seed
        torch.manual_seed(seed)
        g = Generator(space.width, train.g_filters, train.g_blocks)
        d = Discriminator(image_size, space.label_width, train.d_filters, train.d_layers)
    lambdas = train.lambda_cls, train.lambda_rec, train.lambda_gp
    settings = Settings(*lambdas, train.n_critic, cross=train.targets == "cross", cutout=train.cutout)
    star = Star(g.to(device), d.to(device), space, settings)
    if train.step == "plain":
        star.discriminator_update = star.plain_discriminator_update
    if train.compile and device.type != "meta":
        compile_step(star)
    rates = {"g": train.g_lr, "d": train.d_lr}
    return MethodBundle(star, {key: Adam(lr, train.beta1, train.beta2, (0, length)) for key, lr in rates.items()}, 1)
