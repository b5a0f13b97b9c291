"""One module a DVC stage: arguments and params in, files out. Run as `python -m stages.<name>`."""

import os

from stargan.params import Params

# Read when torch loads OpenMP. Its threads else spin while they wait, and two trainings on one machine
# (`dvc queue start -j 2`) then slow each other down many times over.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def torch_setup(params: Params) -> None:
    """Set torch's threads and ask for deterministic algorithms: equal params, equal bytes."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts; needed for determinism
    import torch

    torch.set_num_threads(params.threads)
    torch.use_deterministic_algorithms(True)
