"""What was tried on a GPU and is no part of the project: a compiled step, other layouts, cuDNN's choices.

Each change takes a training that is ready for its first iteration. docs/gpu.md has what they gave.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stargan.models.networks.star import Discriminator, InstanceNorm
from stargan.training.d_gradients import forward_chain, input_chain, put_tangents, weight_gradients
from stargan.training.engine import Training
from stargan.training.methods.base import Update
from stargan.training.methods.star import Star


def star_of(made: Training) -> Star:
    """Return the training's method, which is StarGAN."""
    assert isinstance(made.method, Star)
    return made.method


def relu_in_place(made: Training) -> None:
    """Let G's ReLUs overwrite what they take, as they did: what instance norm gives is a view."""
    for module in star_of(made).g.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = True


def channels_last(made: Training) -> None:
    """Let weights and images lie with their channels innermost."""
    for network in made.method.networks.values():
        network.to(memory_format=torch.channels_last)
    for stream in made.streams:
        plain = stream.batch

        def batch(iteration: int, device: Any, plain: Any = plain) -> tuple[Tensor, Tensor]:
            images, labels = plain(iteration, device)
            return images.to(memory_format=torch.channels_last), labels

        stream.batch = batch  # type: ignore[method-assign, assignment]


def norm_as_formula(made: Training) -> None:
    """Take instance norm by its formula: torch's own copies its input into the usual layout, and is fused with nothing."""

    def forward(self: InstanceNorm, x: Tensor) -> Tensor:
        wide = x.float()
        variance, mean = torch.var_mean(wide, (2, 3), correction=0, keepdim=True)
        scale = torch.rsqrt(variance + 1e-5) * self.weight[:, None, None]
        return ((wide - mean) * scale + self.bias[:, None, None]).to(x.dtype)

    for module in star_of(made).g.modules():
        if isinstance(module, InstanceNorm):
            module.forward = forward.__get__(module)  # type: ignore[method-assign]


Found = tuple[Tensor, Tensor, Tensor, Tensor, Mapping[str, Tensor]]


def closed_form(made: Training) -> None:
    """Take D's update without autograd, so that a compiler sees it as one graph: its two small gradients by formula."""
    star = star_of(made)
    w, d = star.weights, star.d
    assert isinstance(d, Discriminator)

    def gradients(x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor) -> Found:
        n = len(x_real)
        x_hat = slice(2 * n, None)
        h = forward_chain(d, torch.cat([x_real, x_fake, torch.lerp(x_fake, x_real, alpha)]))
        src = d.src(h[-1]).to(x_real.dtype)
        real, fake, _ = src.chunk(3)
        logits = d.cls(h[-1][:n]).flatten(1).to(x_real.dtype)
        cls = F.binary_cross_entropy_with_logits(logits, label, reduction="sum") / n
        cls_back = (logits.sigmoid() - label) * (w.lambda_cls / n)
        back = torch.cat(
            [torch.full_like(real, -1 / real.numel()), torch.full_like(fake, 1 / fake.numel()), torch.ones_like(fake)]
        )
        cotangents, gradient = input_chain(d, h, back, cls_back, x_hat)
        gradient = gradient.to(x_real.dtype)
        norm = torch.linalg.vector_norm(gradient.flatten(1), dim=1)
        slope = torch.where(norm == 0, torch.zeros_like(norm), w.lambda_gp * 2 * (norm - 1) / norm / n)
        put_tangents(d, h, gradient * slope[:, None, None, None], x_hat)
        by_hand = weight_gradients(d, h, cotangents, back, cls_back, features=slice(2 * n))
        return real, fake, cls, ((norm - 1) ** 2).mean(), by_hand

    made.trial_gradients = gradients  # type: ignore[attr-defined]

    def update(x_real: Tensor, x_fake: Tensor, alpha: Tensor, label: Tensor, dataset: int) -> Update:
        with torch.no_grad():
            real, fake, cls, penalty, found = made.trial_gradients(x_real, x_fake, alpha, label)  # type: ignore[attr-defined]
            return star._discriminator_update(real, fake, cls, penalty, dataset, found)

    star.discriminator_update = update


def compiled(made: Training) -> None:
    """Compile G, D, and D's update where it is in closed form; `closed_form` comes before."""
    star = star_of(made)
    backend = {} if made.device.type == "cuda" else {"backend": "aot_eager"}  # a smoke test
    for network in (star.g, star.d):
        network.forward = torch.compile(network.forward, dynamic=False, **backend)  # type: ignore[call-overload, method-assign]
    if hasattr(made, "trial_gradients"):
        made.trial_gradients = torch.compile(made.trial_gradients, dynamic=False, **backend)  # type: ignore[call-overload]


COMPILED = (norm_as_formula, closed_form, compiled)
COMPILED_LAST: Sequence[Any] = (channels_last, *COMPILED)
