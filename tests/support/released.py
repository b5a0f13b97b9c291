"""Networks as the released code names and saves them."""

from pathlib import Path

import torch
from torch import Tensor, nn

from stargan.models.networks.star import Generator


class ReleasedD(nn.Module):
    """D of the released code."""

    def __init__(self, image_size: int, filters: int, labels: int, layers: int) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        width = 3
        for layer in range(layers):
            parts += [nn.Conv2d(width, filters * 2**layer, 4, 2, 1), nn.LeakyReLU(0.01)]
            width = filters * 2**layer
        self.main = nn.Sequential(*parts)
        self.conv1 = nn.Conv2d(width, 1, 3, 1, 1, bias=False)
        self.conv2 = nn.Conv2d(width, labels, image_size // 2**layers, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.main(x)
        return self.conv1(h), self.conv2(h).flatten(1)


def released_d(image_size: int = 16, filters: int = 4, labels: int = 3, layers: int = 2, seed: int = 5) -> ReleasedD:
    """Return a D with weights drawn from a seed."""
    torch.manual_seed(seed)
    return ReleasedD(image_size, filters, labels, layers)


def released_g(planes: int = 3, filters: int = 4, blocks: int = 1, seed: int = 3) -> dict[str, Tensor]:
    """Return G's state with running statistics in every instance norm."""
    torch.manual_seed(seed)
    state = dict(Generator(planes, filters, blocks).state_dict())
    for stem in [key.removesuffix("bias") for key in state if key.endswith(".bias")]:
        state |= {f"{stem}{name}": torch.ones(4) for name in ("running_mean", "running_var", "num_batches_tracked")}
    return state


def write_released(folder: Path, g: dict[str, Tensor], d: nn.Module | None = None) -> Path:
    """Write 9-G.ckpt, and 9-D.ckpt beside it where there is a D; return the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(g, folder / "9-G.ckpt")
    if d:
        torch.save(d.state_dict(), folder / "9-D.ckpt")
    return folder / "9-G.ckpt"
