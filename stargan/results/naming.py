"""What methods and groups of targets are called in the paper's tables, figures and votes."""

from collections.abc import Sequence

from stargan.core.names import joined
from stargan.core.target import quoted, steps_of
from stargan.data.domains import Attributes, LabelKind

TITLES = {"diat": "DIAT", "cyclegan": "CycleGAN", "icgan": "IcGAN", "stargan": "StarGAN"}
"""The paper's methods by the keys that translations carry, in the order of its tables."""


def group_of(kind: LabelKind, target: str) -> str:
    """Return what a target changes: 'Blond_Hair+~Male' is 'Hair+Male', in the order of the kind's names; a class itself.

    An exclusive group is its names' common last word, where they have one that names nothing else, else all of them. What
    holds an operator is in quotes, as in targets.
    """
    if not isinstance(kind, Attributes):
        return quoted(target)
    names = sorted((step.name for step in kind.steps(target)), key=kind.names.index)
    return "+".join(dict.fromkeys(quoted(_title(kind, name)) for name in names))


def group_key(group: str) -> str:
    """Return a group of targets as a part of a metric's key, 'Hair_and_Male'; no other group has the same."""
    return joined((step.name for step in steps_of(group)), "and")


def _title(kind: Attributes, name: str) -> str:
    group = kind.group(name)
    if len(group) == 1:
        return name
    word, taken = _last_word(group), {*kind.names, *(_last_word(other) for other in kind.exclusive if other != group)}
    title = word if word and word not in taken else joined(group, "or")
    while title in kind.names:
        title += ":"  # which no code ends with twice
    return title


def _last_word(group: Sequence[str]) -> str:
    """Return the last word that all names of a group have, "" where they have none."""
    last = {name.rsplit("_", 1)[-1] for name in group}
    return last.pop() if len(last) == 1 else ""
