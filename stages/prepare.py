"""Prepare a dataset at one size: raw pictures and labels to data/prepared/<dataset>-<size>/.

    python -m stages.prepare celeba 32

The only stage that knows a dataset's raw form.
"""

import argparse
from pathlib import Path

import numpy as np

from stargan import tracking
from stargan.core.files import whole_folder
from stargan.core.params import Celeba, Data, Rafd, load
from stargan.data.crops import crop_as_dict
from stargan.data.prepared import write_manifest
from stargan.errors import Fault, main
from stargan.raw import celeba, folder, rafd
from stargan.raw.packing import pack
from stargan.raw.rawset import RawSet, check_splits
from stargan.raw.source import Source, open_source

MULTIPLE = 4  # the generator halves an image twice
SHOWN = 5  # bad pictures named in a fault


def run(dataset: str, size: int, section: Celeba | Rafd, out: Path) -> None:
    """Write the prepared form of `dataset` at `size` pixels to the folder `out`.

    Raises Fault on raw data that is wrong anywhere; nothing is written then.
    """
    if size < MULTIPLE or size % MULTIPLE:
        raise Fault(f"data.sizes: {size} px is not a multiple of {MULTIPLE}, which the generator needs; use "
                    f"{max(MULTIPLE, round(size / MULTIPLE) * MULTIPLE)}")  # fmt: skip
    with open_source(Path(section.images)) as source:
        raw = read_raw(source, section)
        _check(raw, section, source, dataset)
        try:
            with whole_folder(out) as temporary:
                names = raw.rows["source"].tolist()
                packed = pack(temporary / "images.npy", source, names, raw.crop, size, f"prepare {out.name}")
                kept = raw.without(packed.bad)
                _check(kept, section, source, dataset)
                np.save(temporary / "labels.npy", kept.labels)
                write_manifest(
                    temporary, dataset=dataset, kind=raw.kind, rows=kept.rows, origin=source.origin,
                    crop=crop_as_dict(raw.crop), quarantined=sorted(kept.bad), images_sha256=packed.sha256,
                )  # fmt: skip
        except OSError as error:
            raise Fault(f"{out}: cannot be written ({error.strerror or error}); free space or permit writing") from error


def read_raw(source: Source, section: Celeba | Rafd) -> RawSet:
    """Return what the section's reader finds in the source."""
    if isinstance(section, Celeba):
        return celeba.read_raw(
            source, attributes=Path(section.attributes), partition=Path(section.partition),
            labels=section.labels, exclusive=section.exclusive, crop=section.crop, split=section.split,
            test_images=section.test_images, seed=section.seed,
        )  # fmt: skip
    if section.layout == "folders":
        return folder.read_raw(
            source, title=section.title, split=section.split, test_share=section.test_share, seed=section.seed
        )
    return rafd.read_raw(
        source, title=section.title, angles=section.angles, crop=section.crop, split=section.split,
        test_share=section.test_share, seed=section.seed,
    )  # fmt: skip


def _check(raw: RawSet, section: Celeba | Rafd, source: Source, dataset: str) -> None:
    """Raise Fault on splits that can't be used, and on bad pictures unless they are to be left out.

    The fault names the first bad pictures and counts all.
    """
    if raw.bad and section.bad_images == "stop":
        first = "; ".join(f"{name} {raw.bad[name]}" for name in sorted(raw.bad)[:SHOWN])
        more = f"; and {len(raw.bad) - SHOWN} more" if len(raw.bad) > SHOWN else ""
        raise Fault(f"{source.path}: {len(raw.bad)} bad picture(s): {first}{more}; mend or remove them, or leave "
                    f"them out by -S data.{dataset}.bad_images=quarantine")  # fmt: skip
    check_splits(raw, source.path)


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.prepare", description="prepare a dataset")
    parser.add_argument("dataset", choices=[name for name in Data.model_fields if name != "sizes"])
    parser.add_argument("size", type=int, help="side of the prepared images in pixels")
    given = parser.parse_args()
    section, name = getattr(load().data, given.dataset), f"{given.dataset}-{given.size}"
    out = Path("data/prepared") / name
    with tracking.stage_run(f"prepare@{name}", section.model_dump()) as tracker:
        run(given.dataset, given.size, section, out)
        tracker.log_artifact(out / "manifest.json")


if __name__ == "__main__":
    main(_command)
