"""DIAT, CycleGAN and IcGAN from their params."""

from collections.abc import Mapping, Sequence

import torch
from torch import nn

from stargan.core.params import CycleGan as CycleGanParams
from stargan.core.params import Diat as DiatParams
from stargan.core.params import IcGan as IcGanParams
from stargan.core.params import Train
from stargan.data.domains import DomainSpace
from stargan.models.networks.icgan import ConditionalDiscriminator, ConditionalGenerator, Encoder
from stargan.models.networks.residual import ResidualGenerator
from stargan.models.networks.star import Critic
from stargan.models.translators import Pair
from stargan.training.adversaries import least_squares, vanilla
from stargan.training.assembly.bundle import Adam, MethodBundle
from stargan.training.methods.cyclegan import Cycle, CycleGan
from stargan.training.methods.diat import Diat, random_features
from stargan.training.methods.icgan import IcGan

ADVERSARIES = {"vanilla": vanilla, "least_squares": least_squares}


def domains_of(pairs: Sequence[Pair]) -> list[str]:
    """Return the domains that stand in pairs, each once: a stream of images for each."""
    return list(dict.fromkeys(domain for pair in pairs for domain in pair))


def adams_of(networks: Mapping[str, nn.Module], train: Train, length: int) -> dict[str, Adam]:
    """Return StarGAN's rates and betas for networks that are named g_... and d_...: 'all models' are trained alike."""
    rates = {"g": train.g_lr, "d": train.d_lr}
    return {name: Adam(rates[name[0]], train.beta1, train.beta2, (0, length)) for name in networks}


def build_diat(
    space: DomainSpace, pairs: Sequence[Pair], train: Train, own: DiatParams, seed: int, device: torch.device, length: int
) -> MethodBundle:
    """Return DIAT with fresh networks: one G and D a pair."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        models = {
            pair: (
                ResidualGenerator(train.g_filters, train.g_blocks).to(device),
                Critic(train.d_filters, train.d_layers).to(device),
            )
            for pair in pairs
        }
    features = nn.Identity() if own.features == "pixels" else random_features(seed).to(device)
    diat = Diat(
        models,
        domains_of(pairs),
        space.kinds[0],
        adversary=ADVERSARIES[own.loss],
        features=features,
        lambda_id=own.lambda_id,
    )
    return MethodBundle(diat, adams_of(diat.networks, train, length), len(pairs))


def build_cyclegan(
    space: DomainSpace,
    pairs: Sequence[Pair],
    train: Train,
    own: CycleGanParams,
    seed: int,
    device: torch.device,
    length: int,
) -> MethodBundle:
    """Return CycleGAN with fresh networks: two G and D a pair."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        cycles = {
            pair: Cycle(
                *(ResidualGenerator(train.g_filters, train.g_blocks).to(device) for _ in "ab"),
                *(Critic(train.d_filters, train.d_layers).to(device) for _ in "ab"),
            )
            for pair in pairs
        }
    cyclegan = CycleGan(
        cycles,
        domains_of(pairs),
        space.kinds[0],
        adversary=ADVERSARIES[own.loss],
        lambda_cyc=own.lambda_cyc,
        lambda_idt=own.lambda_idt,
    )
    return MethodBundle(cyclegan, adams_of(cyclegan.networks, train, length), 2 * len(pairs))


def build_icgan(
    space: DomainSpace, image_size: int, train: Train, own: IcGanParams, seed: int, device: torch.device, length: int
) -> MethodBundle:
    """Return IcGAN with fresh networks; its two phases have a learning-rate schedule each."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        g = ConditionalGenerator(image_size, own.z, space.width, own.filters).to(device)
        d = ConditionalDiscriminator(image_size, space.width, own.filters).to(device)
        e_z = Encoder(image_size, own.z, own.z_units, own.encoder_filters).to(device)
        e_y = Encoder(image_size, space.width, own.y_units, own.encoder_filters).to(device)
    gan = max(1, round(own.gan_share * length))
    method = IcGan(g, d, e_z, e_y, space=space, z=own.z, gan_iterations=gan)
    for_gan = Adam(own.gan_lr, train.beta1, train.beta2, (0, gan))
    for_encoders = Adam(own.encoder_lr, own.encoder_beta1, train.beta2, (gan, length - gan))
    return MethodBundle(method, {"d": for_gan, "g": for_gan, "e_z": for_encoders, "e_y": for_encoders}, 1)
