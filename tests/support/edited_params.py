"""params.yaml of the current folder, edited."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.processes import ROOT


def here_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder the current one, with params.yaml and the profiles in it."""
    shutil.copy(ROOT / "params.yaml", folder)
    shutil.copytree(ROOT / "profiles", folder / "profiles")
    monkeypatch.chdir(folder)
    return folder


def rewrite(**changes: Any) -> None:
    """Set keys, their parts joined by two underscores."""
    yaml = YAML()
    values = yaml.load(Path("params.yaml").read_text())
    for key, value in changes.items():
        section, _, name = key.rpartition("__")
        target = values
        for part in filter(None, section.split("__")):
            target = target[part]
        target[name] = value
    with Path("params.yaml").open("w") as out:
        yaml.dump(values, out)


def number_of(value: Any) -> Any:
    """Return the number that YAML 1.2 sees in a text that is one of YAML 1.1, such as +.0 or 1e5; else the value."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value
