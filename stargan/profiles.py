"""Profiles: patches of params.yaml in profiles/, as `-S` flags or applied to the file.

dvc exp run $(python -m stargan.profiles flags paper)
python -m stargan.profiles apply paper && dvc repro
"""

import argparse
import copy
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from stargan.core.files import write_bytes
from stargan.core.params import leaves, read_yaml
from stargan.errors import Fault, main, nearest

OPEN = ("datasets", "runs")
"""Sections of params.yaml to which a profile may add entries."""


def profile(name: str) -> dict[str, Any]:
    """Return the flat patch of profiles/<name>.yaml. Raises Fault on an unknown name."""
    known = sorted(path.stem for path in Path("profiles").glob("*.yaml"))
    if name not in known:
        raise Fault(f"profile {name!r} is not in profiles/{nearest(name, known)}")
    return dict(leaves(read_yaml(Path("profiles") / f"{name}.yaml")))


def check_key(key: str, known: Mapping[str, Any], name: str) -> None:
    """Raise Fault on a key that params.yaml has not; datasets and runs may be new."""
    if key not in known and key.split(".")[0] not in OPEN:
        raise Fault(f"profiles/{name}.yaml: {key} is not in params.yaml{nearest(key, known)}")


def flags(name: str, path: Path = Path("params.yaml")) -> list[str]:
    """Return a profile as arguments of `dvc exp run`: -S key=value, without blanks, so that $(...) splits well.

    A key that is new takes DVC's `+`. Raises Fault on one that may not be.
    """
    known, words = dict(leaves(read_yaml(path))), []
    for key, value in profile(name).items():
        check_key(key, known, name)
        text = json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value
        words += ["-S", f"{'' if key in known else '+'}{key}={text}"]
    return words


def apply(name: str, path: Path = Path("params.yaml")) -> None:
    """Write a profile's values into params.yaml; comments and order stay. Raises Fault on a key it has not."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 200
    values = yaml.load(path.read_text(encoding="utf-8"))
    known = dict(leaves(values))
    for key, value in profile(name).items():
        check_key(key, known, name)
        *parents, last = key.split(".")
        section = values
        for parent in parents:
            section = section.setdefault(parent, {})
        section[last] = copy.deepcopy(value)  # or a list that stands twice would become a YAML alias
    out = io.StringIO()
    yaml.dump(values, out)
    write_bytes(path, out.getvalue().encode())


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stargan.profiles", description="profiles of params.yaml")
    parser.add_argument("action", choices=["flags", "apply"])
    parser.add_argument("profile", help="a file's name in profiles/, without .yaml")
    given = parser.parse_args()
    if given.action == "flags":
        print(" ".join(flags(given.profile)))
    else:
        apply(given.profile)


if __name__ == "__main__":
    main(command, answers=True)
