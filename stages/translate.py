"""Translate a run's test images: data/models/<run> -> data/translations/<run>, metrics/grids/<run>/*.png.

`python -m stages.translate both`. One uint8 array and an index for the metrics; single PNGs and grids for people.
"""

import argparse
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from statistics import fmean

import numpy as np
import pandas as pd
import torch

from stargan import tracking
from stargan.core.about import file_digest
from stargan.core.device import device_of
from stargan.core.files import md5, whole_folder
from stargan.core.names import file_names
from stargan.core.params import Params, load
from stargan.core.tensors import read_tensors
from stargan.data.domains import DomainSpace
from stargan.data.grids import grid, title_of, write_png
from stargan.data.prepared import Prepared, read_sets
from stargan.errors import Fault, main
from stargan.models.assembly import Model, load_model
from stargan.models.translation import Request, feasible, requests, shown_positions, translated
from stargan.results.translations import TRANSLATIONS, write_record

SETS = {"own": "", "cross": ".cross", "wrong_mask": ".wrong-mask"}
"""What follows the faces' dataset in the name of a set's grid: a dataset's own name holds no dot."""

WITHIN = 1.0
"""Percentage points of error by which generators are equally good, so that KID decides."""


def model_path(name: str, checkpoint: str | int) -> Path:
    """Return the generator's file: the last one, the best of those judged, or the one kept after so many iterations."""
    folder = Path("data/models") / name
    kept = {int(file.stem): file for file in sorted((folder / "kept").glob("*.safetensors"))}
    if checkpoint == "last":
        return folder / "generator.safetensors"
    if checkpoint == "best":
        judged = {file: read_tensors(file)[1].get("judged", {}) for file in kept.values()}
        return best({file: values for file, values in judged.items() if values}, name)
    if checkpoint not in kept:
        raise Fault(
            f"params.yaml: translate.checkpoint = {checkpoint} was not kept for {name}, {list(kept) or 'nothing'} was; "
            "give one of these, or set train.keep_every and train again"
        )
    return kept[int(checkpoint)]


def best(judged: Mapping[Path, Mapping[str, float]], name: str) -> Path:
    """Return the generator with the lowest mean error; of those within one point of it, the one with the lowest mean KID.

    judged: what `Health.measured` found of each. Raises Fault where there is none.
    """
    if not judged:
        raise Fault(
            f"params.yaml: translate.checkpoint = best, but no generator of {name} was judged; set train.judge_every and "
            "train again, or give last"
        )

    def mean(values: Mapping[str, float], measure: str) -> float:
        found = [value for key, value in values.items() if key.startswith(f"judged_{measure}_")]
        return fmean(found) if found else inf  # of a single translation there is no KID

    lowest = min(mean(values, "error") for values in judged.values())
    close = {path: values for path, values in judged.items() if mean(values, "error") <= lowest + WITHIN}
    return min(close, key=lambda path: mean(close[path], "kid"))


def index_rows(request: Request, positions: np.ndarray) -> pd.DataFrame:
    """Return the index of a request's translations, one row an image."""
    return pd.DataFrame(
        {
            "set": request.set,
            "faces": request.faces,
            "image": positions,
            "labels": request.labels,
            "target": request.target,
            "mask": request.mask,
        }
    )


def write_translations(
    folder: Path, model: Model, wanted: Sequence[Request], sets: Mapping[str, Prepared], batch: int, device: torch.device
) -> pd.DataFrame:
    """Write images.npy and index.csv of all test images that the model can translate; return the index."""
    found = feasible(model.translator, model.space, wanted, sets)
    if not found:
        raise Fault("params.yaml: this model has no network for any of translate.targets; add targets, or pairs")
    index = pd.concat([index_rows(request, positions) for request, positions in found.items()], ignore_index=True)
    shape = (len(index), model.image_size, model.image_size, 3)
    with (folder / "images.npy").open("wb") as file:  # no memory map: through one a full disk kills the process
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for request, positions in found.items():
            for block in translated(model.translator, model.space, request, sets[request.faces], positions, batch, device):
                file.write(block.tobytes())
    index.to_csv(folder / "index.csv", index=False, lineterminator="\n")
    return index


def write_pictures(
    images: np.ndarray, index: pd.DataFrame, prepared: Prepared, space: DomainSpace, count: int, grids: Path, singles: Path
) -> None:
    """Write the grids of one dataset's faces, one for each set, and the single PNGs; what was not made is white.

    Singles lie in a folder for each dataset whose labels are the targets: two datasets may have a class of one name.
    """
    mine, kinds = index[index["faces"] == prepared.dataset], dict(zip(space.datasets, space.kinds, strict=True))
    for set_name, suffix in SETS.items():
        chosen = mine[mine["set"] == set_name]
        targets = list(dict.fromkeys(zip(chosen["labels"], chosen["target"], strict=True)))
        if not targets:
            continue
        positions = shown_positions(np.unique(chosen["image"]), count)
        cells = np.full((len(positions), 1 + len(targets), *images.shape[1:]), 255, np.uint8)
        cells[:, 0] = prepared.images[positions]
        shown = chosen[chosen["image"].isin(positions)]
        for row, one in zip(shown.index, shown.to_dict("records"), strict=True):
            column = 1 + targets.index((one["labels"], one["target"]))
            cells[np.flatnonzero(positions == one["image"]), column] = images[row]
        titles = ["input", *(title_of(kinds[labels], target) for labels, target in targets)]
        write_png(grids / f"{prepared.dataset}{suffix}.png", grid(cells, titles))
        folder, files = singles / f"{prepared.dataset}{suffix}", file_names(target for _, target in targets)
        for position, (face, *made) in zip(positions, cells, strict=True):
            write_png(folder / f"{position:06d}.png", face)
            for (labels, target), picture in zip(targets, made, strict=True):
                write_png(folder / labels / f"{position:06d}-{files[target]}.png", picture)


def run(name: str, params: Params) -> None:
    """Make the test translations of the run `name`."""
    device = device_of(params)
    path = model_path(name, params.translate.checkpoint)
    model, chosen = load_model(path, device), params.run(name)
    sets = read_sets(chosen.faces, chosen.image_size, [])
    check(model, path, name, {dataset: sets[dataset] for dataset in chosen.datasets})
    sets = {
        dataset: prepared.select_labels(chosen.labels) if dataset in chosen.datasets else prepared
        for dataset, prepared in sets.items()
    }
    wanted = requests(model.space, chosen.faces, params.translate.targets)
    settings = {"translate": params.translate.model_dump(), "run": chosen.model_dump(exclude_none=True)}
    with (
        tracking.stage_run(f"translate@{name}", settings) as tracker,
        whole_folder(TRANSLATIONS / name) as folder,
        whole_folder(Path("metrics/grids") / name) as grids,
    ):
        tracker.tag("model.md5", md5(path))
        index = write_translations(folder, model, wanted, sets, params.translate.batch, device)
        images = np.load(folder / "images.npy", mmap_mode="r")
        for prepared in sets.values():
            write_pictures(images, index, prepared, model.space, params.translate.pictures, grids, folder / "pictures")
        for picture in sorted(grids.iterdir()):
            tracker.log_artifact(picture, "grids")
        write_record(
            folder,
            {
                "run": name,
                "model_md5": md5(path),
                "method": model.header["method"],
                "step": model.header["step"],
                "sizes": model.header["sizes"],
                "settings": model.header["settings"],
                "faces": chosen.faces,
                "labels": chosen.labels,
                "datasets": list(model.space.datasets),
                "image_size": model.image_size,
            },
            {str(path): file_digest(path), **{str(prepared.folder): prepared.digest for prepared in sets.values()}},
        )


def check(model: Model, path: Path, name: str, sets: Mapping[str, Prepared]) -> None:
    """Raise Fault where the model in a file is another run's, or was not trained on these prepared sets."""
    again, header = f"run dvc repro train@{name}", model.header
    if header["run"] != name or model.space.datasets != tuple(sets):
        raise Fault(f"{path}: is of the run {header['run']} on {', '.join(model.space.datasets)}; {again}")
    for prepared in sets.values():
        if header["made_from"].get(str(prepared.folder)) != prepared.digest:
            raise Fault(f"{path}: was trained on another {prepared.folder} than there is now; {again}")


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.translate", description=__doc__)
    parser.add_argument("run", help="a key of params.yaml's runs")
    run(parser.parse_args().run, load())


if __name__ == "__main__":
    main(command, lower="translate.batch")
