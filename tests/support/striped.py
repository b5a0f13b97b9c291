"""Sets whose faces wear their labels as painted stripes, translators of known worth, and a judge that reads stripes."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from stages import evaluate
from stargan.core.measures import Measure, by_key
from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.data.records import prepared_folder
from stargan.evaluation.protocol import Protocol
from stargan.judge.judge import Judge
from stargan.judge.verdicts import goals
from stargan.results.translations import Translations, read_translations, write_record
from support.sets import LOOKS, MOODS, write_set

SIZE = 16
KINDS: dict[str, LabelKind] = {"faces": LOOKS, "moods": MOODS}
TARGETS = {"faces": ["Blond", "~Male", "Blond+~Male"]}
PROTOCOL = Protocol({"moods": "neutral"}, kid_subset=10, bootstrap=50, truths=100, seed=3)


def painted(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Paint (N, 3) labels as stripes over the upper half; the lower half, the person, stays."""
    images = images.copy()
    for column in range(3):
        images[:, : SIZE // 2, 5 * column : 5 * column + 5] = (50 + 150 * labels[:, column])[:, None, None, None]
    return images


def striped_set(folder: Path, dataset: str, seed: int, train: int = 30, test: int = 24) -> Prepared:
    """Write a prepared set: every label in turn, two test images a person."""
    random, kind, n = np.random.default_rng(seed), KINDS[dataset], train + test
    combinations = np.eye(3) if isinstance(kind, Classes) else [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 1]]
    labels = np.array([combinations[i % len(combinations)] for i in range(n)], dtype=np.uint8)
    images = painted(random.integers(0, 256, (n, SIZE, SIZE, 3)).astype(np.uint8), labels)
    people = ["" if i < train else str(i // 2) for i in range(n)]
    return write_set(folder, dataset, kind, images, labels, ["train"] * train + ["test"] * test, people)


def translated(name: str, images: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Translate as `name` does: "perfect" paints what was asked, "identity" nothing, "angry" makes all angry."""
    if name == "identity":
        return images.copy()
    return painted(images, wanted if name == "perfect" else np.tile([1, 0, 0], (len(images), 1)))


def asked_for(sets: Collection[str]) -> list[tuple[str, str, str, str, str]]:
    """All that a run of StarGAN translates: (set, faces, labels, target, mask)."""
    found = []
    for faces in sets:
        own = TARGETS.get(faces, list(KINDS[faces].singles()))
        found += [("own", faces, faces, target, faces) for target in own]
        found.append(("reconstruction", faces, faces, own[-1], faces))  # came back from its last target
        for labels in sets:
            if labels != faces and isinstance(KINDS[labels], Classes):
                found += [("cross", faces, labels, target, labels) for target in KINDS[labels].singles()]
                found += [("wrong_mask", faces, labels, target, faces) for target in KINDS[labels].singles()]
    return found


def index_of(sets: Mapping[str, Prepared], wanted: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """The index of all test faces translated as asked."""
    columns = ["set", "faces", "labels", "target", "mask"]
    tables = [
        pd.DataFrame({"image": sets[row[1]].split("test")}).assign(**dict(zip(columns, row, strict=True))) for row in wanted
    ]
    return pd.concat(tables, ignore_index=True)[["set", "faces", "image", "labels", "target", "mask"]]


def write_rows(
    folder: Path,
    sets: Mapping[str, Prepared],
    datasets: list[str],
    index: pd.DataFrame,
    translator: str,
    wrong_mask: str,
    labels: Sequence[str] = (),
) -> Translations:
    """Write the translations of an index; those with the wrong mask as `wrong_mask` makes them."""
    images = []
    for row in index.to_dict("records"):
        source = sets[row["faces"]]
        label = source.labels[[row["image"]]] if row["faces"] == row["labels"] else np.zeros((1, 3), dtype=np.uint8)
        back = row["set"] == "reconstruction"
        goal = label if back else goals(KINDS[row["labels"]], label, np.array([row["target"]]))
        worker = wrong_mask if row["set"] == "wrong_mask" else translator
        images.append(translated(worker, source.images[[row["image"]]], goal))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", np.concatenate(images))
    index.to_csv(folder / "index.csv", index=False)
    write_record(
        folder,
        {
            "run": "both",
            "method": "stargan",
            "model_md5": "d41d8cd98f00",
            "step": 40,
            "datasets": datasets,
            "faces": list(sets),
            "labels": labels,
            "image_size": SIZE,
            "sizes": {"g_parameters": 11, "d_parameters": 22, "parameters": 33, "train_flops": 10**15},
            "settings": {"seed": 1, "iterations": 40},
        },
        {str(prepared_folder(name, SIZE)): one.digest for name, one in sets.items()},
    )
    return read_translations(folder)


def write_run(folder: Path, sets: Mapping[str, Prepared], translator: str, wrong_mask: str = "identity") -> Translations:
    """Write all translations of a run of StarGAN."""
    return write_rows(folder, sets, list(sets), index_of(sets, asked_for(sets)), translator, wrong_mask)


class Reader(nn.Module):
    """A judge's network that reads the stripes; its features are some of the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        stripes = torch.stack([images[:, :, 2, 5 * column + 2].mean(dim=1) for column in range(3)], dim=1)
        return images.flatten(1)[:, :512], stripes


def judges(sets: Mapping[str, Prepared]) -> dict[str, Judge]:
    """Return judges that read the stripes and say that they learned from these sets."""
    return {name: Judge(Reader(), one.kind, SIZE, one.digest) for name, one in sets.items()}  # type: ignore[arg-type]


def measured(
    tmp_path: Path, sets: Mapping[str, Prepared], translator: str, protocol: Protocol = PROTOCOL
) -> dict[str, Measure]:
    """Evaluate what `translator` makes of the sets; the measures by key."""
    return measures_of(write_run(tmp_path / translator, sets, translator), sets, protocol)


def measures_of(made: Translations, sets: Mapping[str, Prepared], protocol: Protocol = PROTOCOL) -> dict[str, Measure]:
    return by_key(evaluate.evaluated(made, sets, judges(sets), protocol)[0])


def striped_sets(root: Path) -> dict[str, Prepared]:
    """Write a set of attributes and a set of classes."""
    return {name: striped_set(root / name, name, seed) for seed, name in enumerate(KINDS)}
