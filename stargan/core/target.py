"""What a face shall become, as text: 'Blond_Hair+~Male' sets one label and flips another.

A name that an operator could be taken out of stands in double quotes, a quote in it twice: '"a+b"', '~"-30"'.
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

Sign = Literal["", "-", "~"]
QUOTED = r'"(?:[^"]|"")*"'


@dataclass(frozen=True)
class Step:
    """One label of a target: set it (no sign), clear it (-) or flip it (~)."""

    name: str
    sign: Sign = ""

    @property
    def title(self) -> str:
        """The step in words, as the head of a column: a flip is marked '+/-'."""
        return ({"": "", "-": "-", "~": "+/- "}[self.sign] + self.name).replace("_", " ")

    @property
    def text(self) -> str:
        """The step as a target; `steps_of` reads it back."""
        return self.sign + quoted(self.name)


def steps_of(target: str) -> tuple[Step, ...]:
    """Return the steps of a target, which '+' joins."""
    return tuple(
        Step(unquoted(part[1:].strip()), cast(Sign, part[0])) if part[:1] in ("-", "~") else Step(unquoted(part))
        for part in split(target, "+")
    )


def split(text: str, separators: str) -> list[str]:
    """Return the parts of a text between separators that stand in no quotes, without the blanks around them."""
    parts = [""]
    for token in re.findall(rf"{QUOTED}|.", text, re.DOTALL):
        if token in set(separators):
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts]


def quoted(name: str) -> str:
    """Return a name as it stands in a target: in quotes where it must, as most need not."""
    plain = name[:1] not in ("-", "~") and not set(name) & set('+,"') and name == name.strip()
    return name if plain else '"' + name.replace('"', '""') + '"'


def unquoted(text: str) -> str:
    """Return the name that stands in a target as `text`."""
    return text[1:-1].replace('""', '"') if re.fullmatch(QUOTED, text, re.DOTALL) else text
