"""Which questions the user study asks: one input, one target, the outputs of every method (the paper, section 5.3).

Validation questions have a known answer: a real image among noise.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from stargan.data.domains import Attributes, LabelKind
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.judge.verdicts import target_labels
from stargan.results.naming import group_of
from stargan.results.translations import Translations

REAL, NOISE = "real", "noise"
"""What stands in a validation question in the methods' place."""

SPOKEN = {"Male": ("male", "female"), "Young": ("young", "old"), "No_Beard": ("no beard", "a beard")}
"""CelebA's attributes whose words are not their names: present, absent."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Methods that are asked about side by side: the translations of each, and the sets that hold their inputs."""

    made: Mapping[str, Translations]
    sets: Mapping[str, Prepared]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A face and a target that every method of a panel translated; `rows` are the positions in their images."""

    panel: Panel
    faces: str
    image: int
    person: str
    target: str
    group: str
    rows: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Question:
    """A question as it is shown: `pictures` is uint8 (1 + options, s, s, 3), the input first.

    `options` names the method at each position. Validation questions have the group "" and the options REAL, NOISE.
    """

    group: str
    faces: str
    image: int
    target: str
    words: str
    options: tuple[str, ...]
    pictures: np.ndarray


def sampled_questions(
    found: Sequence[Sequence[Candidate]], count: int, checks: int, random: np.random.Generator
) -> list[Question]:
    """Return `count` questions, or as many as there are, and `checks` validation questions, mixed; [] of nothing.

    `found` are the candidates of each panel. Raises Fault where two panels have a group of the same name: their votes
    could not be told apart.
    """
    names = Counter(name for some in found for name in {candidate.group for candidate in some})
    twice = sorted(name for name, times in names.items() if times > 1)
    if twice:
        raise Fault(
            f"params.yaml: compare.attributes and compare.expressions both ask about {', '.join(twice)}; "
            "rename the class, or list one run for one of them"
        )
    asked_about = [some[0].panel for some in found if some]
    if not asked_about:
        return []
    chosen = spread([candidate for some in found for candidate in some], count, random)
    questions = [question(candidate, random) for candidate in chosen]
    questions += [validation(asked_about[index % len(asked_about)], random) for index in range(checks)]
    return [questions[index] for index in random.permutation(len(questions))]


def candidates(panel: Panel) -> list[Candidate]:
    """Return what can be asked: every method translated it, and each step of the target asks for a change."""
    found = []
    for dataset, prepared in panel.sets.items():
        for target, rows in in_common(panel, dataset).groupby("target", sort=False):
            text = str(target)
            moved = rows[changes(prepared.kind, prepared.labels[rows["image"].to_numpy()], text)]
            for row in moved.to_dict("records"):
                position = int(row["image"])
                person = prepared.rows["person"].iloc[position] or f"image {position}"
                found.append(
                    Candidate(
                        panel,
                        dataset,
                        position,
                        f"{dataset} {person}",
                        text,
                        group_of(prepared.kind, text),
                        {method: int(row[method]) for method in panel.made},
                    )
                )
    return found


def in_common(panel: Panel, dataset: str) -> pd.DataFrame:
    """Return the own translations of a dataset's faces that all methods made: image, target, each method's row."""
    tables = []
    for method, made in panel.made.items():
        own = made.of("own", faces=dataset, labels=dataset)
        tables.append(own[["image", "target"]].assign(**{method: own.index}).drop_duplicates(["image", "target"]))
    shared = tables[0]
    for table in tables[1:]:
        shared = shared.merge(table, on=["image", "target"])
    return shared


def changes(kind: LabelKind, labels: np.ndarray, target: str) -> np.ndarray:
    """Return for which of (N, width) labels each step of `target` asks for something else, (N,) of bool."""
    steps = [step.text for step in kind.steps(target)] if isinstance(kind, Attributes) else [target]
    moved: np.ndarray = np.all([(target_labels(kind, labels, step) != labels).any(axis=1) for step in steps], axis=0)
    return moved


def words(kind: LabelKind, labels: np.ndarray, target: str) -> str:
    """Return in words what a face with these labels, (width,), shall become: 'blond hair, female'."""
    if not isinstance(kind, Attributes):
        return spoken(target, True)
    wanted = target_labels(kind, labels[None], target)[0]
    names = (step.name for step in kind.steps(target))
    return ", ".join(spoken(name, bool(wanted[kind.names.index(name)])) for name in names)


def spoken(name: str, present: bool) -> str:
    """Return the words for a label that is present or absent."""
    plain = name.replace("_", " ").lower()
    return SPOKEN.get(name, (plain, f"no {plain}"))[0 if present else 1]


def spread(found: Sequence[Candidate], count: int, random: np.random.Generator) -> list[Candidate]:
    """Return `count` candidates, or all: groups take turns; in each comes who was least shown, to the rarest target."""
    left: dict[str, list[Candidate]] = {candidate.group: [] for candidate in found}
    for index in random.permutation(len(found)):
        left[found[index].group].append(found[index])
    people: Counter[str] = Counter()
    targets: Counter[str] = Counter()
    chosen: list[Candidate] = []
    while len(chosen) < count and any(left.values()):
        for rest in filter(None, left.values()):
            if len(chosen) == count:
                break
            best = min(rest, key=lambda candidate: (people[candidate.person], targets[candidate.target]))
            rest.remove(best)
            people[best.person] += 1
            targets[best.target] += 1
            chosen.append(best)
    return chosen


def question(candidate: Candidate, random: np.random.Generator) -> Question:
    """Return a candidate as a question, its methods in random order."""
    panel, prepared = candidate.panel, candidate.panel.sets[candidate.faces]
    methods = list(panel.made)
    options = tuple(methods[index] for index in random.permutation(len(methods)))
    outputs = [panel.made[method].images[candidate.rows[method]] for method in options]
    said = words(prepared.kind, prepared.labels[candidate.image], candidate.target)
    pictures = np.stack([prepared.images[candidate.image], *outputs])
    return Question(candidate.group, candidate.faces, candidate.image, candidate.target, said, options, pictures)


def validation(panel: Panel, random: np.random.Generator) -> Question:
    """Return a question that has an answer: wanted is what the face shows, one option is that face, the others are noise."""
    dataset = list(panel.sets)[random.integers(len(panel.sets))]
    prepared = panel.sets[dataset]
    test = prepared.split("test")
    labels = torch.from_numpy(np.array(prepared.labels[test]))
    inside = {domain: test[prepared.kind.inside(labels, domain).numpy()] for domain in prepared.kind.domains()}
    shown = [domain for domain, faces in inside.items() if len(faces)]
    target = shown[random.integers(len(shown))]
    image = int(random.choice(inside[target]))
    real = int(random.integers(len(panel.made)))
    options = tuple(REAL if position == real else NOISE for position in range(len(panel.made)))
    face = np.array(prepared.images[image])
    pictures = random.integers(0, 256, (1 + len(options), *face.shape), dtype=np.uint8)
    pictures[[0, 1 + real]] = face
    return Question("", dataset, image, target, words(prepared.kind, prepared.labels[image], target), options, pictures)
