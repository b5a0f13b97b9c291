"""Further datasets and runs in params.yaml, whose other lines stay as they are."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from stargan.core.files import write_bytes
from stargan.core.params.params import Params
from stargan.core.params.reading import told
from stargan.errors import Fault


def add_entries(sections: Mapping[str, Mapping[str, Any]], path: Path = Path("params.yaml")) -> None:
    """Write entries at the end of sections of params.yaml: {section: {entry: values}}.

    Raises Fault where a section is not there in block style, or what comes of it is not valid; nothing is written then.
    """
    before = path.read_bytes().decode()
    end = "\r\n" if "\r\n" in before else "\n"
    lines = before.removesuffix(end).split(end)
    for section, entries in sections.items():
        first, place = place_in(lines, section, path)
        blanks = " " * (len(first) - len(first.lstrip()))
        lines[place:place] = [blanks + line for name, values in entries.items() for line in block(name, values)]
    text = end.join([*lines, ""])
    try:
        read = YAML(typ="safe").load(text)
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise Fault(f"{path}: its sections can't take an entry more ({reason}); indent all their entries alike") from error
    for section, entries in sections.items():
        for name, values in entries.items():
            if read[section][name] != values:
                raise Fault(f"{path}: YAML can't hold {section}.{name} = {values}; rename what has odd letters")
    try:
        Params.model_validate(read)
    except ValidationError as error:
        raise Fault(f"{path}: can't take that: {'; '.join(map(told, error.errors()))}") from error
    write_bytes(path, text.encode())


def place_in(lines: list[str], section: str, path: Path) -> tuple[str, int]:
    """Return the first entry's line below a top-level section, and the index after the last one that is indented."""
    start = next((index for index, line in enumerate(lines) if re.match(rf"{section}:\s*(#.*)?$", line)), None)
    indented = []
    for index, line in enumerate(lines[(start or 0) + 1 :], (start or 0) + 1):
        if line.startswith(" ") and line.strip()[:1] not in ("", "#"):
            indented.append(index)
        elif line.strip()[:1] not in ("", "#"):
            break
    if start is None or not indented:
        raise Fault(f"{path}: {section} is not a line of its own, with its entries indented below; write it so")
    return lines[indented[0]], indented[-1] + 1


def block(name: str, values: Mapping[str, Any]) -> list[str]:
    """Return an entry as lines of YAML, a key a line."""
    yaml, out = YAML(), io.StringIO()
    yaml.width = 4096
    yaml.default_flow_style = None
    yaml.dump({name: {key: quoted(value) for key, value in values.items()}}, out)
    return [line for line in out.getvalue().split("\n") if line]


def quoted(value: Any) -> Any:
    """Return a value whose texts stand in quotes where YAML could take them for more than text."""
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z_/.][A-Za-z0-9_/. -]*", value) and value == value.strip()
        return value if plain else DoubleQuotedScalarString(value)
    return [quoted(one) for one in value] if isinstance(value, list) else value
