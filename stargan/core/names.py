"""Names of labels, classes and attributes: any text on one line, as a folder or a table has it."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from stargan.errors import Fault, nearest


def odd_letter(name: str) -> bool:
    """Return whether a name holds what is no letter of a line: a control character, the end of a line, no Unicode at all."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)


def checked_label(name: Any) -> str:
    """Return the name of a class or an attribute. Raises ValueError on what is none: a number, no text, no line of it."""
    if not isinstance(name, str) or not name or odd_letter(name):
        raise ValueError(f"{name!r} is no name of a label; give it a text on one line (in YAML a number in quotes)")
    return name


def checked_labels(names: Any) -> tuple[str, ...]:
    """Return names of labels, each once. Raises ValueError on a name that is none, or that is there twice."""
    if not isinstance(names, list | tuple):
        raise ValueError(f"{names!r} is no list of labels")
    found = tuple(map(checked_label, names))
    twice = sorted(name for name, times in Counter(found).items() if times > 1)
    if twice:
        raise ValueError(f"{', '.join(map(repr, twice))} of the labels is there twice")
    return found


def matched(name: str, names: Iterable[str]) -> list[str]:
    """Return the name among `names`; where it is not there, those that are it but for how Unicode composes their letters,
    and where there are none those that are it but for case, and blanks for underscores.
    """
    known = list(names)
    exact = [other for other in known if other == name] or [other for other in known if composed(other) == composed(name)]
    return exact or [other for other in known if folded(other) == folded(name)]


def index_of(name: str, names: Sequence[str]) -> int:
    """Return the position of the one name that is `matched`. Raises Fault, with the nearest names, where that is not one."""
    found = matched(name, names)
    if not found:
        raise Fault(f"label {name!r} is unknown{nearest(name, names)}")
    if len(found) > 1:
        raise Fault(f"label {name!r} may be {' or '.join(map(repr, found))}; write it as one of them")
    return list(names).index(found[0])


def composed(name: str) -> str:
    """Return a name in Unicode's composed form: an accent may be a letter's part or stand behind it."""
    return unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """Return what is left of a name without case, and with a blank for each underscore."""
    return composed(composed(name).casefold()).replace("_", " ")


def encoded(text: str) -> str:
    """Return a text of letters, digits, '_', '-' and of codes, as ':002B:' for '+'; other texts have others.

    It may be part of a metric's key, of a network's name or of a loss's.
    """
    return "".join(letter if letter.isalnum() or letter in "_-" else code(letter) for letter in text)


def decoded(text: str) -> str:
    """Return the text that was `encoded`, or one of several that were `joined`."""
    return re.sub(":([0-9A-F]{4,6}):", lambda found: chr(int(found[1], 16)), text)


def joined(parts: Iterable[str], word: str) -> str:
    """Return texts as one: 'neutral_to_happy' for `word` 'to'. Others have others: the first '_to' ends the first text."""
    return f"_{word}_".join(re.sub(f"_(?={word})", code("_"), encoded(part)) for part in parts)


def code(letter: str) -> str:
    """Return a letter's code point, as ':002B:'."""
    return f":{ord(letter):04X}:"


LONGEST = 200
"""Bytes of a file's name that names a label: file systems take 255, and a position and an end belong to it."""


def file_name(text: str) -> str:
    """Return a text as a file's name, or its part: '%2F' stands for '/', '%25' for '%'; what is too long ends in a digest.

    Other texts have others, and none leads to another folder or begins with a dot.
    """
    name = re.sub(r"[/%\x00-\x1f\x7f]|^\.", lambda found: f"%{ord(found[0]):02X}", text)
    kept = name.encode()[: LONGEST - 18].decode(errors="ignore")
    return name if len(name.encode()) <= LONGEST else f"{kept}{_mark(text)}"


def file_names(texts: Iterable[str]) -> dict[str, str]:
    """Return each text's `file_name`; those that a file system without capitals would take for one have a digest too."""
    names = {text: file_name(text) for text in texts}
    alike = Counter(composed(name).casefold() for name in names.values())
    return {text: name if alike[composed(name).casefold()] == 1 else name + _mark(text) for text, name in names.items()}


def _mark(text: str) -> str:
    """Return what tells a text from those that are like it; no code of `file_name` is so."""
    return f"%~{hashlib.sha256(text.encode()).hexdigest()[:16]}"
