"""StarGAN's step, compiled."""

import os
import shutil
import warnings

import torch

from stargan.errors import Fault
from stargan.training.d_gradients import discriminator_by_hand
from stargan.training.methods.star import Star


def compile_step(star: Star, backend: str = "inductor") -> None:
    """Let torch compile G's and D's passes and D's gradients, for each shape as it comes; channels lie innermost.

    Raises Fault where there is no compiler for the code that torch writes.
    """
    compiler = os.environ.get("CXX", "g++")
    if backend == "inductor" and shutil.which(compiler) is None:
        raise Fault(
            f"params.yaml: train.compile = true, but there is no C++ compiler {compiler}; install it, name another in CXX, "
            "or set train.compile to false"
        )
    torch._dynamo.config.trace_autograd_ops = True  # D's gradients have two derivatives by autograd within
    torch._dynamo.config.recompile_limit = 64  # kinds of labels, sizes of batches, with and without a graph
    warnings.filterwarnings("ignore", "The .grad attribute", UserWarning)  # the compiler looks for one of G's fakes
    for network in star.networks.values():
        network.to(memory_format=torch.channels_last)
    star.translated, star.judged, star.by_hand = (  # type: ignore[assignment]  # they are called as the networks are
        torch.compile(function, dynamic=False, backend=backend) for function in (star.g, star.d, discriminator_by_hand)
    )
