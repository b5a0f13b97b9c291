"""Files that do not belong together: another's, of another version, in another order, or one bit off. A stage refuses them.

Each is sound in itself and signed, as what a person copies from elsewhere is; only one bit and another order are not.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from faults.cells import REFUSED, Copy, Tell, flip
from faults.test_disk import refused
from stargan.core.tensors import read_tensors, write_tensors
from support.sets import change_record, resign
from support.stages import Stages

FAMILY = "files that do not belong together"
SET, JUDGE, MODEL = "data/prepared/rafd/16", "data/classifier/rafd/16", "data/models/both"
MADE, SAID, KEY = "data/translations/both", "data/judgements/celeba", "data/study"
RECORDS = {
    SET: "manifest.json",
    JUDGE: "classifier.json",
    MADE: "translations.json",
    SAID: "judgements.json",
    KEY: "key.json",
}
READERS = {
    SET: ("classifier rafd", "train both", "translate both", "evaluate both", "figures", "plan"),
    JUDGE: ("evaluate both", "train both", "plan"),
    MODEL: ("translate both",),
    MADE: ("evaluate both", "figures"),
    SAID: ("compare",),
    KEY: ("tally",),
}
FILES = {
    SET: ("images.npy", "labels.npy", "rows.csv", "manifest.json"),
    JUDGE: ("classifier.safetensors", "classifier.json"),
    MODEL: ("generator.safetensors",),
    MADE: ("images.npy", "index.csv", "translations.json"),
    SAID: ("judgements.csv", "judgements.json"),
    KEY: ("key.json",),
}
OTHERS = {
    SET: "data/prepared/celeba/16",
    JUDGE: "data/classifier/celeba/16",
    MODEL: "data/models/rafd",
    MADE: "data/translations/rafd",
    SAID: "data/judgements/rafd",
}


def cells(places: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (folder, command) of all that reads a folder."""
    return [(folder, command) for folder in places for command in READERS[folder]]


@pytest.mark.parametrize(("folder", "command"), cells(OTHERS))
def test_anothers(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, folder: str, command: str) -> None:
    """Catches another run's generator scored as this one's, and another set's judge."""
    work = copy(pipeline)
    shutil.rmtree(work / folder)
    shutil.copytree(work / OTHERS[folder], work / folder)
    refused(stages, work, command, str(Path(folder).parent))
    tell(FAMILY, f"another's {Path(folder).parts[1]}", command, REFUSED)


@pytest.mark.parametrize(
    ("folder", "command"), [(MODEL, "translate both"), (MADE, "evaluate both"), (MADE, "figures"), (SAID, "compare")]
)
def test_another_runs_on_the_same_datasets(
    stages: Stages, pipeline: Path, copy: Copy, tell: Tell, folder: str, command: str
) -> None:
    """Catches what is told apart by its datasets alone."""
    work = copy(pipeline)
    if folder == MODEL:
        tensors, header = read_tensors(work / folder / "generator.safetensors")
        write_tensors(work / folder / "generator.safetensors", tensors, header | {"run": "twin"})
    else:
        change_record(work / folder / RECORDS[folder], lambda about: about.update(run="twin"))
    refused(stages, work, command, "twin")
    tell(FAMILY, f"another run's {Path(folder).parts[1]}", command, REFUSED)


@pytest.mark.parametrize("value", ["", "1.5", "many"])
def test_a_signed_table_whose_number_is_none(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, value: str) -> None:
    """Catches a column of another type, of which a mean is taken all the same."""
    work = copy(pipeline)
    path = work / SAID / "judgements.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[0, "wrong"] = value
    rows.to_csv(path, index=False, lineterminator="\n")
    resign(path.with_suffix(".json"))
    refused(stages, work, "compare", SAID)
    tell(FAMILY, f"{value or 'nothing'} for a number", "compare", REFUSED)


SCHEMAS = (1, 99, "1")
VERSIONS = [(*cell, SCHEMAS[(at + more) % 3]) for at, cell in enumerate(cells(RECORDS)) for more in (0, 1)]


@pytest.mark.parametrize(("folder", "command", "schema"), VERSIONS)
def test_another_versions(
    stages: Stages, pipeline: Path, copy: Copy, tell: Tell, folder: str, command: str, schema: object
) -> None:
    work = copy(pipeline)
    change_record(work / folder / RECORDS[folder], lambda about: about.update(schema=schema))
    refused(stages, work, command, f"schema {schema}")
    tell(FAMILY, f"another version's {Path(folder).parts[1]}", command, REFUSED)


def turned(path: Path) -> None:
    """Put the rows of a file into another order."""
    if path.suffix == ".npy":
        np.save(path, np.load(path)[::-1])
    else:
        pd.read_csv(path, dtype=str, keep_default_na=False)[::-1].to_csv(path, index=False, lineterminator="\n")


ROWS = [(folder, name) for folder, names in FILES.items() for name in names if name.endswith((".npy", ".csv"))]


@pytest.mark.parametrize(("folder", "name"), ROWS)
def test_another_order(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, folder: str, name: str) -> None:
    work, command = copy(pipeline), READERS[folder][-1 if folder == MADE else 0]
    turned(work / folder / name)
    refused(stages, work, command, folder)
    tell(FAMILY, f"rows in another order: {name}", command, REFUSED)


def row_to_training(folder: Path) -> None:
    """Turn the first test row into a training row."""
    rows = pd.read_csv(folder / "rows.csv", dtype=str, keep_default_na=False)
    rows.loc[rows.index[rows["split"] == "test"][0], "split"] = "train"
    rows.to_csv(folder / "rows.csv", index=False, lineterminator="\n")


CHANGES: dict[str, Callable[[Path], None]] = {
    "a test row made a training row": row_to_training,
    "labels of other rows": lambda folder: np.save(
        folder / "labels.npy", np.roll(np.load(folder / "labels.npy"), 1, axis=0)
    ),
    "other pixels": lambda folder: np.save(folder / "images.npy", np.load(folder / "images.npy") ^ np.uint8(1)),
}


@pytest.mark.parametrize("command", ["train both", "translate both", "evaluate both", "figures", "plan"])
@pytest.mark.parametrize("change", CHANGES)
def test_made_from_another_set(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, change: str, command: str) -> None:
    """Catches a training image that counts as a test image, whoever starts the stage. Of `study`: test_study_stage.py."""
    work = copy(pipeline)
    CHANGES[change](work / SET)
    resign(work / SET / RECORDS[SET])
    refused(stages, work, command, f"another {SET} than there is now; run dvc repro")
    tell(FAMILY, f"{change}, and signed", command, REFUSED)


BITS = [
    (folder, name)
    for folder, names in FILES.items()
    for name in names
    # of those test_disk.py flips bits, for each of their readers
    if not name.endswith(".safetensors") and (folder, name) not in ((SET, "images.npy"), (SET, "labels.npy"))
]


@pytest.mark.parametrize("where", [0.6, 1.0])
@pytest.mark.parametrize(("folder", "name"), BITS)
def test_one_bit(stages: Stages, pipeline: Path, copy: Copy, tell: Tell, folder: str, name: str, where: float) -> None:
    work, command = copy(pipeline), READERS[folder][0]
    flip(work / folder / name, where)
    refused(stages, work, command, folder)
    tell(FAMILY, f"one bit: {name}", command, REFUSED)


def test_judgements_by_another_judge(stages: Stages, pipeline: Path, copy: Copy, tell: Tell) -> None:
    """Catches methods that are compared by two judges."""
    work = copy(pipeline)
    params = json.loads((work / "params.yaml").read_text())
    params["compare"]["expressions"] = ["rafd", "again"]
    params["runs"]["again"] = params["runs"]["rafd"] | {"method": "icgan"}
    (work / "params.yaml").write_text(json.dumps(params))
    shutil.copytree(work / "data/judgements/rafd", work / "data/judgements/again")

    def change(about: dict[str, Any]) -> None:
        about |= {"run": "again", "method": "icgan"}
        about["datasets"]["rafd"]["judge"] = "0" * 64

    change_record(work / "data/judgements/again/judgements.json", change)
    refused(stages, work, "compare", "rafd's judge is 0000")
    tell(FAMILY, "judgements by another judge", "compare", REFUSED)
