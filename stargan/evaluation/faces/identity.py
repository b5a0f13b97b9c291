"""Whether a translation still shows the same person: distances between dlib's descriptions of faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from stargan.evaluation.faces.aligning import Eyes, aligned, alignment
from stargan.evaluation.faces.extra import recogniser
from stargan.evaluation.faces.finding import faces_in

SAME = 0.6
"""Two photographs whose distance is below it show the same person, by dlib's choice.

It tells no drawn faces apart: those of strangers are 0.5 from each other, so hold `distance` to `strangers` there.
"""

_SIDE = 150  # pixels of the faces that the network has learned from, and where dlib puts their eyes
_EYES = Eyes(0.3182, 0.3142, 0.6685, 0.3142)


@dataclass(frozen=True)
class Identity:
    """How like pairs of faces are. Means and shares are NaN where there is no pair."""

    faces: int
    """The pairs that count: those in whose original a face is found."""
    distance: float
    """The mean distance of a translation to its original."""
    same: float
    """The share of pairs whose distance is below `SAME`."""
    strangers: float
    """The mean distance of an original to one of another person."""


def identity(originals: np.ndarray, translations: np.ndarray, persons: Sequence[str], seed: int) -> Identity:
    """Return how like translations are to their originals, both uint8 (N, s, s, 3), and strangers to each other.

    `persons` names who is shown in each pair; `seed` draws the strangers. A face is looked for in the original alone,
    and the translation is cut at the same place: a translation that leaves no face is to count, not to drop out.
    A pair takes a tenth of a second, an original three; one that comes again is looked at once. Raises Fault without
    the faces extra.
    """
    known: dict[bytes, int] = {}
    first = [known.setdefault(square.tobytes(), i) for i, square in enumerate(originals)]
    found = {i: faces_in(Image.fromarray(originals[i])) for i in known.values()}
    eyes = {i: faces[0].eyes for i, faces in found.items() if faces}
    before = {i: description(originals[i], seen) for i, seen in eyes.items()}
    pairs = [(i, before[at], eyes[at]) for i, at in enumerate(first) if at in eyes]
    distances = np.array([np.linalg.norm(one - description(translations[i], seen)) for i, one, seen in pairs])
    chance = np.random.default_rng(seed)
    strangers = []
    for i, one in before.items():
        others = [other for other in before if persons[other] != persons[i]]
        if others:
            strangers.append(np.linalg.norm(one - before[int(chance.choice(others))]))
    return Identity(len(pairs), _mean(distances), _mean(distances < SAME), _mean(np.array(strangers)))


def description(square: np.ndarray, eyes: Eyes) -> np.ndarray:
    """Return the 128 numbers by which dlib tells the face with these eyes, in pixels, of an RGB uint8 picture."""
    face = aligned(Image.fromarray(square), alignment(eyes, _EYES, _SIDE), _SIDE)
    return np.array(recogniser().compute_face_descriptor(np.asarray(face)))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
