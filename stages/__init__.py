"""One module a DVC stage: arguments and params in, files out. Run as `python -m stages.<name>`."""

import os
from typing import TYPE_CHECKING

from stargan.core.params import Params
from stargan.errors import Fault

if TYPE_CHECKING:
    import torch


def torch_setup(params: Params, *, tf32: bool = False) -> "torch.device":
    """Set torch's threads, ask for deterministic algorithms, and return the device to work on; auto takes a GPU.

    tf32: let a GPU round what it multiplies to TF32. Of several processes on a machine each takes a GPU of its own. Raises
    Fault where params ask for a GPU and there is none.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism
    import torch

    torch.set_num_threads(params.threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # all is written first
    precision = "tf32" if tf32 else "ieee"
    torch.backends.cuda.matmul.fp32_precision = precision
    torch.backends.cudnn.conv.fp32_precision = precision  # type: ignore[attr-defined]
    if params.device == "cuda" and not torch.cuda.is_available():
        raise Fault("params.yaml: device = cuda, but torch sees no GPU; set device to auto or cpu")
    if params.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    number, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()  # torchrun counts a machine's processes
    if number >= gpus:
        raise Fault(f"launcher: process {number} of this machine has no GPU, there are {gpus}; start as many or fewer")
    torch.cuda.set_device(number)
    return torch.device("cuda", number)
