"""Drawn faces as prepared sets, and translations of them."""

import numpy as np
import pandas as pd

from stargan.data.crops import CentreCrop, ShareCrop, crop_as_dict
from stargan.data.domains import Attributes, LabelKind
from stargan.data.prepared import Prepared
from stargan.evaluation.protocol import Protocol
from stargan.evaluation.truth import own_truth
from stargan.judge.similarity import l1
from stargan.judge.verdicts import goals
from stargan.synthetic import RENDERER, celeba_face, rafd_face
from stargan.synthetic.truth import picture, truths
from support.measures import both
from support.sets import FACES, MOODS


def drawn(dataset: str, kind: LabelKind, sources: list[str], crop: CentreCrop | ShareCrop, seed: int) -> Prepared:
    """A prepared set of drawn faces, as the prepare stage would leave it but for JPEG."""
    origin = {"kind": "synthetic", "form": dataset, "seed": seed, "renderer": RENDERER, "height": 256}
    people = [source.split("_")[1] if "_" in source else "" for source in sources]
    rows = pd.DataFrame({"source": sources, "person": people, "split": "train"})
    if isinstance(kind, Attributes):
        faces = [celeba_face(seed, source) for source in sources]
        labels = np.array([[face.attributes[name] for name in kind.names] for face in faces], dtype=np.uint8)
    else:
        faces = [rafd_face(seed, source) for source in sources]
        labels = np.array([[face.expression == name for name in kind.names] for face in faces], dtype=np.uint8)
    blank = np.zeros((len(sources), 32, 32, 3), dtype=np.uint8)
    empty = Prepared(dataset, 32, kind, blank, labels, rows, origin, crop_as_dict(crop), "", "")
    images = np.stack([picture(empty, face) for face in faces])
    return Prepared(dataset, 32, kind, images, labels, rows, origin, crop_as_dict(crop), "", "")


def own(data: Prepared, targets: list[str]) -> pd.DataFrame:
    """The index of translations of every image to every target."""
    n = len(data.images)
    return pd.DataFrame({"image": np.tile(np.arange(n), len(targets)), "target": np.repeat(targets, n)})


def perfect(data: Prepared, rows: pd.DataFrame) -> np.ndarray:
    """What a perfect translator makes of the rows."""
    return np.stack([truths(data, row["image"], data.kind, [row["target"]])[0].image for row in rows.to_dict("records")])


def measured(data: Prepared, rows: pd.DataFrame, images: np.ndarray, faces: int = 100) -> dict[str, float]:
    """What translations of a drawn set are worth against the truth, by measure/target, and 'n measure/target'."""
    wanted = goals(data.kind, data.labels[rows["image"].to_numpy()], rows["target"].to_numpy(dtype=str))
    moved = (wanted != data.labels[rows["image"].to_numpy()]).any(axis=1)
    return both(own_truth(data, rows.assign(counts=moved), images, protocol(faces)))


def protocol(faces: int) -> Protocol:
    """A protocol that draws the truth of so many faces."""
    return Protocol({}, kid_subset=10, bootstrap=10, truths=faces, seed=0)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    return float(l1(a[None], b[None])[0])


def celeba_drawn() -> Prepared:
    """Return twelve faces with attributes."""
    return drawn("celeba", FACES, [f"{number:06d}.jpg" for number in range(1, 13)], CentreCrop(178), 1)


def rafd_drawn() -> Prepared:
    """Return two people, with each mood."""
    names = [f"Rafd090_{person:02d}_Caucasian_male_{mood}_frontal.jpg" for person in (1, 2) for mood in MOODS.names]
    return drawn("rafd", MOODS, names, ShareCrop(0.0, 0.14, 1.0), 2)
