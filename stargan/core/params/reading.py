"""YAML as DVC reads and writes it, and faults of params.yaml in words.

Read with ruamel.yaml (YAML 1.2, as DVC itself): `dvc exp run -S train.g_lr=1e-5` writes `1e-05`, which PyYAML
would take for a string.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stargan.core.params.moved import MOVED
from stargan.errors import Fault


def read_yaml(path: Path) -> Any:
    """Return the YAML 1.2 values of a file. Raises Fault where it can't be read or parsed."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, YAMLError) as error:  # a date that is none is a ValueError
        reason = " ".join(str(error).split())
        raise Fault(f"{path}: cannot be read as YAML ({reason}); mend it or run `git restore {path}`") from error


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) for each leaf of nested mappings."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from leaves(value, f"{name}.")
        else:
            yield name, value


def told(fault: ErrorDetails) -> str:
    """Return one fault as `path = value: what is wrong and the remedy`; a key that is wrong stands in the message."""
    place = list(fault["loc"])
    if place[:1] == ["datasets"] and len(place) > 3:
        del place[2]  # the form, which pydantic puts between a dataset and its key
    where, last, kind = ".".join(map(str, place)), place[-1] if place else "", fault["type"]
    if kind == "missing":
        return f"{where}: is missing; add it"
    if kind == "union_tag_not_found":
        return f"{where}.form: is missing; give attributes, rafd or folders"
    if kind == "union_tag_invalid":
        return f"{where}.form = {shown(fault['ctx']['tag'])}: is no form; give attributes, rafd or folders"
    if kind == "extra_forbidden" and last in MOVED:
        return f"{where}: is of version 0.1; it is now {MOVED[str(last)]} (CHANGELOG.md has the table)"
    if last == "[key]":
        where = ".".join(map(str, place[:-2]))
    value = "" if last == "[key]" or not where else f" = {shown(fault['input'])}"
    return (f"{where}{value}: " if where else "") + fault["msg"].removeprefix("Value error, ")


def shown(value: Any) -> str:
    """Return a value for a one-line message, cut to 60 characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
