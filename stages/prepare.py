"""Prepare a dataset at its image sizes: raw pictures and labels to data/prepared/<dataset>/<size>/.

    python -m stages.prepare celeba

The only stage that knows a dataset's raw form.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stargan import tracking
from stargan.core.files import whole_folder
from stargan.core.params import AnyDataset, AttributeTable, RafdNames, load
from stargan.data.crops import crop_as_dict
from stargan.data.prepared import write_manifest
from stargan.data.records import PREPARED
from stargan.errors import Fault, main
from stargan.raw import celeba, folder, rafd
from stargan.raw.packing import pack
from stargan.raw.rawset import RawSet, check_splits
from stargan.raw.source import Source, open_source

MULTIPLE = 4  # the generator halves an image twice
SHOWN = 5  # bad pictures named in a fault


def run(dataset: str, sizes: Sequence[int], section: AnyDataset, out: Path) -> None:
    """Write the prepared form of `dataset` at each size, in pixels, to a folder of `out`.

    Raises Fault on raw data that is wrong anywhere; nothing is written then.
    """
    for size in sizes:
        if size < MULTIPLE or size % MULTIPLE:
            raise Fault(
                f"params.yaml: image size {size} of {dataset} is not a multiple of {MULTIPLE}, which the generator "
                f"needs; use {max(MULTIPLE, round(size / MULTIPLE) * MULTIPLE)}"
            )
    with open_source(pictures_of(section)) as source:
        raw = read_raw(source, section, f"datasets.{dataset}")
        _check(raw, section, source, dataset)
        try:
            with whole_folder(out) as temporary:
                for size in sizes:
                    write(dataset, size, section, source, raw, temporary / str(size))
        except OSError as error:
            raise Fault(f"{out}: cannot be written ({error.strerror or error}); free space or permit writing") from error


def write(dataset: str, size: int, section: AnyDataset, source: Source, raw: RawSet, out: Path) -> None:
    """Write the prepared form at one size. Raises Fault on pictures that are bad, unless they are to be left out."""
    out.mkdir()
    packed = pack(out / "images.npy", source, raw.rows["source"].tolist(), raw.crop, size, f"prepare {dataset} {size}")
    kept = raw.without(packed.bad)
    _check(kept, section, source, dataset)
    np.save(out / "labels.npy", kept.labels)
    write_manifest(
        out,
        dataset=dataset,
        kind=raw.kind,
        rows=kept.rows,
        origin=source.origin,
        crop=crop_as_dict(raw.crop),
        quarantined=sorted(kept.bad),
        images_sha256=packed.sha256,
    )


def pictures_of(section: AnyDataset) -> Path:
    """Return the zip or folder that holds a dataset's pictures."""
    return Path(section.path, section.images) if isinstance(section, AttributeTable) else Path(section.path)


def read_raw(source: Source, section: AnyDataset, key: str) -> RawSet:
    """Return what the section's reader finds in the source. key: the section's, which faults name."""
    if isinstance(section, AttributeTable):
        return celeba.read_raw(
            source,
            attributes=Path(section.path, section.attributes),
            partition=Path(section.path, section.partition),
            labels=section.labels,
            exclusive=section.exclusive,
            crop=section.crop,
            split=section.split,
            test_images=section.test_images,
            seed=section.seed,
            key=key,
        )
    if isinstance(section, RafdNames):
        return rafd.read_raw(
            source,
            title=section.title,
            angles=section.angles,
            crop=section.crop,
            split=section.split,
            test_share=section.test_share,
            seed=section.seed,
            key=key,
        )
    return folder.read_raw(
        source, title=section.title, split=section.split, test_share=section.test_share, seed=section.seed, key=key
    )


def _check(raw: RawSet, section: AnyDataset, source: Source, dataset: str) -> None:
    """Raise Fault on splits that can't be used, and on bad pictures unless they are to be left out.

    The fault names the first bad pictures and counts all.
    """
    if raw.bad and section.bad_images == "stop":
        first = "; ".join(f"{name} {raw.bad[name]}" for name in sorted(raw.bad)[:SHOWN])
        more = f"; and {len(raw.bad) - SHOWN} more" if len(raw.bad) > SHOWN else ""
        raise Fault(
            f"{source.path}: {len(raw.bad)} bad picture(s): {first}{more}; mend or remove them, or leave "
            f"them out by -S datasets.{dataset}.bad_images=quarantine"
        )
    check_splits(raw, source.path)


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.prepare", description="prepare a dataset")
    parser.add_argument("dataset", help="a key of params.yaml's datasets")
    name, params = parser.parse_args().dataset, load()
    section, sizes, out = params.dataset(name), params.sizes(name), PREPARED / name
    with tracking.stage_run(f"prepare@{name}", section.model_dump() | {"sizes": sizes}) as tracker:
        run(name, sizes, section, out)
        for size in sizes:
            tracker.log_artifact(out / str(size) / "manifest.json", str(size))


if __name__ == "__main__":
    main(command)
