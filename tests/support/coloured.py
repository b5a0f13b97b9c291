"""Prepared sets of one colour a face, and translations of them, for figures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from stargan.data.domains import Attributes, LabelKind
from stargan.data.prepared import Prepared, read_prepared
from stargan.results.translations import Translations, read_translations, write_record
from support.sets import MOODS, write_set

SIZE = 8
HAIR = ("Black_Hair", "Blond_Hair")

SIZE = 8
HAIR = ("Black_Hair", "Blond_Hair")
LOOKS = Attributes((*HAIR, "Male", "Young"), (HAIR,))
LOOK_TARGETS = ("Blond_Hair", "~Male", "~Young", "Blond_Hair+~Male")


# Figures. Every translation is of one colour: (its place in images.npy, 7, 7).


def coloured_set(folder: Path, kind: LabelKind, labels: Sequence[Sequence[int]], people: Sequence[str]) -> Prepared:
    """Write a prepared set whose face i is of colour (i, 1, 1), the first of them for training."""
    images = np.ones((len(labels), SIZE, SIZE, 3), np.uint8)
    images[..., 0] = np.arange(len(labels))[:, None, None]
    splits = ["train"] + ["test"] * (len(labels) - 1)
    return write_set(folder, folder.parent.name, kind, images, labels, splits, people)


LOOK_LABELS = [[1, 0, 1, 1], [1, 0, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 0]]
MOOD_LABELS = [np.eye(3)[i % 3].tolist() for i in range(10)]  # neutral: 2, 5, 8
MOOD_PEOPLE = ["p"] + [f"p{i // 3}" for i in range(9)]


def write_run(
    folder: Path, rows: Sequence[tuple[str, str, Sequence[int], str, str]], method: str = "stargan", size: int = SIZE
) -> Translations:
    """Write translations for (set, faces, images, labels, target)."""
    table = [(name, faces, image, labels, target, labels) for name, faces, some, labels, target in rows for image in some]
    images = np.full((len(table), size, size, 3), 7, np.uint8)
    images[..., 0] = np.arange(len(table))[:, None, None]
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", images)
    columns = ["set", "faces", "image", "labels", "target", "mask"]
    pd.DataFrame(table, columns=columns).to_csv(folder / "index.csv", index=False)
    made_from = {}
    for name in ("looks", "moods"):
        manifest = Path("data/prepared", name, str(size), "manifest.json")
        if manifest.exists():
            made_from[str(manifest.parent)] = read_prepared(manifest.parent).digest
    write_record(
        folder,
        {
            "run": folder.name,
            "method": method,
            "model_md5": "0",
            "step": 1,
            "datasets": ["looks"],
            "image_size": size,
            "faces": ["looks", "moods"],
            "labels": [],
            "sizes": {},
            "settings": {},
        },
        made_from,
    )
    return read_translations(folder)


LOOK_TEST, MOOD_TEST = range(1, 7), range(1, 10)
OWN_LOOKS = [("own", "looks", LOOK_TEST, "looks", target) for target in LOOK_TARGETS]
OWN_MOODS = [("own", "moods", MOOD_TEST, "moods", target) for target in MOODS.names]
CROSS = [("cross", "looks", LOOK_TEST, "moods", target) for target in MOODS.names]
WRONG = [("wrong_mask", "looks", LOOK_TEST, "moods", target) for target in MOODS.names]


def coloured_sets(root: Path) -> dict[str, Prepared]:
    """Write two prepared sets, of attributes and of classes."""
    return {
        "looks": coloured_set(root / f"data/prepared/looks/{SIZE}", LOOKS, LOOK_LABELS, [""] * 7),
        "moods": coloured_set(root / f"data/prepared/moods/{SIZE}", MOODS, MOOD_LABELS, MOOD_PEOPLE),
    }
