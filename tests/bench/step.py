"""A training cycle, five updates of D and one of G, against the reference's."""

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.grad import conv2d_weight

from bench.operators import gflop_of
from bench.reference import Reference, cycle
from bench.setup import N_CRITIC, noise, seconds, training
from stargan.models.networks.down_conv import downsample, downsample_transposed, weight_gradient
from stargan.training.assembly.budget import flops_of_iteration
from stargan.training.engine import Training
from stargan.training.methods.base import Update

ATTRIBUTES = 5
IMAGES = 64


class Parts:
    """Tells how long the updates of each network take in a training, what leads to them included."""

    def __init__(self, made: Training) -> None:
        self.seconds = {"d": 0.0, "g": 0.0}
        updates = made.method.updates

        def timed(*given: Any) -> Iterator[Update]:
            begun = time.perf_counter()
            for update in updates(*given):
                yield update  # the engine takes the step here
                self.seconds[update.network] += time.perf_counter() - begun
                begun = time.perf_counter()

        made.method.updates = timed  # type: ignore[method-assign, assignment]


def operations(made: Training) -> dict[str, float]:
    """Return the GFLOP of a cycle: of D's five updates with their fakes, and what G's adds."""
    batches = [(images.to("meta"), labels.to("meta")) for images, labels in (stream.batch(0) for stream in made.streams)]
    shapes = copy.deepcopy(made.method)
    for network in shapes.networks.values():
        network.to("meta")
    d, both = (flops_of_iteration(shapes, batches, iteration) / 1e9 for iteration in (0, N_CRITIC - 1))
    return {"d": N_CRITIC * d, "g": both - d}


def step(batch: int, size: int, cycles: int, *, bf16: bool = False, compiled: bool = False) -> dict[str, Any]:
    """Return medians over cycles, the reference's and ours taken in turn in one process; the reference's are float32."""
    made = training([noise("noise", size, ATTRIBUTES, IMAGES)], batch, compile=compiled)
    made.bf16 = bf16
    loop = Reference(size, ATTRIBUTES)
    gflop = operations(made)
    stream = made.streams[0]
    one = [(images[:1], labels[:1]) for images, labels in [stream.batch(0)]] * N_CRITIC
    reference_gflop = batch * gflop_of(lambda: cycle(Reference(size, ATTRIBUTES), one))
    given = [stream.batch(iteration) for iteration in range(N_CRITIC)]
    parts, waits = Parts(made), []

    def ours() -> None:
        for _ in range(N_CRITIC):
            made.iterate()

    def reference() -> None:
        cycle(loop, given)

    ours()
    reference()
    parts.seconds |= {"d": 0.0, "g": 0.0}
    taken: dict[str, list[float]] = {"ours": [], "reference": []}
    for _ in range(cycles):
        taken["reference"].append(seconds(reference))
        taken["ours"].append(seconds(ours))
        waits.append(seconds(lambda: [stream.batch(iteration, "cpu") for iteration in range(N_CRITIC)]))
    ratios = [a / b for a, b in zip(taken["reference"], taken["ours"], strict=True)]
    own = statistics.median(taken["ours"])
    return {
        "batch": batch,
        "size": size,
        "cycles": cycles,
        "precision": ("bf16" if bf16 else "float32") + (", compiled" if compiled else ""),
        "reference_seconds": statistics.median(taken["reference"]),
        "ours_seconds": own,
        "ratio": statistics.median(ratios),
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
        "reference_gflop": reference_gflop,
        "reference_gflops": reference_gflop / statistics.median(taken["reference"]),
        "gflop": sum(gflop.values()),
        "gflops": sum(gflop.values()) / own,
        "d_gflops": gflop["d"] * cycles / parts.seconds["d"],
        "g_gflops": gflop["g"] * cycles / parts.seconds["g"],
        "waiting_percent": 100 * statistics.median(waits) / own,
    }


@torch.no_grad()
def deep_layer(w_in: int, w_out: int, side: int, images: int, repeats: int = 7) -> list[dict[str, Any]]:
    """Return the milliseconds of the three maps of a layer of D with few positions, as D takes them and by torch's own."""
    x, a = torch.randn(images, w_in, side, side), torch.randn(images, w_out, side // 2, side // 2)
    weight = torch.randn(w_out, w_in, 4, 4) / 100
    forms: dict[str, tuple[Callable[[], Tensor], Callable[[], Tensor]]] = {
        "forward": (lambda: downsample(x, weight), lambda: F.conv2d(x, weight, stride=2, padding=1)),
        "back": (lambda: downsample_transposed(a, weight), lambda: F.conv_transpose2d(a, weight, stride=2, padding=1)),
        "weights": (
            lambda: weight_gradient(x, a),
            lambda: conv2d_weight(x, weight.shape, a, 2, 1),  # type: ignore[no-untyped-call]
        ),
    }
    found = []
    for name, pair in forms.items():
        taken = [[1000 * seconds(form) for form in pair] for _ in range(repeats)]
        own, torchs = (statistics.median(column) for column in zip(*taken, strict=True))
        found.append({"layer": f"{w_in} to {w_out}", "images": images, "map": name, "ms": own, "torch_ms": torchs})
    return found


def scaling(points: Sequence[int], measured: Callable[[int], float]) -> dict[str, Any]:
    """Return what was measured at some points, and the exponent of the power law through them (least squares on logs)."""
    values = [measured(point) for point in points]
    logs = [[torch.tensor(v, dtype=torch.float64).log().item() for v in row] for row in (points, values)]
    slope, _ = statistics.linear_regression(*logs)
    return {"at": list(points), "seconds": values, "exponent": slope}
