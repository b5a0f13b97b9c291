"""Write docs/gpu.md from docs/gpu.json: `PYTHONPATH=.:tests python -m gpu.page`.

docs/gpu.json is a list of what `python -m gpu.measure` wrote, a run each.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.setup import N_CRITIC, ROOT
from gpu.variants import COMPILED, SMALL, VARIANTS

Run = Mapping[str, Any]
RELEASED = "released tf32"


def page(runs: Sequence[Run]) -> str:
    """Return the page. Each run is compared with the released loop of its own; peaks are the first run's."""
    first, last = runs[0], runs[-1]
    peak, copy = first["peaks"], first["peaks"]["copy_tbs"]
    machine = first["machine"]
    lines = [
        "# On a GPU",
        "",
        "Written by `PYTHONPATH=.:tests python -m gpu.page` from [gpu.json](gpu.json). To measure on yours:",
        "",
        "    python -m pytest -m gpu tests/gpu",
        "    PYTHONPATH=.:tests python -m gpu.measure OUT.json [what ...]",
        "",
        f"{machine['card']}, torch {machine['torch']}, cuDNN {machine['cudnn']}. Its own rates in the first run:",
        f"{peak['float32_tflops']:.0f} TFLOP/s in a product of float32 matrices, {peak['tf32_tflops']:.0f} in TF32,",
        f"{peak['bf16_tflops']:.0f} in bfloat16; {copy:.1f} TB/s copied.",
        "requirements.lock pins another torch, which has not run on a GPU.",
        "",
        f"A cycle is {N_CRITIC} updates of D and one of G, at the paper's sizes (64 filters, six blocks, 128 px, batch 16)",
        f"unless said otherwise. Small networks have {', '.join(f'`{name}` {size}' for name, size in SMALL.items())}.",
        "The released loop (`tests/bench/reference.py`) rounds to TF32, is not deterministic, and",
        "lets cuDNN choose. All others are deterministic and replay a cycle as one CUDA graph, unless said otherwise.",
        "Median, lowest and highest of five runs of eight cycles.",
        "",
        "Compiled, formula, channels last: a trial of what `train.compile` does. D's two small derivatives were by",
        "formula instead of autograd's, and images lay channels last too. As a param it has not run on a GPU.",
    ]
    for number, run in enumerate(runs, 1):
        lines += ["", f"## Run {number}", "", *cycles(run, peak)]
    lines += ["", *rest(last), "", *compiler(last)]
    return "\n".join(lines) + "\n"


def cycles(run: Run, peak: Mapping[str, float]) -> list[str]:
    """Return the table of a run's cycles."""
    lines = [
        "| | ms a cycle | lowest, highest | times the released loop | TFLOP/s | of the card's own | memory, GB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, row in run.items():
        if "ms" not in row or not (name in VARIANTS or name.startswith("released")):
            continue
        like = RELEASED + (", batch 4" if "batch 4" in name else "")
        variant = VARIANTS.get(name)
        fair = variant is None or (variant.size == 128 and variant.datasets == 1)
        ratio = f"{run[like]['ms'] / row['ms']:.2f}" if fair else ""
        share = f"{100 * row['tflops'] / peak[f'{variant.precision}_tflops']:.0f} %" if variant else ""
        rate = f"{row['tflops']:.0f}" if variant else ""
        lines.append(
            f"| {name} | {row['ms']:.1f} | {row['low']:.1f}, {row['high']:.1f} | {ratio} | {rate} | {share} | "
            f"{row['peak_gb']:.1f} |"
        )
    return lines


def rest(run: Run) -> list[str]:
    """Return the table of what is no cycle of one process."""
    lines = ["## Beside the cycle", "", "| | ms | lowest, highest | |", "|---|---:|---:|---|"]
    for name, row in run.items():
        if name.startswith(("one of several", "classifier", "translation")):
            note = f"{row['images_per_second']:.0f} images/s" if "images_per_second" in row else ""
            note = f"asking whether to stop: {row['flag_ms']:.2f} ms" if "flag_ms" in row else note
            lines.append(f"| {name} | {row['ms']:.1f} | {row['low']:.1f}, {row['high']:.1f} | {note} |")
    return lines


def compiler(run: Run) -> list[str]:
    """Return what a long training would take, computed, and what compiling gives."""
    graph, best = run["bf16"]["ms"], run[COMPILED]["ms"]
    minutes = [200_000 / N_CRITIC * ms / 60_000 for ms in (graph, best)]
    return [
        "## What follows",
        "",
        f"- 200,000 iterations on one dataset (computed from the cycle): {minutes[0]:.0f} minutes in bfloat16, "
        f"{minutes[1]:.0f} compiled.",
        f"- Compiling, with norms by formula and channels last, is {graph / best:.2f} times as fast as the graph alone.",
        "- To let cuDNN choose its algorithms, or to give up determinism, gains nothing that exceeds the spread.",
        "- Channels last alone gains nothing: instance norm copies its input back.",
    ]


if __name__ == "__main__":
    (ROOT / "docs/gpu.md").write_text(page(json.loads((ROOT / "docs/gpu.json").read_text())))
