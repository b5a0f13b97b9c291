"""What a face shall become, as text: 'Blond_Hair+~Male' sets one label and flips another."""

from dataclasses import dataclass
from typing import Literal, cast

Sign = Literal["", "-", "~"]


@dataclass(frozen=True)
class Step:
    """One label of a target: set it (no sign), clear it (-) or flip it (~)."""

    name: str
    sign: Sign = ""

    @property
    def title(self) -> str:
        """The step in words, as the head of a column: a flip is marked '+/-'."""
        return ({"": "", "-": "-", "~": "+/- "}[self.sign] + self.name).replace("_", " ")


def steps_of(target: str) -> tuple[Step, ...]:
    """Return the steps of a target, which '+' joins."""
    return tuple(Step(text[1:], cast(Sign, text[0])) if text[:1] in ("-", "~") else Step(text) for text in target.split("+"))
