"""Where prepared sets lie, and what their records say: read without torch or an image."""

from pathlib import Path

from stargan.core.about import About, read_about
from stargan.core.names import checked_labels
from stargan.errors import Fault

FORM = "prepared"
PREPARED = Path("data/prepared")


def prepared_folder(dataset: str, size: int) -> Path:
    """Return where a dataset lies, prepared at a size."""
    return PREPARED / dataset / str(size)


def digest_of_set(dataset: str, size: int) -> str:
    """Return the digest of a prepared dataset by its record alone. Raises Fault where it is missing or another's."""
    return record_of_set(dataset, size).digest


def classes_of_set(dataset: str, size: int) -> tuple[str, ...]:
    """Return the classes of a prepared dataset by its record alone; () of attributes. Raises Fault as `digest_of_set`."""
    labels = record_of_set(dataset, size).values["labels"]
    return tuple(labels["names"]) if labels["kind"] == "classes" else ()


def record_of_set(dataset: str, size: int) -> About:
    """Return what a prepared dataset says of itself. Raises Fault where it is missing or another's."""
    folder = prepared_folder(dataset, size)
    try:
        about = read_about(folder / "manifest.json", FORM)
        held = about.values["dataset"], about.values["size"]
        checked_labels(about.values["labels"]["names"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: not a prepared dataset ({error}); run dvc repro prepare@{dataset}") from error
    if held != (dataset, size):
        raise Fault(f"{folder}: holds {held[0]} at {held[1]} px; run dvc repro prepare@{dataset}")
    return about
