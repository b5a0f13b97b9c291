"""What methods and groups of targets are called in the paper's tables, figures and votes."""

from stargan.data.domains import Attributes, LabelKind

TITLES = {"diat": "DIAT", "cyclegan": "CycleGAN", "icgan": "IcGAN", "stargan": "StarGAN"}
"""The paper's methods by the keys that translations carry, in the order of its tables."""


def group_of(kind: LabelKind, target: str) -> str:
    """Return what a target changes: 'Blond_Hair+~Male' is 'Hair+Male', in the order of the kind's names; a class itself.

    An exclusive group is its names' common last word, where they have one, else all of them.
    """
    if not isinstance(kind, Attributes):
        return target
    names = sorted((step.name for step in kind.steps(target)), key=kind.names.index)
    return "+".join(dict.fromkeys(_title(kind, name) for name in names))


def group_key(group: str) -> str:
    """Return a group of targets as a part of a metric's key."""
    return group.replace("+", "_and_")


def _title(kind: Attributes, name: str) -> str:
    group = kind.group(name)
    last = {member.rsplit("_", 1)[-1] for member in group}
    return last.pop() if len(group) > 1 and len(last) == 1 else "_or_".join(group)
