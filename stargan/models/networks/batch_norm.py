"""Batch norm over all images of a batch, also where several processes share it.

torch's own SyncBatchNorm knows GPUs alone.
"""

import torch.distributed as dist
from torch import Tensor
from torch.distributed._functional_collectives import all_reduce
from torch.nn.modules.batchnorm import _BatchNorm


class BatchNorm(_BatchNorm):
    """Batch norm of (N, C, ...); with the names and values of torch's own."""

    shared = False
    """Whether this process has but a part of the batch, as large as every other's."""

    def _check_input_dim(self, _: Tensor) -> None:
        """Take maps and vectors alike."""

    def forward(self, x: Tensor) -> Tensor:
        """Return x with each channel normalised over the batch (in use: by running statistics), scaled and shifted."""
        if not (self.training and self.shared):
            return super().forward(x)
        over = [axis for axis in range(x.dim()) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(x.dim())]
        wide = x.to(self.weight.dtype)  # under autocast x is bfloat16, too coarse for statistics
        mean = _mean(wide.mean(over))
        centred = wide - mean.view(shape)
        variance = _mean(centred.square().mean(over))
        n = x.numel() // x.shape[1] * dist.get_world_size()
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean.detach(), self.momentum)
        self.running_var.lerp_(variance.detach() * (n / (n - 1)), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (centred * scale.view(shape) + self.bias.view(shape)).to(x.dtype)


def _mean(x: Tensor) -> Tensor:
    """Return the mean of what the processes have; its gradient is exchanged too."""
    total: Tensor = all_reduce(x, "sum", dist.group.WORLD)  # type: ignore[arg-type]
    return total / dist.get_world_size()
