"""The memory of the stages behind prepare, at two sizes of a dataset."""

import json
from pathlib import Path

import numpy as np

from bench.inputs import UNTRACKED, peak_of, started
from bench.setup import ROOT, noise
from stargan.data.prepared import write_manifest
from stargan.domains import Attributes
from stargan.files import sha256
from stargan.params import read_yaml

SIZE = 32
HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair")
STAGES = {"classifier": ("celeba", str(SIZE)), "train": ("celeba",), "translate": ("celeba",), "evaluate": ("celeba",)}


def write_set(folder: Path, images: int) -> None:
    """Write a prepared dataset of noise, half of it test images, and params of a short training."""
    made, out = noise("celeba", SIZE, 5, images), folder / "data/prepared" / f"celeba-{SIZE}"
    out.mkdir(parents=True)
    np.save(out / "images.npy", made.images)
    np.save(out / "labels.npy", made.labels)
    rows = made.rows.assign(split=["train", "test"] * (images // 2), person=[str(row) for row in range(images)])
    kind = Attributes((*HAIR, "Male", "Young"), (HAIR,))
    write_manifest(
        out, dataset="celeba", kind=kind, rows=rows, origin=made.origin,
        crop={}, quarantined=[], images_sha256=sha256(made.images),
    )  # fmt: skip
    params = read_yaml(ROOT / "params.yaml")
    params["classifier"]["epochs"] = 1
    params["train"] |= {"g_filters": 4, "d_filters": 4}
    params["runs"]["celeba"] |= {"length": 20, "decay": 10}
    params["translate"]["targets"]["celeba"] = ["~Male", "Black_Hair"]
    (folder / "params.yaml").write_text(json.dumps(params))
    (folder / "sitecustomize.py").write_text(UNTRACKED)


def of_stages(folder: Path, images: list[int]) -> dict[str, dict[int, float]]:
    """Return for each stage its peak in MB at several numbers of images."""
    found: dict[str, dict[int, float]] = {stage: {} for stage in STAGES}
    for count in images:
        work = folder / str(count)
        work.mkdir()
        write_set(work, count)
        for stage, arguments in STAGES.items():
            found[stage][count] = peak_of(started(work, stage, *arguments))
    return found
