"""The device that a stage works on, and how torch works there."""

import os

import torch

from stargan.core.params import Params
from stargan.errors import Fault


def device_of(params: Params, *, tf32: bool = False) -> torch.device:
    """Set torch's threads, ask for deterministic algorithms, and return the device to work on; auto takes a GPU.

    tf32: let a GPU round what it multiplies to TF32. Of several processes on a machine each takes a GPU of its own. Raises
    Fault where params ask for a GPU and there is none.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism
    torch.set_num_threads(params.threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # all is written first
    if params.device == "cuda" and not torch.cuda.is_available():
        raise Fault("params.yaml: device = cuda, but torch sees no GPU; set device to auto or cpu")
    if params.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    number, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()  # torchrun counts a machine's processes
    if number >= gpus:
        raise Fault(f"launcher: process {number} of this machine has no GPU, there are {gpus}; start as many or fewer")
    round_products(tf32=tf32)
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def round_products(*, tf32: bool) -> None:
    """Let a GPU round what it multiplies to TF32, or not: products of matrices and convolutions alike.

    By the names that `torch.compile` reads too: they raise where an operation alone was set by its newer name.
    """
    torch.set_float32_matmul_precision("high" if tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = tf32
