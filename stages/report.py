"""Print docs/results.md's table of results from metrics/: `python -m stages.report`.

Not a DVC stage: it changes nothing. A test holds the page, and the README's rows of it, to what it prints.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from stargan.core.params import Params, load
from stargan.errors import Fault, main

Metrics = Mapping[str, float]

ROWS = (  # label, key of metrics/evaluate/<run>.json, digits
    ("neutral to the seven other expressions, error %", "expression_error_percent", 1),
    ("black hair, error %", "attribute_error_percent_Black_Hair", 1),
    ("blond hair, error %", "attribute_error_percent_Blond_Hair", 1),
    ("brown hair, error %", "attribute_error_percent_Brown_Hair", 1),
    ("pale skin, error %", "attribute_error_percent_Pale_Skin", 1),
    ("gender, error %", "attribute_error_percent_flip_Male", 1),
    ("age, error %", "attribute_error_percent_flip_Young", 1),
    ("attributes not asked for, error %", "preserved_attribute_error_percent", 1),
    ("real test images, error % (the classifier's own)", "classifier_error_percent", 1),
    ("of celeba", "classifier_error_percent_celeba", 1),
    ("of rafd", "classifier_error_percent_rafd", 1),
    ("FID on classifier features", "fid_classifier", 1),
    ("the same, biased: fewer images than features", "fid_classifier_biased", 1),
    ("KID on classifier features", "kid_classifier", 2),
    ("L1 to the truth on the pixels that change: all targets", "ground_truth_changed_l1", 3),
    ("doing nothing", "identity_changed_l1", 3),
    ("L1 on the pixels that change: black hair", "ground_truth_changed_l1_Black_Hair", 3),
    ("doing nothing", "identity_changed_l1_Black_Hair", 3),
    ("L1 on the pixels that change: blond hair", "ground_truth_changed_l1_Blond_Hair", 3),
    ("doing nothing", "identity_changed_l1_Blond_Hair", 3),
    ("L1 on the pixels that change: brown hair", "ground_truth_changed_l1_Brown_Hair", 3),
    ("doing nothing", "identity_changed_l1_Brown_Hair", 3),
    ("L1 on the pixels that change: gender", "ground_truth_changed_l1_flip_Male", 3),
    ("doing nothing", "identity_changed_l1_flip_Male", 3),
    ("L1 on the pixels that change: age", "ground_truth_changed_l1_flip_Young", 3),
    ("doing nothing", "identity_changed_l1_flip_Young", 3),
    ("L1 on the pixels that stay", "ground_truth_kept_l1", 3),
    ("reconstruction, PSNR in dB", "reconstruction_psnr", 1),
    ("reconstruction, SSIM", "reconstruction_ssim", 3),
    ("other set's expressions on these faces, error %", "cross_expression_error_percent", 1),
    ("their L1 on the pixels that change", "cross_ground_truth_changed_l1", 3),
    ("doing nothing", "cross_identity_changed_l1", 3),
    ("the same with the wrong mask, error %", "wrong_mask_expression_error_percent", 1),
)


def cell(metrics: Metrics, key: str, digits: int) -> str:
    """Return a value with its 95 % interval and n where the metrics have them, '-' where it does not apply."""
    if key not in metrics:
        return "-"
    value = metrics[key]
    interval = ""
    if f"{key}_low" in metrics:
        low, high, n = (metrics[f"{key}_{part}"] for part in ("low", "high", "n"))
        interval = f" [{low:.{digits}f}, {high:.{digits}f}], n {n:.0f}"
    return f"{value:.{digits}f}{interval}"


def read(path: Path) -> Metrics:
    """Return a metrics file. Raises Fault where it is missing."""
    if not path.exists():
        raise Fault(f"{path}: missing; run dvc repro")
    values: Metrics = json.loads(path.read_text())
    return values


def table(metrics: Mapping[str, Metrics]) -> str:
    """Return the Markdown table of runs (columns) and metrics (rows)."""
    lines = [f"| | {' | '.join(metrics)} |", f"|---|{'---|' * len(metrics)}"]
    for label, key, digits in ROWS:
        cells = [cell(values, key, digits) for values in metrics.values()]
        if set(cells) != {"-"}:
            lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(params: Params) -> str:
    """Return the table of the runs that others are measured with: those with a length of their own."""
    names = [name for name, run in params.runs.items() if run.like is None]
    return table({name: read(Path("metrics/evaluate", f"{name}.json")) for name in names})


def command() -> None:
    """Read the command line and do it."""
    argparse.ArgumentParser(prog="python -m stages.report", description=__doc__).parse_args()
    print(shown(load()))


if __name__ == "__main__":
    main(command)
