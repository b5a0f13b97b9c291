"""Processes that train together: each takes its share of every batch, and all have the same weights.

A launcher such as torchrun starts them and tells them of each other by its environment (RANK, WORLD_SIZE, MASTER_ADDR, ...).
"""

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from stargan.errors import Fault, one_line


@dataclass(frozen=True)
class Ranks:
    """This process, number `rank` of `count` that train together, each on a device of its own."""

    rank: int
    count: int
    device: torch.device

    @property
    def alone(self) -> bool:
        """Whether there is no other process."""
        return self.count == 1

    @property
    def first(self) -> bool:
        """Whether this is the one that reads checkpoints and writes everything."""
        return self.rank == 0

    def rows(self, whole: int) -> slice:
        """Return this process's rows of a batch of `whole` images.

        A batch that can't be shared evenly, an epoch's last, is taken whole by each: the mean over the processes is the
        same.
        """
        share, rest = divmod(whole, self.count)
        return slice(None) if rest else slice(self.rank * share, (self.rank + 1) * share)

    def mean(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Return the mean of each tensor over the processes, in one exchange: DDP's hooks see no gradient by hand."""
        if self.alone:
            return list(tensors)
        flat = torch.cat([tensor.detach().reshape(-1).to(tensors[0].dtype) for tensor in tensors])
        dist.all_reduce(flat)
        flat /= self.count
        parts = torch.split(flat, [tensor.numel() for tensor in tensors])
        return [part.view(tensor.shape) for part, tensor in zip(parts, tensors, strict=True)]

    def any(self, flag: bool) -> bool:
        """Return whether the flag is up in any of the processes."""
        if self.alone:
            return flag
        flags = torch.tensor(float(flag), device=self.device)
        with self.exchange_errors():
            dist.all_reduce(flags)
        return bool(flags > 0)

    def broadcast(self, value: Any) -> Any:
        """Return what the first process gives here; tensors in it lie on the CPU."""
        if self.alone:
            return value
        values = [value]
        with self.exchange_errors():
            dist.broadcast_object_list(values, device=self.device)
        return values[0]

    @contextmanager
    def exchange_errors(self) -> Iterator[None]:
        """Do what the processes exchange in. Raises Fault where another one has ended or can't be reached."""
        try:
            yield
        except RuntimeError as error:
            if self.alone or isinstance(error, torch._dynamo.exc.TorchDynamoException):
                raise
            reason = " ".join(str(error).split())[:120]
            raise Fault(
                f"process {self.rank} of {self.count} lost another one ({reason}); the last checkpoint is kept: "
                "start the training again"
            ) from error


SINGLE = Ranks(0, 1, torch.device("cpu"))


@contextmanager
def joined(device: torch.device) -> Iterator[Ranks]:
    """Yield this process among those that its launcher started, joined for the block; alone without a launcher.

    One of several that fails, or is asked to stop, ends its process without leaving the others in order. With NCCL that
    would wait for those that wait in an exchange, and for captured exchanges that somebody still holds. The launcher ends
    the others.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield SINGLE
        return
    on_gpu = device.type == "cuda"
    dist.init_process_group("nccl" if on_gpu else "gloo", device_id=device if on_gpu else None)
    try:
        yield Ranks(dist.get_rank(), count, device)
    except SystemExit as stop:
        sys.stderr.flush()
        os._exit(stop.code if isinstance(stop.code, int) else 1)
    except Exception as error:
        line = one_line(error, lower="train.batch")
        print(f"error: {line}" if line else traceback.format_exc(), file=sys.stderr, flush=True)
        os._exit(1)
    dist.destroy_process_group()
