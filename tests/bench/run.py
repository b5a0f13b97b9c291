"""`make bench`: measures, and writes this processor's part of docs/performance.json and docs/performance.md.

With `ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2` a newer processor stands in for an older one, and says so.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench import inputs, memory
from bench.operators import operators
from bench.page import page
from bench.setup import ROOT, noise, seconds, training
from bench.step import IMAGES, deep_layer, scaling, step
from stargan.data.pixels import to_uint8
from stargan.evaluation.frechet import compared, frechet_distance, moments
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge
from stargan.models.networks.star import Generator

THREADS = 2


def machine() -> dict[str, str | int]:
    """Return what the numbers hold for."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name, flags = (
        next(line for line in lines if line.startswith(key)).split(":")[1].strip() for key in ("model name", "flags")
    )
    vectors = torch.backends.cpu.get_cpu_capability()
    return {
        "processor": name,
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "vectors": f"limited to {vectors}" if vectors == "AVX2" and "avx512f" in flags.split() else vectors,
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def iteration_seconds(size: int = 32, batch: int = 8, attributes: int = 5, sets: int = 1) -> float:
    """Return the least time of a cycle's fifth, with networks of a quarter of the paper's filters."""
    named = [noise("abcdefgh"[: index + 1], size, attributes, IMAGES) for index in range(sets)]
    made = training(named, batch, g_filters=16, d_filters=16, d_layers=4)
    return min(seconds(lambda: [made.iterate() for _ in range(5)]) for _ in range(3)) / 5


def stream_rate(size: int, batch: int) -> float:
    """Return the images per second that a stream gathers, flips and normalises from a prepared array."""
    stream = training([noise("noise", size, 5, 1024)], batch, g_filters=4, d_filters=4).streams[0]
    return batch * 60 / seconds(lambda: [stream.batch(iteration) for iteration in range(60)])


def translation_rate(size: int, batch: int) -> float:
    """Return the images per second that G at the paper's size translates, to uint8."""
    g, x, c = Generator(5), torch.rand(batch, 3, size, size), torch.zeros(batch, 5)
    with torch.no_grad():
        return batch / min(seconds(lambda: to_uint8(g(x, c))) for _ in range(3))


def features_rate(size: int, images: int) -> float:
    """Return the images per second of which the judge gives features."""
    made = noise("noise", size, 5, images)
    judge = Judge(new_classifier(5, 1), made.kind, size, "")
    return images / min(seconds(lambda: judge.see(made.images, np.arange(images))) for _ in range(2))


def frechet(features: int, rows: int) -> dict[str, float]:
    """Return how long a Frechet distance takes here and by torch-fidelity, and by how much the two differ."""
    chance = torch.Generator().manual_seed(1)
    a, b = (torch.randn(rows, features, generator=chance) + shift for shift in (0, 0.1))
    values: dict[str, float] = {}
    own = seconds(lambda: values.update(own=frechet_distance(moments(a), moments(b))))
    theirs = seconds(lambda: values.update(compared(a, b, fid=True)))
    return {
        "features": features,
        "rows": rows,
        "seconds": own,
        "torch_fidelity_seconds": theirs,
        "relative_difference": abs(values["own"] / values["frechet_inception_distance"] - 1),
    }


def idle_seconds() -> list[float] | None:
    """Return how long `dvc repro` takes with nothing to do, five times, sorted; None where there is something to do."""
    command = [sys.executable, "-m", "dvc", "repro"]
    if subprocess.run([sys.executable, "-m", "dvc", "status", "-q"], cwd=ROOT).returncode:
        return None
    return sorted(seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)) for _ in range(5))


def measured() -> dict[str, Any]:
    """Return everything, in the order in which it is measured: what starts stages first, since it may fail."""
    torch.set_num_threads(THREADS)
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        found["prepare"] = inputs.prepare(Path(folder), [2_500, 5_000, 20_000])
    with tempfile.TemporaryDirectory() as folder:
        found["memory_mb"] = memory.of_stages(Path(folder), [1_000, 4_000])
    found["idle_repro_seconds"] = idle_seconds()
    found["steps"] = [step(4, 128, cycles=5), step(16, 128, cycles=3)]
    found["operators"] = {batch: operators(batch, 128) for batch in (4, 16)}
    if torch.cpu._is_avx512_bf16_supported() and "limited" not in found["machine"]["vectors"]:
        found["steps"] += [step(4, 128, cycles=5, bf16=True), step(16, 128, cycles=3, bf16=True)]
        found["steps"] += [step(4, 128, cycles=3, compiled=True)]
    deep = [deep_layer(*layer, images) for images in (12, 48) for layer in ((512, 1024, 8), (1024, 2048, 4))]
    found["deep_layers"] = [row for rows in deep for row in rows]
    found["scaling"] = {
        "image size, px": scaling([32, 64, 128], lambda size: iteration_seconds(size=size)),
        "batch": scaling([4, 8, 16, 32], lambda batch: iteration_seconds(batch=batch)),
        "attributes": scaling([2, 5, 10, 20, 40], lambda count: iteration_seconds(attributes=count)),
        "datasets": scaling([1, 2, 4], lambda count: iteration_seconds(sets=count)),
        "test images, looked at by the classifier": scaling([256, 512, 1024, 2048], lambda n: n / features_rate(32, n)),
    }
    found["stream_images_per_second"] = stream_rate(128, 16)
    found["translation_images_per_second"] = {batch: translation_rate(128, batch) for batch in (1, 4, 16)}
    found["classifier_images_per_second"] = features_rate(128, 256)
    found["frechet"] = frechet(2048, 4096)
    return found


def rounded(value: Any) -> Any:
    """Return numbers with four digits: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def main() -> None:
    """Measure and write."""
    begun = time.perf_counter()
    found = rounded(json.loads(json.dumps(measured())))
    record = ROOT / "docs/performance.json"
    every = json.loads(record.read_text()) | {f"{found['machine']['processor']}, {found['machine']['vectors']}": found}
    record.write_text(json.dumps(every, indent=2) + "\n")
    record.with_suffix(".md").write_text(page(every))
    print(f"measured in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
