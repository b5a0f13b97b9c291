"""Where judges lie, and what their records say: read without torch."""

from pathlib import Path

from stargan.core.about import read_about
from stargan.data.records import digest_of_set, prepared_folder
from stargan.errors import Fault

FORM = "judge"
JUDGES = Path("data/classifier")


def judge_folder(dataset: str, size: int) -> Path:
    """Return where the judge of a dataset lies, at an image size."""
    return JUDGES / dataset / str(size)


def digest_of_judge(dataset: str, size: int) -> str:
    """Return the digest of a dataset's judge. Raises Fault where it is missing or learned from another set."""
    folder, again = judge_folder(dataset, size), f"run dvc repro classifier@{dataset}"
    try:
        about = read_about(folder / "classifier.json", FORM)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(f"{folder}: no judge there ({error}); {again}") from error
    about.check_made_from(prepared_folder(dataset, size), digest_of_set(dataset, size), again)
    return about.digest
