"""Measure a cycle of StarGAN's training on a GPU, five updates of D and one of G, and write a table.

    PYTHONPATH=.:tests python -m gpu.measure OUT.json [variant ...]

Each variant is built anew and warmed up; events time its cycles. The losses of its first cycle stand beside it, which
those of other variants on the same data must be near. Without a GPU all runs at a small size, as a test of this program.
"""

import argparse
import gc
import json
import os
import statistics
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from bench.reference import Reference, cycle
from bench.setup import N_CRITIC, noise
from bench.step import operations
from gpu.variants import ATTRIBUTES, CUDA, DEVICE, VARIANTS, Variant, built, one_cycle
from stargan.core.device import round_products
from stargan.data.pixels import from_uint8, to_uint8
from stargan.judge.classifier import new_classifier
from stargan.judge.learning import flipped
from stargan.models.networks.star import Discriminator, Generator
from stargan.training.engine import Training
from stargan.training.graphs import CycleGraphs
from stargan.training.ranks import Ranks

WARM, RUNS, CYCLES = (5, 5, 8) if CUDA else (1, 2, 1)


def seconds(work: Callable[[], object]) -> float:
    """Return how long the GPU takes for some work, the host's share of it included."""
    if not CUDA:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun
    first, last = (torch.cuda.Event(enable_timing=True) for _ in "ab")  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()
    first.record()
    work()
    last.record()
    torch.cuda.synchronize()
    return float(first.elapsed_time(last)) / 1e3


def per_cycle(work: Callable[[], None]) -> dict[str, float]:
    """Return median, lowest and highest milliseconds over runs of some cycles, the work being one."""

    def cycles() -> None:
        for _ in range(CYCLES):
            work()

    times = [seconds(cycles) / CYCLES for _ in range(RUNS)]
    return {"ms": 1e3 * statistics.median(times), "low": 1e3 * min(times), "high": 1e3 * max(times)}


def measured(variant: Variant) -> dict[str, Any]:
    """Return what a cycle of a variant takes."""
    gflop = sum(operations(built(replace(variant, compiled=False, changes=()))).values())
    made = built(variant)
    if CUDA:
        torch.cuda.reset_peak_memory_stats()
    begun = time.perf_counter()
    one_cycle(made)
    losses = {name: round(float(value), 6) for name, (_, value) in made.losses.newest.items()}
    for _ in range(WARM):
        one_cycle(made)
    warm = time.perf_counter() - begun
    row: dict[str, Any] = per_cycle(lambda: one_cycle(made))
    row |= {"warm_s": warm, "gflop": gflop, "tflops": gflop / row["ms"]}
    if CUDA:
        row |= {"peak_gb": torch.cuda.max_memory_allocated() / 1e9, "held_gb": torch.cuda.max_memory_reserved() / 1e9}
    return row | {"losses": losses}


def released(*, tf32: bool, batch: int = 16, size: int = 128) -> dict[str, Any]:
    """Return what the released code's cycle takes: cuDNN may choose, and nothing has to be deterministic."""
    torch.use_deterministic_algorithms(False)
    torch.backends.cudnn.benchmark = True
    round_products(tf32=tf32)
    if not CUDA:
        batch, size = 4, 16
    with torch.device(DEVICE):
        small = {} if CUDA else {"g": Generator(ATTRIBUTES, 4, 1), "d": Discriminator(size, ATTRIBUTES, 4, 3)}
        loop = Reference(size, ATTRIBUTES, **small)  # type: ignore[arg-type]
        given = [
            (torch.rand(batch, 3, size, size) * 2 - 1, torch.randint(0, 2, (batch, ATTRIBUTES)).float())
            for _ in range(N_CRITIC)
        ]
        if CUDA:
            torch.cuda.reset_peak_memory_stats()
        for _ in range(WARM):
            cycle(loop, given)
        row: dict[str, Any] = per_cycle(lambda: cycle(loop, given))
    return row | ({"peak_gb": torch.cuda.max_memory_allocated() / 1e9} if CUDA else {})


def peaks() -> dict[str, float]:
    """Return the card's own TFLOP/s for large products of random matrices, and TB/s of a copy, read and written."""
    side = 8192 if CUDA else 256
    found = {}
    for name, kind, tf32 in (
        ("float32", torch.float32, False),
        ("tf32", torch.float32, True),
        ("bf16", torch.bfloat16, True),
    ):
        round_products(tf32=tf32)
        a, b = (torch.randn(side, side, device=DEVICE, dtype=kind) for _ in "ab")
        a @ b
        found[f"{name}_tflops"] = 2 * side**3 / min(seconds(lambda a=a, b=b: a @ b) for _ in range(5)) / 1e12  # type: ignore[misc]
    a = torch.randn(4 * side * side, device=DEVICE)
    a.clone()
    found["copy_tbs"] = 8 * a.numel() / min(seconds(a.clone) for _ in range(5)) / 1e12
    return found


def kernels(variant: Variant, top: int = 25) -> list[list[Any]]:
    """Return the kernels of a cycle that take longest: name, calls, milliseconds."""
    from torch.profiler import ProfilerActivity, profile

    made = built(variant)
    for _ in range(WARM):
        one_cycle(made)
    with profile(activities=[ProfilerActivity.CUDA if CUDA else ProfilerActivity.CPU]) as seen:
        one_cycle(made)
        if CUDA:
            torch.cuda.synchronize()
    rows = sorted(seen.key_averages(), key=lambda row: -row.self_device_time_total)
    total = sum(row.self_device_time_total for row in rows)
    shown = [[row.key[:120], row.count, round(row.self_device_time_total / 1e3, 3)] for row in rows[:top]]
    return [*shown, ["all", sum(row.count for row in rows), round(total / 1e3, 3)]]


def machine() -> dict[str, str]:
    """Return what the numbers hold for."""
    card = torch.cuda.get_device_name(0) if CUDA else "no GPU: a test of the program at a small size"
    return {
        "card": card,
        "torch": torch.__version__,
        "cuda": str(torch.version.cuda),
        "cudnn": str(torch.backends.cudnn.version()),  # type: ignore[no-untyped-call]
    }


class Lone(Ranks):
    """One process that acts as one of several: exchanges, and no graphs."""

    @property
    def alone(self) -> bool:
        """Whether there is no other process: it is taken for one of several."""
        return False


def flag(made: Training) -> None:
    """Ask all processes whether one of them was told to stop."""
    made.ranks.any(False)


def one_rank(*, captured: bool) -> dict[str, Any]:
    """Return what a cycle takes the way several processes go, with an exchange an update, by graphs or not."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517", "RANK": "0", "WORLD_SIZE": "1"}
    dist.init_process_group("nccl" if CUDA else "gloo", device_id=DEVICE if CUDA else None)
    made = built(Variant())
    made.ranks = Lone(0, 1, DEVICE)
    made.take = CycleGraphs(made).iterate if captured and CUDA else lambda _: made.iterate()  # type: ignore[attr-defined]
    for _ in range(WARM):
        one_cycle(made)
    row: dict[str, Any] = per_cycle(lambda: one_cycle(made))
    row["flag_ms"] = per_cycle(lambda: flag(made))["ms"]
    dist.destroy_process_group()
    return row


def classifier_step(*, on_device: bool, tf32: bool) -> dict[str, float]:
    """Return what a step of the classifier takes at batch 64: pictures made floats on the host, or bytes sent."""
    round_products(tf32=tf32)
    images = noise("noise", 128 if CUDA else 32, ATTRIBUTES, 64).images
    network, random = new_classifier(ATTRIBUTES, 1).to(DEVICE), torch.Generator().manual_seed(1)
    optimiser = torch.optim.AdamW(network.parameters(), fused=True)

    def step() -> None:
        x = torch.from_numpy(images)
        faces = flipped(from_uint8(x.to(DEVICE)), random) if on_device else flipped(from_uint8(x), random).to(DEVICE)
        loss = network(faces)[1].square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        float(loss.detach())

    step()
    return per_cycle(step)


def translation(*, batch: int, precision: str) -> dict[str, float]:
    """Return what a batch of translations takes, uint8 to uint8, and how many that are in a second."""
    round_products(tf32=precision != "float32")
    generator = Generator(ATTRIBUTES, *((64, 6) if CUDA else (4, 1))).to(DEVICE)
    images = torch.from_numpy(noise("noise", 128 if CUDA else 32, ATTRIBUTES, batch).images)
    labels = torch.zeros(batch, ATTRIBUTES, device=DEVICE)

    @torch.no_grad()
    def work() -> None:
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=precision == "bf16"):
            to_uint8(generator(from_uint8(images.to(DEVICE)), labels)).cpu()

    work()
    row = per_cycle(work)
    return row | {"images_per_second": 1e3 * batch / row["ms"]}


SINGLE: dict[str, Callable[[], Any]] = {
    "machine": machine,
    "peaks": peaks,
    "released tf32": lambda: released(tf32=True),
    "released float32": lambda: released(tf32=False),
    "released tf32, batch 4": lambda: released(tf32=True, batch=4),
    "kernels tf32": lambda: kernels(VARIANTS["tf32"]),
    "kernels bf16": lambda: kernels(VARIANTS["bf16"]),
    "kernels bf16 compiled": lambda: kernels(VARIANTS["bf16 compiled, formula, channels last"]),
    "one of several, no graph": lambda: one_rank(captured=False),
    "one of several, graph": lambda: one_rank(captured=True),
    "classifier, floats sent": lambda: classifier_step(on_device=False, tf32=False),
    "classifier, bytes sent": lambda: classifier_step(on_device=True, tf32=False),
    "classifier, bytes sent, tf32": lambda: classifier_step(on_device=True, tf32=True),
    "translation float32": lambda: translation(batch=64, precision="float32"),
    "translation tf32": lambda: translation(batch=64, precision="tf32"),
    "translation bf16": lambda: translation(batch=64, precision="bf16"),
}
FIRST = ["machine", "peaks", "released tf32", "released float32", *list(VARIANTS)[:7], "kernels tf32", "kernels bf16"]
"""What is measured where no names are given: correctness and baselines."""


def main() -> None:
    """Measure what was asked for, and write after each; what fails is noted, and the rest goes on."""
    parser = argparse.ArgumentParser(prog="python -m gpu.measure", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", choices=[*SINGLE, *VARIANTS, []])
    given = parser.parse_args()
    table: dict[str, Any] = json.loads(given.out.read_text()) if given.out.exists() else {}
    for name in given.names or FIRST:
        begun = time.perf_counter()
        try:
            table[name] = SINGLE[name]() if name in SINGLE else measured(VARIANTS[name])
        except Exception as error:  # a variant that does not run is a finding
            table[name] = {"error": f"{type(error).__name__}: {str(error)[:300]}"}
            traceback.print_exc(limit=-4)
        given.out.write_text(json.dumps(table, indent=1) + "\n")
        print(f"{name}: {json.dumps(table[name])[:1500]}  ({time.perf_counter() - begun:.0f} s)", flush=True)
        gc.collect()
        torch._dynamo.reset()
        if CUDA:
            torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
