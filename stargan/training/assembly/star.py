"""StarGAN from its params."""

import torch

from stargan.core.params import Train
from stargan.data.domains import DomainSpace
from stargan.errors import Fault
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.assembly.bundle import Adam, MethodBundle
from stargan.training.assembly.compiled import compile_step
from stargan.training.methods.star import Settings, Star


def build_star(
    space: DomainSpace, image_size: int, train: Train, seed: int, device: torch.device, length: int
) -> MethodBundle:
    """Return StarGAN with fresh networks, drawn from `seed`. Raises Fault where G would never come to translate."""
    if train.reconstruct_first >= length:
        raise Fault(
            f"params.yaml: train.reconstruct_first = {train.reconstruct_first}: within {length} iterations G would not "
            "begin to translate; set it far below, or train for longer"
        )
    with torch.random.fork_rng(devices=[]):  # torch's layers draw from the global generator: lend it a seed
        torch.manual_seed(seed)
        g = Generator(space.width, train.g_filters, train.g_blocks, train.g_norms)
        d = Discriminator(image_size, space.label_width, train.d_filters, train.d_layers)
    lambdas = train.lambda_cls, train.lambda_rec, train.lambda_gp
    settings = Settings(
        *lambdas, train.n_critic, train.targets == "cross", train.cutout, reconstruct_first=train.reconstruct_first
    )
    star = Star(g.to(device), d.to(device), space, settings)
    if train.step == "plain":
        star.discriminator_update = star.plain_discriminator_update
    if train.compile and device.type != "meta":
        compile_step(star)
    rates = {"g": train.g_lr, "d": train.d_lr}
    return MethodBundle(star, {key: Adam(lr, train.beta1, train.beta2, (0, length)) for key, lr in rates.items()}, 1)
