"""D differentiated by hand: its output, its gradient by the image, and the weight gradients of a function of both.

D is convolutions and LeakyReLU, h_l = LeakyReLU(W_l h_l-1 + b_l), whose slopes s_l are constant almost everywhere. So its
gradient by the image is a chain of transposed convolutions and slopes, a_l = s_l * (W_l+1^T a_l+1), and is linear in
every W_l. A penalty on that gradient needs no second differentiation then, but the tangent of D in one direction,
t_l = s_l * (W_l t_l-1): the gradient by W_l is the product of what goes into W_l, h_l-1 or for the penalty t_l-1, and what
comes back to it, a_l, summed over all images. Real, fake and x^ share all passes but the tangents', which are x^'s alone.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

from stargan.models.networks.down_conv import downsample, downsample_transposed, weight_gradient
from stargan.models.networks.star import Critic, Discriminator
from stargan.training import losses


@torch.no_grad()
def discriminator_by_hand(
    d: Discriminator,
    x_real: Tensor,
    x_fake: Tensor,
    x_hat: Tensor,
    cls_loss: Callable[[Tensor], Tensor],
    lambda_cls: float,
    lambda_gp: float,
) -> tuple[Tensor, Tensor, Tensor, Tensor, dict[str, Tensor]]:
    """Return D_src(x), D_src(G(x,c)), L_cls^r and the penalty of Eqs. 5 and 8, and the gradient of Eq. 5 by D's parameters.

    All images are (n, 3, H, W): real, fake and x^ go through D, and back, together. cls_loss: of the real ones' logits.
    """
    n = len(x_real)
    hat = slice(2 * n, None)
    h = forward_chain(d, torch.cat([x_real, x_fake, x_hat]))
    src = d.src(h[-1]).to(x_real.dtype)
    src_real, src_fake, _ = src.chunk(3)
    logits_real = d.cls(h[-1][:n]).flatten(1).to(x_real.dtype)
    # What comes back to D's outputs: Eq. 5 takes means of D_src for real and fake, and the gradient of its sum at x^.
    src_back = src.new_ones(src.shape)
    src_back[:n], src_back[n : 2 * n] = -1 / src_real.numel(), 1 / src_fake.numel()
    with torch.enable_grad():
        cls_real = cls_loss(logits_real.requires_grad_())
        (cls_back,) = torch.autograd.grad(lambda_cls * cls_real, logits_real)
    cotangents, gradient = input_chain(d, h, src_back, cls_back, hat)
    with torch.enable_grad():
        gradient = gradient.to(x_real.dtype)  # the norm is none for bfloat16
        penalty = losses.gradient_penalty(gradient.requires_grad_())
        (direction,) = torch.autograd.grad(lambda_gp * penalty, gradient)
    put_tangents(d, h, direction, hat)
    by_hand = weight_gradients(d, h, cotangents, src_back, cls_back, features=slice(2 * n))
    return src_real, src_fake, cls_real.detach(), penalty.detach(), by_hand


def forward_chain(d: Critic, x: Tensor) -> list[Tensor]:
    """Return what goes into each layer of the trunk, and into the heads: h_0 = x, ..., h_L."""
    h = [x]
    for layer in d.layers:
        h.append(F.leaky_relu_(layer(h[-1]), d.slope))
    return h


def input_chain(
    d: Discriminator, h: Sequence[Tensor], src: Tensor, cls: Tensor, images: slice
) -> tuple[list[Tensor], Tensor]:
    """Return (a_1, ..., a_L) and the gradient by the images of the rows `images`, W_1^T a_1.

    src (N, 1, h, w), cls (M, labels): what comes back to D_src of all images and to D_cls of the first M.
    """
    back = F.conv_transpose2d(src, d.src.weight, padding=1)
    back[: len(cls)] += F.conv_transpose2d(cls[:, :, None, None], d.cls.weight)
    a = [_sloped(back, h[-1], d.slope)]
    for layer, features in zip(reversed(d.layers[1:]), reversed(h[1:-1]), strict=True):
        a.insert(0, _sloped(downsample_transposed(a[0], layer.weight), features, d.slope))
    return a, downsample_transposed(a[0][images], d.layers[0].weight)


def put_tangents(d: Critic, h: Sequence[Tensor], direction: Tensor, rows: slice) -> None:
    """Put tangents in the place of some images' features: t_0 = direction, ..., t_L."""
    h[0][rows] = direction
    for layer, before, behind in zip(d.layers, h, h[1:], strict=False):
        behind[rows] = _sloped(downsample(before[rows], layer.weight), behind[rows], d.slope)


def weight_gradients(
    d: Discriminator, h: Sequence[Tensor], a: Sequence[Tensor], src: Tensor, cls: Tensor, features: slice
) -> dict[str, Tensor]:
    """Return the gradient of each parameter of D by its name: sums of products of what goes in and what comes back.

    h: features or tangents. Biases take part in features alone, the rows `features`.
    """
    like = h[-1]  # under autocast images and losses are no bfloat16, and what convolutions give is
    found = {
        "src.weight": _of_head(d.src, h[-1], src.to(like)),
        "cls.weight": _of_head(d.cls, h[-1][: len(cls)], cls[:, :, None, None].to(like)),
    }
    for index, (layer, before, back) in enumerate(zip(d.layers, h, a, strict=False)):
        found[f"main.{index}.weight"] = weight_gradient(before.to(like), back).to(layer.weight.dtype)
        found[f"main.{index}.bias"] = back[features].sum(dim=(0, 2, 3), dtype=layer.weight.dtype)
    return found


def _sloped(x: Tensor, features: Tensor, slope: float) -> Tensor:
    """Return x times LeakyReLU's slopes, told by the signs of what it gave."""
    return torch.ops.aten.leaky_relu_backward(x, features, slope, True)  # type: ignore[no-any-return]


def _of_head(layer: nn.Conv2d, before: Tensor, back: Tensor) -> Tensor:
    found: Tensor = conv2d_weight(before, layer.weight.shape, back, padding=layer.padding)  # type: ignore[no-untyped-call]
    return found.to(layer.weight.dtype)
