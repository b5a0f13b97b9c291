"""StarGAN's step, compiled."""

import os
import shlex
import shutil
import warnings

import torch

from stargan.errors import Fault
from stargan.training.d_gradients import discriminator_by_hand
from stargan.training.methods.star import Star


def compile_step(star: Star, backend: str = "inductor") -> None:
    """Let torch compile G's and D's passes and D's gradients, for each shape as it comes; their weights lie channels last.

    Raises Fault where there is no compiler for the code that torch writes.
    """
    if backend == "inductor":
        check_compiler(next(star.g.parameters()).device)
    torch._dynamo.config.trace_autograd_ops = True  # D's gradients have two derivatives by autograd within
    torch._dynamo.config.recompile_limit = 64  # kinds of labels, sizes of batches, G with and without gradients
    warnings.filterwarnings("ignore", "The .grad attribute", UserWarning)  # the compiler looks for one of G's fakes
    for network in star.networks.values():
        network.to(memory_format=torch.channels_last)
    star.translated, star.judged, star.critic_gradients = (  # type: ignore[assignment]  # they are called as the networks are
        torch.compile(function, dynamic=False, backend=backend) for function in (star.g, star.d, discriminator_by_hand)
    )


def check_compiler(device: torch.device) -> None:
    """Raise Fault where the compiler is missing that torch calls: of C for a GPU, of C++ for a CPU."""
    variable, usual = ("CC", ["gcc", "clang"]) if device.type == "cuda" else ("CXX", ["g++"])
    asked = shlex.split(os.environ.get(variable, ""))[:1] or usual
    if not any(map(shutil.which, asked)):
        raise Fault(
            f"params.yaml: train.compile = true, but there is no compiler {' or '.join(asked)}; install it, name another in "
            f"{variable}, or set train.compile to false"
        )
