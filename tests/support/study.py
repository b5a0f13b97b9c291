"""Methods whose pictures say who made them, and the questions about them."""

import numpy as np
import pandas as pd

from stargan.data.domains import LabelKind
from stargan.data.prepared import Prepared
from stargan.results.translations import Translations
from stargan.study.key import Key, key_of
from stargan.study.questions import Candidate, Panel, Question, candidates, sampled_questions
from support.sets import FACES, MOODS, NO_RECORD

SIZE = 8
METHODS = ("stargan", "diat", "cyclegan", "icgan")


def random(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def prepared(dataset: str, kind: LabelKind, labels: np.ndarray, people: list[str]) -> Prepared:
    """Return a set whose image i is all i; every second image, from the first on, is for testing."""
    n = len(labels)
    images = np.broadcast_to(np.arange(n, dtype=np.uint8)[:, None, None, None], (n, SIZE, SIZE, 3))
    rows = pd.DataFrame({"source": [""] * n, "person": people, "split": ["test", "train"] * (n // 2)})
    return Prepared(dataset, SIZE, kind, images, labels.astype(np.uint8), rows, {"kind": "files"}, {}, "", "")


def moods() -> Prepared:
    """Forty images, a class in turn; test are the even ones, four of a person."""
    return prepared("moods", MOODS, np.eye(3)[np.arange(40) % 3], [str(i // 8) for i in range(40)])


def faces() -> Prepared:
    """Forty faces of unknown people with black, blond, brown and no hair in turn, half of them men, all young."""
    labels = np.zeros((40, 5))
    for i in range(40):
        labels[i, :4] = [(i // 2) % 4 == 0, (i // 2) % 4 == 1, (i // 2) % 4 == 2, i % 4 == 0]
    labels[:, 4] = 1
    return prepared("faces", FACES, labels, [""] * 40)


def made(method: str, number: int, rows: list[tuple[str, int, str]]) -> Translations:
    """Return own translations, (dataset, image, target) each, and some of other sets.

    All pixels of one are its position, modulo 50, + 50 x (1 + number).
    """
    index = pd.DataFrame(
        [
            *(("own", dataset, image, dataset, target, dataset) for dataset, image, target in rows),
            ("reconstruction", "moods", 6, "moods", "happy", "moods"),
            ("cross", "faces", 12, "moods", "happy", "moods"),
        ],
        columns=["set", "faces", "image", "labels", "target", "mask"],
    )
    shade = np.arange(len(index), dtype=np.uint8)[:, None, None, None] % 50 + np.uint8(50 * (1 + number))
    images = np.broadcast_to(shade, (len(index), SIZE, SIZE, 3))
    return Translations(
        run=f"{method}-run",
        method=method,
        model_md5="",
        step=1,
        image_size=SIZE,
        datasets=("moods",),
        faces=("moods",),
        labels=(),
        sizes={},
        settings={},
        images=images,
        index=index,
        about=NO_RECORD,
    )


def mood_panel() -> Panel:
    """Four methods on moods; DIAT has happy faces of neutral ones alone, and the rows stand elsewhere for each."""
    tests = range(0, 40, 2)
    every = [("moods", image, target) for target in MOODS.names for image in tests]
    few = [("moods", image, "happy") for image in tests if image % 3 == 2]
    rows = {"stargan": every, "diat": few, "cyclegan": few[::-1], "icgan": every[::-1]}
    return Panel({method: made(method, n, rows[method]) for n, method in enumerate(METHODS)}, {"moods": moods()})


def face_panel() -> Panel:
    targets = ["Black_Hair", "Blond_Hair", "~Male", "~Young", "Blond_Hair+~Male"]
    rows = [("faces", image, target) for target in targets for image in range(0, 40, 2)]
    return Panel({method: made(method, n, rows) for n, method in enumerate(METHODS[:3])}, {"faces": faces()})


def plain(group: str, person: str, target: str, image: int = 0) -> Candidate:
    return Candidate(Panel({}, {}), "x", image, person, target, group, {})


def questions() -> list[Question]:
    """Return twelve questions of both panels and two of validation."""
    return sampled_questions([candidates(face_panel()), candidates(mood_panel())], 12, 2, random(3))


def the_key() -> Key:
    return key_of(questions(), ["Hair", "Male", "Young", "Hair+Male", "happy", "unasked"], [*METHODS, "unknown"])
