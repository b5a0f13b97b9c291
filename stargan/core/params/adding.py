"""Further datasets and runs in params.yaml, whose other lines stay as they are."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from stargan.core.files import write_bytes
from stargan.core.params.params import Params
from stargan.core.params.reading import told
from stargan.errors import Fault


def add_entries(sections: Mapping[str, Mapping[str, Any]], path: Path = Path("params.yaml")) -> None:
    """Write entries at the end of sections of params.yaml: {section: {entry: values}}.

    Raises Fault where a section is not there in block style, or what comes of it is not valid; nothing is written then.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for section, entries in sections.items():
        place = end_of(lines, section, path)
        lines[place:place] = [line for name, values in entries.items() for line in block(name, values)]
    text = "".join(lines)
    read = YAML(typ="safe").load(text)
    for section, entries in sections.items():
        for name, values in entries.items():
            if read[section][name] != values:
                raise Fault(f"{path}: YAML can't hold {section}.{name} = {values}; rename what has odd letters")
    try:
        Params.model_validate(read)
    except ValidationError as error:
        raise Fault(f"{path}: can't take that: {'; '.join(map(told, error.errors()))}") from error
    write_bytes(path, text.encode())


def end_of(lines: list[str], section: str, path: Path) -> int:
    """Return the index of the line after the last one that is indented below a top-level section."""
    start = next((index for index, line in enumerate(lines) if re.match(rf"{section}:\s*(#.*)?$", line)), None)
    if start is None:
        raise Fault(f"{path}: {section} is not a line of its own, with its entries indented below; write it so")
    below = (index for index, line in enumerate(lines[start + 1 :], start + 1) if line[:1] not in (" ", "\n", "#", ""))
    end = next(below, len(lines))
    while not lines[end - 1].startswith(" "):
        end -= 1
    return end


def block(name: str, values: Mapping[str, Any]) -> list[str]:
    """Return an entry as lines of YAML, indented by two, a key a line."""
    yaml, out = YAML(), io.StringIO()
    yaml.width = 4096
    yaml.default_flow_style = None
    yaml.dump({name: {key: quoted(value) for key, value in values.items()}}, out)
    return [f"  {line}\n" for line in out.getvalue().split("\n") if line]


def quoted(value: Any) -> Any:
    """Return a value whose texts stand in quotes where YAML could take them for more than text."""
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z_/.][A-Za-z0-9_/. -]*", value) and value == value.strip()
        return value if plain else DoubleQuotedScalarString(value)
    return [quoted(one) for one in value] if isinstance(value, list) else value
