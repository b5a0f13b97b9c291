"""Names of labels, classes and attributes: any text on one line, as a folder or a table has it."""

import unicodedata
from typing import Any


def checked_label(name: Any) -> str:
    """Return the name of a class or an attribute. Raises ValueError on what is none: a number, no text, no line of it."""
    if not isinstance(name, str) or not name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise ValueError(f"{name!r} is no name of a label; give it a name of letters, without control characters")
    return name


def checked_labels(names: Any) -> tuple[str, ...]:
    """Return names of labels, each once. Raises ValueError on a name that is none, or that is there twice."""
    if not isinstance(names, list | tuple):
        raise ValueError(f"{names!r} is no list of labels")
    found = tuple(map(checked_label, names))
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(map(repr, twice))} of the labels is there twice")
    return found
