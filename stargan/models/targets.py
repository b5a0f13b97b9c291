"""What a face shall become, as people write it: 'Blond_Hair,Young', or a class."""

from collections.abc import Sequence

import torch
from torch import Tensor

from stargan.core.names import matched
from stargan.core.target import Step, quoted, split, steps_of, unquoted
from stargan.data.domains import Classes, DomainSpace, LabelKind
from stargan.errors import Fault, nearest

NO_LABEL = "the target names no label; give for instance Young"


def parts_of(text: str) -> list[str]:
    """Return the parts of a list of labels by commas, as they were written."""
    return [part for part in split(text, ",") if part]


def steps_in(kind: LabelKind, text: str) -> list[Step]:
    """Return the labels of a kind that a list by commas asks for; of classes the text as a whole may be one, as it is."""
    if isinstance(kind, Classes):
        names = [text.strip()] if matched(text.strip(), kind.names) else [unquoted(part) for part in parts_of(text)]
        return [Step(name) for name in names]
    return [step for part in parts_of(text) for step in steps_of(part)]


def asked_of(space: DomainSpace, text: str) -> tuple[int, str]:
    """Return the dataset whose labels a list names, and the list: a dataset of the model may stand before it, as 'rafd/sad'.

    Raises Fault on an unknown name, a mixture, or where several datasets have such labels.
    """
    for at, name in enumerate(space.datasets):
        if text.startswith(f"{name}/") and not matched(text, space.kinds[at].names):
            return at, text.removeprefix(f"{name}/")
    return dataset_of(space, text), text


def dataset_of(space: DomainSpace, text: str) -> int:
    """Return the one dataset whose labels a list names, as they are or, where none has them so, but for their case.

    Raises Fault on an unknown name, a mixture, or where several datasets have such labels.
    """
    names = [[step.name for step in steps_in(kind, text)] for kind in space.kinds]
    if not any(names):
        raise Fault(NO_LABEL)
    exact = [at for at, kind in enumerate(space.kinds) if names[at] and set(names[at]) <= set(kind.names)]
    alike = [at for at, kind in enumerate(space.kinds) if names[at] and all(matched(name, kind.names) for name in names[at])]
    if not alike:
        raise Fault(why_not(space.kinds, text))
    found = exact or alike
    if len(found) > 1:
        sets = [f"{space.datasets[at]}/{text}" for at in found]
        raise Fault(f"target {text}: several datasets have such labels; write {' or '.join(sets)}")
    return found[0]


def why_not(kinds: Sequence[LabelKind], text: str) -> str:
    """Return why none of the kinds has all labels that a list names."""
    every = [name if isinstance(kind, Classes) else quoted(name) for kind in kinds for name in kind.names]
    for name in dict.fromkeys(step.name for part in parts_of(text) for step in steps_of(part)):
        if not any(matched(name, kind.names) for kind in kinds):
            return f"target: label {name!r} is unknown to this model{nearest(name, every)}"
    return f"target {text}: the labels belong to different datasets; ask for those of one at a time"


def check_exclusive(kind: LabelKind, steps: Sequence[Step]) -> None:
    """Raise Fault where two attributes that rule each other out are both to be set: the last would clear the first."""
    if isinstance(kind, Classes):
        return
    names = [kind.steps(step.text)[0].name for step in steps if not step.sign]
    for at, name in enumerate(names):
        other = next((one for one in names[at + 1 :] if one != name and one in kind.group(name)), None)
        if other:
            raise Fault(f"target: {name} and {other} rule each other out; name one")


def target_path(space: DomainSpace, to: str, given: str) -> list[Tensor]:
    """Return c~ (1, width) of faces that are `given`, and of what they shall be. Raises Fault on unknown names."""
    dataset, to = asked_of(space, to)
    if given:
        known, given = asked_of(space, given)
        if known != dataset:
            names = space.datasets[known], space.datasets[dataset]
            raise Fault(f"the face is given by labels of {names[0]}, the target by those of {names[1]}; name labels of one")
    kind = space.kinds[dataset]
    if not steps_in(kind, to):
        raise Fault(NO_LABEL)
    path = [torch.zeros(1, kind.width)]
    for part in (given, to):
        label, steps = path[-1], steps_in(kind, part)
        if isinstance(kind, Classes) and len(steps) > 1:
            raise Fault(f"target {part}: a face is of one class; name one")
        check_exclusive(kind, steps)
        for step in steps:
            label = kind.target(label, step.name if isinstance(kind, Classes) else step.text)
        path.append(label)
    return [space.vector(label, dataset) for label in path[1:]]
