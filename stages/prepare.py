"""Prepare a dataset at its image sizes: raw pictures and labels to data/prepared/<dataset>/<size>/.

    python -m stages.prepare celeba

The only stage that knows a dataset's raw form.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from stargan import tracking
from stargan.core.files import whole_folder, write_bytes
from stargan.core.params import AnyDataset, AttributeTable, RafdNames, load
from stargan.data.crops import crop_as_dict
from stargan.data.prepared import write_manifest
from stargan.data.records import PREPARED
from stargan.errors import Fault, main, nearest
from stargan.raw import celeba, folder, rafd
from stargan.raw.facts import Facts, facts_of
from stargan.raw.facts_page import page
from stargan.raw.forms import TABLES
from stargan.raw.packing import Packed, pack
from stargan.raw.rawset import RawSet, check_splits
from stargan.raw.source import Source, open_source
from stargan.raw.table import read_partition, read_table

MULTIPLE = 4  # the generator halves an image twice
SHOWN = 5  # bad pictures named in a fault
REPORT = "report.html"
Made = tuple[RawSet, Packed]
"""A set at one size without its bad pictures, and how these were packed."""


def run(dataset: str, sizes: Sequence[int], section: AnyDataset, out: Path) -> Facts:
    """Write the prepared form of `dataset` at each size, in pixels, to a folder of `out`; return the facts of it.

    They stand on a page there too. Raises Fault on raw data that is wrong anywhere; nothing is written then.
    """
    for size in sizes:
        if size < MULTIPLE or size % MULTIPLE:
            raise Fault(
                f"params.yaml: image size {size} of {dataset} is not a multiple of {MULTIPLE}, which the generator "
                f"needs; use {max(MULTIPLE, round(size / MULTIPLE) * MULTIPLE)}"
            )
    key = f"datasets.{dataset}"
    with open_source(pictures_of(section), links="" if section.links else f"links: true of {key} in params.yaml") as source:
        raw = read_raw(source, section, key)
        _check(raw, section, source, dataset)
        with whole_folder(out) as temporary:
            made = {size: write(dataset, size, section, source, raw, temporary / str(size)) for size in sizes}
            facts = write_page(dataset, made, section, temporary)
    return facts


def write(dataset: str, size: int, section: AnyDataset, source: Source, raw: RawSet, out: Path) -> Made:
    """Write the prepared form at one size; return what it is without its bad pictures.

    Raises Fault on pictures that are bad, unless they are to be left out.
    """
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
        eyes=section.eyes,
    )
    return kept, packed


def write_page(dataset: str, made: Mapping[int, Made], section: AnyDataset, out: Path) -> Facts:
    """Write report.html beside the prepared sizes; return the facts that it shows, of the largest size."""
    size = max(made)
    kept, packed = made[size]
    images = np.load(out / str(size) / "images.npy", mmap_mode="r")
    facts = facts_of(kept, packed, size, f"datasets.{dataset}")
    train = np.flatnonzero((kept.rows["split"] == "train").to_numpy())
    html = page(dataset, facts, choices(section, list(made)), images, kept.labels, train)
    write_bytes(out / REPORT, html.encode())
    return facts


def choices(section: AnyDataset, sizes: Sequence[int]) -> list[tuple[str, str]]:
    """Return how a dataset is read: what is chosen, and how."""
    crop = "the largest centred square"
    if section.form != "folders" and section.crop is not None:
        crop = f"the centred square of {section.crop} px" if section.form == "attributes" else f"shares {section.crop}"
    tested = f"{section.test_images} pictures" if section.form == "attributes" else f"{section.test_share:g} of them"
    given = section.split in ("folders", "partition", "official-code")
    return [
        ("form", section.form),
        ("path", section.path),
        ("crop", crop),
        ("size", f"{', '.join(map(str, sizes))} px"),
        ("split", section.split if given else f"{section.split}, {tested} for testing, seed {section.seed}"),
        ("bad pictures", "stop" if section.bad_images == "stop" else "are left out"),
    ]


def pictures_of(section: AnyDataset) -> Path:
    """Return the zip or folder that holds a dataset's pictures."""
    return Path(section.path, section.images) if isinstance(section, AttributeTable) else Path(section.path)


def read_raw(source: Source, section: AnyDataset, key: str) -> RawSet:
    """Return what the section's reader finds in the source. key: the section's, which faults name."""
    if isinstance(section, AttributeTable):
        partition = section.partition if section.split == "partition" else ""
        return celeba.read_raw(
            source,
            read_table(*table_of(source, section, section.attributes)),
            tables=(section.attributes, section.partition),
            partition=read_partition(*table_of(source, section, partition)) if partition else None,
            labels=section.labels,
            exclusive=section.exclusive,
            crop=section.crop,
            split=section.split,
            test_images=section.test_images,
            seed=section.seed,
            key=key,
        )
    read: Callable[..., RawSet] = folder.read_raw
    if isinstance(section, RafdNames):
        read = partial(rafd.read_raw, angles=section.angles, crop=section.crop)
    return read(
        source,
        title=section.title,
        labels=section.labels,
        split=section.split,
        test_share=section.test_share,
        seed=section.seed,
        key=key,
    )


def table_of(source: Source, section: AttributeTable, name: str) -> tuple[Path, bytes | None]:
    """Return a table's path, and its content where it lies in the zip that `path` is. Raises Fault where it is not there."""
    path = Path(section.path, name)
    if not Path(section.path).is_file():
        return path, None
    if name not in source.names:
        tables = [one for one in source.names if one.lower().endswith(TABLES)]
        raise Fault(f"{path}: is not in the zip{nearest(name, tables)}; correct it in params.yaml")
    return path, source.read(name)


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
    check_splits(raw, source.path, f"datasets.{dataset}")


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.prepare", description="prepare a dataset")
    parser.add_argument("dataset", help="a key of params.yaml's datasets")
    name, params = parser.parse_args().dataset, load()
    section, sizes, out = params.dataset(name), params.sizes(name), PREPARED / name
    with tracking.stage_run(f"prepare@{name}", section.model_dump() | {"sizes": sizes}) as tracker:
        for note in run(name, sizes, section, out).notes:
            print(f"datasets.{name}: {note}", file=sys.stderr)
        for size in sizes:
            tracker.log_artifact(out / str(size) / "manifest.json", str(size))
        tracker.log_artifact(out / REPORT)


if __name__ == "__main__":
    main(command)
