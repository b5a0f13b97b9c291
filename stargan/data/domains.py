"""Label kinds, and the joined domain space of several datasets with its mask vector (Eq. 7).

A dataset brings a *label kind*, never a name to compare: independent attributes (CelebA) or one of k classes
(RaFD). Labels are {0, 1} vectors of the kind's width: uint8 in files, float32 in tensors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from stargan.core.files import ATTRIBUTE, checked_name, checked_title
from stargan.core.names import checked_labels, index_of, matched
from stargan.core.target import Step, steps_of, unquoted
from stargan.errors import Fault


@dataclass(frozen=True)
class Attributes:
    """Independent binary attributes; those of one exclusive group (hair colours) rule each other out."""

    names: tuple[str, ...]
    exclusive: tuple[tuple[str, ...], ...] = ()
    title: str = ATTRIBUTE

    @property
    def width(self) -> int:
        """Number of label bits."""
        return len(self.names)

    def classification_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return -log D_cls(c|x) for Eqs. 2 and 3: binary cross-entropy summed over attributes, averaged over images.

        logits and labels are (N, width); labels in {0, 1}.
        """
        summed = F.binary_cross_entropy_with_logits(logits, labels, reduction="sum")
        return summed / logits.shape[0]

    def predicted(self, logits: Tensor) -> Tensor:
        """Return the (N, width) label in {0, 1} that the logits say."""
        return (logits > 0).to(logits.dtype)

    def group(self, name: str) -> tuple[str, ...]:
        """Return the exclusive group that `name` stands in, or `name` alone."""
        return next((group for group in self.exclusive if name in group), (name,))

    def others(self, name: str) -> list[int]:
        """Return the label columns that the attribute `name` excludes."""
        return [self.names.index(other) for other in self.group(name) if other in self.names and other != name]

    def steps(self, target: str) -> tuple[Step, ...]:
        """Return the steps of a target; the names as `index_of` finds them."""
        return tuple(replace(step, name=named(step.name, self.names)) for step in steps_of(target))

    def written(self, target: str) -> str:
        """Return a target in the one form that files and keys have it in. Raises Fault on an unknown name."""
        return "+".join(replace(step, name=self.names[index_of(step.name, self.names)]).text for step in self.steps(target))

    def target(self, labels: Tensor, text: str) -> Tensor:
        """Return a copy of (N, width) labels changed to the target `text`.

        `text` joins steps by '+': 'Blond_Hair' sets an attribute and clears those it excludes, '-Male' clears
        one, '~Young' flips it. Raises Fault on an unknown name.
        """
        changed = labels.clone()
        for step in self.steps(text):
            column = index_of(step.name, self.names)
            before = labels[:, column]
            goal = {"~": 1 - before, "-": torch.zeros_like(before), "": torch.ones_like(before)}[step.sign]
            changed[:, self.others(step.name)] *= 1 - goal[:, None]  # what is set clears those it excludes
            changed[:, column] = goal
        return changed

    def touched(self, text: str) -> list[int]:
        """Return the label columns that the target `text` decides, those it clears by exclusion included."""
        columns: set[int] = set()
        for step in self.steps(text):
            columns |= {index_of(step.name, self.names), *([] if step.sign == "-" else self.others(step.name))}
        return sorted(columns)

    def singles(self) -> tuple[str, ...]:
        """Return one target an attribute: set where it excludes others, flipped where it stands alone."""
        return tuple(Step(name, "" if len(self.group(name)) > 1 else "~").text for name in self.names)

    def domains(self) -> tuple[str, ...]:
        """Return the domains, as targets: each name of a group, with and without each that stands alone."""
        sides = {name: (True, False) if len(self.group(name)) == 1 else (True,) for name in self.names}
        return tuple(self.domain(name, present) for name, both in sides.items() for present in both)

    def domain(self, name: str, present: bool) -> str:
        """Return the domain of the faces with an attribute, or without it, as a target."""
        return Step(name, "" if present else "-").text

    def inside(self, labels: Tensor, domain: str) -> Tensor:
        """Return which (N,) of (N, width) labels lie in a domain: 'Male', or '-Male' for those without."""
        (step,) = self.steps(domain)
        present = labels[:, index_of(step.name, self.names)] == 1
        return ~present if step.sign == "-" else present

    def as_dict(self) -> dict[str, Any]:
        """Return the kind as JSON values; `label_kind` reads them back."""
        return {"kind": "attributes", "names": list(self.names), "exclusive": [list(group) for group in self.exclusive]}


@dataclass(frozen=True)
class Classes:
    """One of k classes, as a one-hot label."""

    names: tuple[str, ...]
    title: str = "expression"

    @property
    def width(self) -> int:
        """Number of label bits."""
        return len(self.names)

    def classification_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return -log D_cls(c|x) for Eqs. 2 and 3: mean cross-entropy; logits and one-hot labels are (N, width)."""
        return F.cross_entropy(logits, labels.argmax(dim=1))

    def predicted(self, logits: Tensor) -> Tensor:
        """Return the (N, width) one-hot label that the logits say."""
        return F.one_hot(logits.argmax(dim=1), self.width).to(logits.dtype)

    def steps(self, target: str) -> tuple[Step, ...]:
        """Return the one step of a target, whatever signs its class is named with; the name as `index_of` finds it."""
        return (Step(named(target, self.names)),)

    def written(self, target: str) -> str:
        """Return a target in the one form that files and keys have it in. Raises Fault on an unknown name."""
        return self.names[index_of(named(target, self.names), self.names)]

    def target(self, labels: Tensor, text: str) -> Tensor:
        """Return (N, width) labels that are all of the class `text`. Raises Fault on an unknown name."""
        changed = torch.zeros_like(labels)
        changed[:, index_of(text, self.names)] = 1
        return changed

    def touched(self, text: str) -> list[int]:
        """Return the label columns that the target `text` decides: all of them."""
        index_of(text, self.names)
        return list(range(self.width))

    def singles(self) -> tuple[str, ...]:
        """Return one target a class."""
        return self.names

    def domains(self) -> tuple[str, ...]:
        """Return the domains, as targets: the classes."""
        return self.names

    def domain(self, name: str, present: bool) -> str:
        """Return the domain of the faces of a class, as a target. Raises ValueError on that of all others, which is none."""
        if not present:
            raise ValueError(f"what is not {name} is no domain")
        return name

    def inside(self, labels: Tensor, domain: str) -> Tensor:
        """Return which (N,) of (N, width) labels are of the class `domain`."""
        return labels[:, index_of(domain, self.names)] == 1

    def as_dict(self) -> dict[str, Any]:
        """Return the kind as JSON values; `label_kind` reads them back."""
        return {"kind": "classes", "names": list(self.names), "title": self.title}


LabelKind = Attributes | Classes


def label_kind(values: Mapping[str, Any]) -> LabelKind:
    """Return the label kind that `as_dict` described. Raises Fault on another kind, ValueError on a name that is none."""
    names = checked_labels(values["names"])
    if values["kind"] == "attributes":
        return Attributes(names, tuple(map(checked_labels, values["exclusive"])))
    if values["kind"] == "classes":
        return Classes(names, checked_title(values["title"]))
    raise Fault(f"label kind {values['kind']!r} is unknown; use attributes or classes")


def kept_labels(kind: LabelKind, names: Sequence[str]) -> tuple[LabelKind, list[int]]:
    """Return a kind with those of the attributes `names` that it has, in this order, and their columns.

    A kind that has none of them keeps all of its own, and so do classes. Raises Fault where two of them are one.
    """
    names = [kind.names[index_of(name, kind.names)] for name in names if matched(name, kind.names)]
    if not names or not isinstance(kind, Attributes):
        return kind, list(range(kind.width))
    if len(set(names)) < len(names):
        raise Fault(f"labels {', '.join(names)} repeat one; name each once")
    groups = (tuple(name for name in group if name in names) for group in kind.exclusive)
    few = Attributes(tuple(names), tuple(group for group in groups if len(group) > 1), kind.title)
    return few, [index_of(name, kind.names) for name in names]


def named(name: str, names: Sequence[str]) -> str:
    """Return the one name that is `matched`, as it is or without quotes round it, else `name` itself."""
    found = matched(name, names) or matched(unquoted(name), names)
    return found[0] if len(found) == 1 else name


@dataclass(frozen=True)
class DomainSpace:
    """The joined label space of n datasets: c~ = [c_1, ..., c_n, m] (Eq. 7); without a mask for n = 1."""

    datasets: tuple[str, ...]
    kinds: tuple[LabelKind, ...]
    masked: bool = True
    """Whether several datasets have a mask vector; without it unknown labels are zeros that nothing marks."""

    @property
    def label_width(self) -> int:
        """Number of label bits of all datasets: the width of D_cls."""
        return sum(kind.width for kind in self.kinds)

    @property
    def mask_width(self) -> int:
        """Width of the mask vector m: one bit a dataset, none where there is only one, or it is left out."""
        return len(self.kinds) if self.masked and len(self.kinds) > 1 else 0

    @property
    def width(self) -> int:
        """Number of planes that G gets beside the image."""
        return self.label_width + self.mask_width

    def columns(self, dataset: int) -> slice:
        """Return where the labels of the dataset at this position stand among all labels."""
        start = sum(kind.width for kind in self.kinds[:dataset])
        return slice(start, start + self.kinds[dataset].width)

    def vector(self, labels: Tensor, dataset: int, mask: int | None = None) -> Tensor:
        """Return c~ of Eq. 7, (N, width), for (N, width of the kind) labels of one dataset; unknown labels are 0.

        `mask` names another dataset in the mask vector than the labels': the wrong mask of Figure 7.
        """
        vector = labels.new_zeros((labels.shape[0], self.width))
        vector[:, self.columns(dataset)] = labels
        if self.mask_width:
            vector[:, self.label_width + (dataset if mask is None else mask)] = 1
        return vector

    def classification_loss(self, logits: Tensor, labels: Tensor, dataset: int) -> Tensor:
        """Return the loss of the known dataset's labels alone; logits are (N, label_width)."""
        return self.kinds[dataset].classification_loss(logits[:, self.columns(dataset)], labels)

    def seen(self, logits: Tensor, dataset: int) -> Tensor:
        """Return c~, (N, width), of the labels of one dataset that logits (N, label_width) say."""
        return self.vector(self.kinds[dataset].predicted(logits[:, self.columns(dataset)]), dataset)

    def as_dict(self) -> dict[str, Any]:
        """Return the space as JSON values; `domain_space` reads them back."""
        sets = [{"dataset": name, **kind.as_dict()} for name, kind in zip(self.datasets, self.kinds, strict=True)]
        return {"masked": self.masked, "sets": sets}


def domain_space(values: Mapping[str, Any]) -> DomainSpace:
    """Return the domain space that `as_dict` described. Raises ValueError on a dataset or title with no proper name."""
    names, kinds = zip(*((checked_name(value["dataset"]), label_kind(value)) for value in values["sets"]), strict=True)
    return DomainSpace(names, kinds, values["masked"])
