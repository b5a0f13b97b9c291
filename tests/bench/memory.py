"""The memory of the stages behind prepare, at two sizes of a dataset."""

import json
from pathlib import Path

from bench.inputs import peak_of, started
from bench.setup import ROOT, noise
from stargan.core.params import read_yaml
from support.interrupted import UNTRACKED
from support.sets import FACES, write_set

SIZE = 32
STAGES = ("classifier", "train", "translate", "evaluate")


def write_workspace(folder: Path, images: int) -> None:
    """Write a prepared dataset of noise, half of it test images, and params of a short training."""
    made = noise("celeba", SIZE, len(FACES.names), images)
    splits, people = ["train", "test"] * (images // 2), [str(row) for row in range(images)]
    write_set(folder / "data/prepared/celeba" / str(SIZE), "celeba", FACES, made.images, made.labels, splits, people)
    params = read_yaml(ROOT / "params.yaml")
    params["classifier"]["epochs"] = 1
    params["train"] |= {"g_filters": 4, "d_filters": 4}
    params["image_size"] = SIZE
    params["runs"] = {"celeba": params["runs"]["celeba"] | {"length": 20, "decay": 10}}
    params["compare"] |= {"expressions": ["celeba"], "single": "celeba", "joint": "celeba"}
    params["translate"]["targets"]["celeba"] = ["~Male", "Black_Hair"]
    (folder / "params.yaml").write_text(json.dumps(params))
    (folder / "sitecustomize.py").write_text(UNTRACKED)


def of_stages(folder: Path, images: list[int]) -> dict[str, dict[int, float]]:
    """Return for each stage its peak in MB at several numbers of images."""
    found: dict[str, dict[int, float]] = {stage: {} for stage in STAGES}
    for count in images:
        work = folder / str(count)
        work.mkdir()
        write_workspace(work, count)
        for stage in STAGES:
            if stage == "train":
                assert started(work, "plan").wait() == 0
            found[stage][count] = peak_of(started(work, stage, "celeba"))
    return found
