"""params.yaml of tests: the default with some values changed, and what makes trainings short."""

import json
from pathlib import Path
from typing import Any

from stargan.core.params import read_yaml
from support.processes import ROOT

NETWORKS = {
    "train__g_filters": 4,
    "train__g_blocks": 1,
    "train__d_filters": 4,
    "train__d_layers": 2,
    "train__reconstruct_first": 1,
}
ICGAN = {f"icgan__{key}": value for key, value in (("filters", 4), ("encoder_filters", 4), ("z_units", 8), ("y_units", 8))}
PAIRS = [["neutral", "happy"], ["neutral", "angry"]]
BASELINES = {
    f"{method}-rafd": {
        "method": method,
        "like": "rafd",
        "datasets": ["rafd"],
        "faces": ["rafd"],
        "labels": [],
        "pairs": PAIRS[:pairs],
    }
    for method, pairs in (("diat", 2), ("cyclegan", 1), ("icgan", 0))  # a pair of CycleGAN has networks for both ways
}


def write_params(path: Path, **patch: object) -> None:
    """Write params.yaml with dotted keys (a__b) changed; JSON is YAML."""
    values = read_yaml(ROOT / "params.yaml")
    for key, value in patch.items():
        *parents, last = key.split("__")
        section = values
        for parent in parents:
            section = section[parent]
        section[last] = value
    path.write_text(json.dumps(values))


def runs(length: int) -> dict[str, dict[str, Any]]:
    """Return StarGAN's three runs, of so many iterations."""
    short = {"method": "stargan", "labels": [], "unit": "iterations", "length": length, "decay": length // 2}
    faces = {"celeba": ["celeba"], "rafd": ["rafd", "celeba"], "both": ["celeba", "rafd"]}
    datasets = faces | {"rafd": ["rafd"]}
    return {name: {"datasets": datasets[name], "faces": faces[name], **short} for name in faces}
