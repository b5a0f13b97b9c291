"""`make bench`: measures, and writes docs/performance.json and the tables of docs/performance.md."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from bench import inputs
from bench.setup import ROOT, noise, training
from bench.step import IMAGES, peaks, scaling, seconds, step
from stargan.data.stream import to_uint8
from stargan.evaluation.frechet import compared, frechet_distance
from stargan.networks.star import Generator

THREADS = 2


def machine() -> dict[str, str | int]:
    """Return what the numbers hold for."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return {"processor": name, "cores": os.cpu_count() or 1, "threads": torch.get_num_threads(),
            "vectors": torch.backends.cpu.get_cpu_capability(), "torch": torch.__version__,
            "python": platform.python_version()}  # fmt: skip


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


def frechet(features: int, rows: int) -> dict[str, float]:
    """Return how long a Frechet distance takes here and by torch-fidelity, and by how much the two differ."""
    chance = torch.Generator().manual_seed(1)
    a, b = (torch.randn(rows, features, generator=chance) + shift for shift in (0, 0.1))
    values: dict[str, float] = {}
    own = seconds(lambda: values.update(own=frechet_distance(a, b)))
    theirs = seconds(lambda: values.update(compared(a, b, fid=True)))
    return {
        "features": features, "rows": rows, "seconds": own, "torch_fidelity_seconds": theirs,
        "relative_difference": abs(values["own"] / values["frechet_inception_distance"] - 1),
    }  # fmt: skip


def idle_seconds() -> float | None:
    """Return how long `dvc repro` takes with nothing to do; None where there is something to do."""
    command = [sys.executable, "-m", "dvc", "repro"]
    if subprocess.run([sys.executable, "-m", "dvc", "status", "-q"], cwd=ROOT).returncode:
        return None
    return min(seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)) for _ in range(3))


def measured() -> dict[str, Any]:
    """Return everything, in the order in which it is measured."""
    torch.set_num_threads(THREADS)
    found: dict[str, Any] = {"machine": machine(), "peaks": peaks()}
    found["steps"] = [step(4, 128, cycles=5), step(16, 128, cycles=2)]
    found["scaling"] = {
        "image size, px": scaling([32, 64, 128], lambda size: iteration_seconds(size=size)),
        "batch": scaling([4, 8, 16, 32], lambda batch: iteration_seconds(batch=batch)),
        "attributes": scaling([2, 5, 10, 20, 40], lambda count: iteration_seconds(attributes=count)),
        "datasets": scaling([1, 2, 4], lambda count: iteration_seconds(sets=count)),
    }
    found["stream_images_per_second"] = stream_rate(128, 16)
    found["translation_images_per_second"] = {batch: translation_rate(128, batch) for batch in (1, 4, 16)}
    found["frechet"] = frechet(2048, 4096)
    with tempfile.TemporaryDirectory() as folder:
        found["prepare"] = inputs.prepare(Path(folder), [2_500, 5_000, 20_000])
    found["idle_repro_seconds"] = idle_seconds()
    return found


def rounded(value: Any) -> Any:
    """Return numbers with four digits: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def page(found: dict[str, Any]) -> str:
    """Return the tables."""
    machine, peak = found["machine"], found["peaks"]
    lines = [
        "# Performance", "", "Written by `make bench`; all keys: [performance.json](performance.json).", "",
        f"{machine['processor']} ({machine['vectors']}), {machine['threads']} threads, torch {machine['torch']}, Python "
        f"{machine['python']}, float32. Its own peak in this run: {peak['convolution_gflops']:.0f} GFLOP/s in G's commonest "
        f"convolution, {peak['product_gflops']:.0f} in a matrix product.", "",
        "## A training cycle", "",
        "Five updates of D and one of G at the paper's sizes (64 filters, six blocks, 128 px), against a loop that does",
        "what the released code does (`tests/bench/reference.py`); taken in turn in one process, medians, the reference's",
        "images given. Shares are of the convolution's peak; D's counts its fakes, G's what its update adds.", "",
        "| batch | cycles | reference, s | here, s | times faster | lowest, highest | D's share | G's | whole | "
        "waiting for images, % |", "|" + "---:|" * 10,
    ]  # fmt: skip
    for row in found["steps"]:
        share = {key: 100 * row[key] / peak["convolution_gflops"] for key in ("d_gflops", "g_gflops", "gflops")}
        lines.append(
            f"| {row['batch']} | {row['cycles']} | {row['reference_seconds']:.2f} | {row['ours_seconds']:.2f} | "
            f"{row['ratio']:.2f} | {row['ratio_lowest']:.2f}, {row['ratio_highest']:.2f} | {share['d_gflops']:.0f} % | "
            f"{share['g_gflops']:.0f} % | {share['gflops']:.0f} % | {row['waiting_percent']:.2f} |"
        )
    lines += [
        "", "## What the cost grows with", "",
        "Seconds an iteration (16 filters, 32 px, batch 8, 5 attributes, one dataset, but for the one that grows) and the "
        "exponent", "of the power law through them.", "", "| | at | seconds | exponent |", "|---|---|---|---:|",
    ]  # fmt: skip
    for name, row in found["scaling"].items():
        values = ", ".join(f"{value:.3f}" for value in row["seconds"])
        lines.append(f"| {name} | {', '.join(map(str, row['at']))} | {values} | {row['exponent']:.2f} |")
    prepare, rates = found["prepare"], found["translation_images_per_second"]
    lines += [
        "", "## Images", "", "| | images/s |", "|---|---:|",
        f"| prepare from raw JPEGs to 128 px, one core | {prepare['images_per_second_one_core']:.0f} |",
        f"| the same on {prepare['cores']} cores ({prepare['ratio']:.2f} times; n = {prepare['images']:,}, Python's start "
        f"included) | {prepare['images_per_second']:.0f} |",
        f"| batches of 16 from the prepared array, flipped and normalised | {found['stream_images_per_second']:.0f} |",
        *(f"| translated by G at 128 px, batch {batch} | {rate:.1f} |" for batch, rate in rates.items()), "",
        "Memory of prepare, all its processes, mapped files apart, which the system may drop: "
        + ", ".join(f"{peak:.0f} MB at {int(count):,}" for count, peak in prepare["peak_mb"].items())
        + f" images: {prepare['kb_per_image']:.1f} kB an image more, so {prepare['peak_mb_computed_for_celeba']:.0f} MB "
        f"(computed) for CelebA's {inputs.CELEBA:,}.",
    ]  # fmt: skip
    distance = found["frechet"]
    lines += [
        "", f"A Frechet distance of {distance['features']} features ({distance['rows']:,} rows a side): "
        f"{distance['seconds']:.1f} s; by torch-fidelity {distance['torch_fidelity_seconds']:.1f} s, which differs by "
        f"{distance['relative_difference']:.0e} of it.",
    ]  # fmt: skip
    if found["idle_repro_seconds"]:
        lines += ["", f"`dvc repro` with nothing to do: {found['idle_repro_seconds']:.1f} s."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write."""
    begun = time.perf_counter()
    found = rounded(json.loads(json.dumps(measured())))
    (ROOT / "docs/performance.json").write_text(json.dumps(found, indent=2) + "\n")
    (ROOT / "docs/performance.md").write_text(page(found))
    print(f"measured in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
