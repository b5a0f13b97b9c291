"""DIAT, CycleGAN and IcGAN from their params."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from stargan import losses
from stargan.assembly.parts import Adam, Parts
from stargan.domains import DomainSpace
from stargan.methods.cyclegan import Cycle, CycleGan
from stargan.methods.diat import Diat, random_features
from stargan.methods.icgan import IcGan, IcGanTranslator
from stargan.methods.pairs import Pair, PairTranslator, name_of
from stargan.networks.icgan import ConditionalDiscriminator, ConditionalGenerator, Encoder
from stargan.networks.residual import ResidualGenerator
from stargan.networks.star import Critic
from stargan.params import CycleGan as CycleGanParams
from stargan.params import Diat as DiatParams
from stargan.params import IcGan as IcGanParams
from stargan.params import Train

ADVERSARIES = {"vanilla": losses.vanilla, "least_squares": losses.least_squares}


def domains_of(pairs: Sequence[Pair]) -> list[str]:
    """Return the domains that stand in pairs, each once: a stream of images for each."""
    return list(dict.fromkeys(domain for pair in pairs for domain in pair))


def adams_of(networks: Mapping[str, nn.Module], train: Train, length: int) -> dict[str, Adam]:
    """Return StarGAN's rates and betas for networks that are named g_... and d_...: 'all models' are trained alike."""
    rates = {"g": train.g_lr, "d": train.d_lr}
    return {name: Adam(rates[name[0]], train.beta1, train.beta2, (0, length)) for name in networks}


def build_diat(
    space: DomainSpace, pairs: Sequence[Pair], train: Train, own: DiatParams, seed: int, device: torch.device, length: int
) -> Parts:
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
        models, domains_of(pairs), space.kinds[0],
        adversary=ADVERSARIES[own.loss], features=features, lambda_id=own.lambda_id,
    )  # fmt: skip
    return Parts(diat, adams_of(diat.networks, train, length), len(pairs))


def build_cyclegan(
    space: DomainSpace, pairs: Sequence[Pair], train: Train, own: CycleGanParams, seed: int, device: torch.device,
    length: int,
) -> Parts:  # fmt: skip
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
        cycles, domains_of(pairs), space.kinds[0],
        adversary=ADVERSARIES[own.loss], lambda_cyc=own.lambda_cyc, lambda_idt=own.lambda_idt,
    )  # fmt: skip
    return Parts(cyclegan, adams_of(cyclegan.networks, train, length), 2 * len(pairs))


def build_icgan(
    space: DomainSpace, image_size: int, train: Train, own: IcGanParams, seed: int, device: torch.device, length: int
) -> Parts:
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
    return Parts(method, {"d": for_gan, "g": for_gan, "e_z": for_encoders, "e_y": for_encoders}, 1)


def diat_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[PairTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    generators: dict[Pair, nn.Module] = {
        (here, there): ResidualGenerator(architecture["g_filters"], architecture["g_blocks"])
        for here, there in architecture["pairs"]
    }
    return PairTranslator(generators, space.kinds[0]), {f"g_{name_of(pair)}": g for pair, g in generators.items()}


def cyclegan_translator(
    space: DomainSpace, _image_size: int, architecture: Mapping[str, Any]
) -> tuple[PairTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    generators: dict[Pair, nn.Module] = {}
    networks: dict[str, nn.Module] = {}
    for here, there in architecture["pairs"]:
        both = [ResidualGenerator(architecture["g_filters"], architecture["g_blocks"]) for _ in "ab"]
        networks[f"g_{name_of((here, there))}"] = nn.ModuleDict(dict(zip(("ab", "ba"), both, strict=True)))
        generators |= {(here, there): both[0], (there, here): both[1]}
    return PairTranslator(generators, space.kinds[0]), networks


def icgan_translator(
    space: DomainSpace, image_size: int, architecture: Mapping[str, Any]
) -> tuple[IcGanTranslator, dict[str, nn.Module]]:
    """Return a translator without weights, and its networks by name."""
    own = architecture
    g = ConditionalGenerator(image_size, own["z"], space.width, own["filters"])
    e_z = Encoder(image_size, own["z"], own["z_units"], own["encoder_filters"])
    return IcGanTranslator(g, e_z), {"g": g, "e_z": e_z}
