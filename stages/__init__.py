"""One module a DVC stage: arguments and params in, files out. Run as `python -m stages.<name>`."""

import os
from typing import TYPE_CHECKING

from stargan.errors import Fault
from stargan.params import Params

if TYPE_CHECKING:
    import torch


def torch_setup(params: Params) -> "torch.device":
    """Set torch's threads, ask for deterministic algorithms, and return the device to work on; auto takes a GPU.

    Raises Fault where params ask for a GPU and there is none.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism
    import torch

    torch.set_num_threads(params.threads)
    torch.use_deterministic_algorithms(True)
    if params.device == "cuda" and not torch.cuda.is_available():
        raise Fault("params.yaml: device = cuda, but torch sees no GPU; set device to auto or cpu")
    return torch.device("cuda" if params.device != "cpu" and torch.cuda.is_available() else "cpu")
