"""The tables of docs/performance.md."""

from typing import Any

from bench import inputs


def page(found: dict[str, dict[str, Any]]) -> str:
    """Return the page: the tables of each processor."""
    head = ["# Performance", "", "Written by `make bench`, the tables of one processor at a time; all keys:"]
    head += ["[performance.json](performance.json).", ""]
    return "\n".join(head) + "\n" + "\n".join(map(tables, found.values()))


def tables(found: dict[str, Any]) -> str:
    """Return the tables of one processor."""
    machine = found["machine"]
    if not any(row["precision"] == "bf16" for row in found["steps"]):
        machine["vectors"] += ", none for bfloat16: not measured"
    lines = [
        f"## {machine['processor']} ({machine['vectors']})",
        "",
        f"{machine['threads']} threads, torch {machine['torch']}, Python {machine['python']}.",
        "",
        "### A training cycle",
        "",
        "Five updates of D and one of G at the paper's sizes (64 filters, six blocks, 128 px), against a loop that does",
        "what the released code does (`tests/bench/reference.py`); taken in turn in one process, medians, the reference's",
        "images given. Rates are in GFLOP/s; D's counts its fakes, G's what its update adds.",
        "",
        "| batch | precision | cycles | reference, s | here, s | times faster | lowest, highest | reference's rate | here | "
        "of D | of G | waiting for images, % |",
        "|" + "---:|" * 12,
    ]
    for row in found["steps"]:
        lines.append(
            f"| {row['batch']} | {row['precision']} | {row['cycles']} | {row['reference_seconds']:.2f} | "
            f"{row['ours_seconds']:.2f} | {row['ratio']:.2f} | {row['ratio_lowest']:.2f}, {row['ratio_highest']:.2f} | "
            f"{row['reference_gflops']:.0f} | {row['gflops']:.0f} | {row['d_gflops']:.0f} | {row['g_gflops']:.0f} | "
            f"{row['waiting_percent']:.2f} |"
        )
    lines += [
        "",
        *(bound(row, found["operators"][str(row["batch"])]) for row in found["steps"] if row["precision"] == "float32"),
    ]
    lines += [
        "",
        "D's last layers as products of matrices, and by torch's convolution (12 and 48 images: batches 4 and 16):",
        "",
        "| channels | images | | here, ms | torch's, ms |",
        "|---|---:|---|---:|---:|",
        *(
            f"| {row['layer']} | {row['images']} | {row['map']} | {row['ms']:.0f} | {row['torch_ms']:.0f} |"
            for row in found["deep_layers"]
        ),
        *(line for batch, rows in found["operators"].items() for line in by_operator(batch, rows)),
        "",
        "### What the cost grows with",
        "",
        "Seconds an iteration (16 filters, 32 px, batch 8, 5 attributes, one dataset, but for the one that grows) and the "
        "exponent",
        "of the power law through them.",
        "",
        "| | at | seconds | exponent |",
        "|---|---|---|---:|",
    ]
    for name, row in found["scaling"].items():
        values = ", ".join(f"{value:.3f}" for value in row["seconds"])
        lines.append(f"| {name} | {', '.join(map(str, row['at']))} | {values} | {row['exponent']:.2f} |")
    prepare, rates = found["prepare"], found["translation_images_per_second"]
    lines += [
        "",
        "### Images",
        "",
        "| | images/s |",
        "|---|---:|",
        f"| prepare from raw JPEGs to 128 px, one core | {prepare['images_per_second_one_core']:.0f} |",
        f"| the same on {prepare['cores']} cores ({prepare['ratio']:.2f} times; n = {prepare['images']:,}, Python's start "
        f"not counted) | {prepare['images_per_second']:.0f} |",
        f"| batches of 16 from the prepared array, flipped and normalised | {found['stream_images_per_second']:.0f} |",
        *(f"| translated by G at 128 px, batch {batch} | {rate:.1f} |" for batch, rate in rates.items()),
        f"| looked at by the classifier at 128 px | {found['classifier_images_per_second']:.0f} |",
        "",
        "Memory of prepare, all its processes, mapped files apart, which the system may drop: "
        + ", ".join(f"{peak:.0f} MB at {int(count):,}" for count, peak in prepare["peak_mb"].items())
        + f" images: {prepare['kb_per_image']:.1f} kB an image more, so {prepare['peak_mb_computed_for_celeba']:.0f} MB "
        f"(computed) for CelebA's {inputs.CELEBA:,}.",
    ]
    lines += [
        "",
        "The other stages, torch included, on images of 32 px, half of them for test (networks of 4 filters; the",
        "classifier's ResNet-18), in MB:",
        "",
        "| stage | images: peak | kB an image more |",
        "|---|---|---:|",
    ]
    for stage, of_stage in found["memory_mb"].items():
        (few, low), (many, high) = ((int(count), most) for count, most in of_stage.items())
        lines.append(f"| {stage} | {few:,}: {low:.0f}, {many:,}: {high:.0f} | {1024 * (high - low) / (many - few):.1f} |")
    distance = found["frechet"]
    lines += [
        "",
        f"A Frechet distance of {distance['features']} features ({distance['rows']:,} rows a side): "
        f"{distance['seconds']:.1f} s; by torch-fidelity {distance['torch_fidelity_seconds']:.1f} s, which differs by "
        f"{distance['relative_difference']:.0e} of it.",
    ]
    if found["idle_repro_seconds"]:
        idle = found["idle_repro_seconds"]
        median, spread = idle[len(idle) // 2], f"{idle[0]:.1f} to {idle[-1]:.1f}, n = {len(idle)}"
        lines += ["", f"`dvc repro` with nothing to do: {median:.1f} s ({spread})."]
    return "\n".join(lines) + "\n"


def bound(step: dict[str, Any], operators: list[dict[str, Any]]) -> str:
    """Return what bounds the gain: the operations that are left, at the rate that each has alone."""
    counted = [row for row in operators if "gflop" in row]
    least = sum(row["gflop"] / row["alone_gflops"] for row in counted)
    return (
        f"Batch {step['batch']}: the reference takes {step['reference_gflop']:.0f} GFLOP a cycle, here "
        f"{step['gflop']:.0f} are left. Were these all, each at its own shape's rate (below), a cycle would last "
        f"{least:.2f} s, {step['reference_seconds'] / least:.2f} times faster than the reference.  "
    )


def by_operator(batch: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return the table of where a cycle's time goes."""
    lines = [
        "",
        f"Where a cycle in float32 goes at batch {batch}, by torch's operators; their GFLOP/s within the cycle, and alone",
        "on noise of the same shapes, in the same run:",
        "",
        "| operator | calls | s | % | GFLOP/s | alone |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        rates = f"{row['gflops']:.0f} | {row['alone_gflops']:.0f}" if "gflop" in row else "|"
        lines.append(
            f"| {row['operator']} | {row.get('calls', '')} | {row['seconds']:.2f} | {row['percent']:.1f} | {rates} |"
        )
    return lines
