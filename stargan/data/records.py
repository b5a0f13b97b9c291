"""Where prepared sets lie, and what their records say: read without torch or an image."""

from pathlib import Path

from stargan.core.about import read_about
from stargan.errors import Fault

FORM = "prepared"
PREPARED = Path("data/prepared")


def prepared_folder(dataset: str, size: int) -> Path:
    """Return where a dataset lies, prepared at a size."""
    return PREPARED / dataset / str(size)


def digest_of_set(dataset: str, size: int) -> str:
    """Return the digest of a prepared dataset by its record alone. Raises Fault where it is missing or another's."""
    folder = prepared_folder(dataset, size)
    try:
        about = read_about(folder / "manifest.json", FORM)
        held = about.values["dataset"], about.values["size"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: not a prepared dataset ({error}); run dvc repro prepare@{dataset}") from error
    if held != (dataset, size):
        raise Fault(f"{folder}: holds {held[0]} at {held[1]} px; run dvc repro prepare@{dataset}")
    return about.digest
