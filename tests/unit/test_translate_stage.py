"""The translate stage: the array, its index and the pictures belong together; the checkpoint is a choice."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from stages import translate
from stargan.core.tensors import write_tensors
from stargan.data.domains import Classes, DomainSpace
from stargan.data.pixels import from_uint8, to_uint8
from stargan.data.prepared import read_prepared
from stargan.data.records import prepared_folder
from stargan.errors import Fault
from stargan.models.assembly import load_model
from stargan.models.networks.star import Generator
from support.params import write_params
from support.processes import stage
from support.sets import BOTH, FACES, MOODS, write_noise


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("translate")
    both = {"datasets": ["celeba", "rafd"], "faces": ["celeba", "rafd"], "labels": []}
    run = both | {"method": "stargan", "unit": "iterations", "length": 8, "decay": 4}
    write_params(
        path / "params.yaml",
        threads=1,
        image_size=16,
        runs__both=run,
        compare__attributes=["both"],
        translate__pictures=3,
        translate__checkpoint=4,
    )
    sets = {
        "celeba": write_noise(path / "data/prepared/celeba/16", "celeba", FACES),
        "rafd": write_noise(path / "data/prepared/rafd/16", "rafd", MOODS),
    }
    made_from = {str(prepared_folder(name, 16)): prepared.digest for name, prepared in sets.items()}
    for step, name in ((8, "generator"), (4, "kept/00000004")):
        torch.manual_seed(step)
        header = {
            "schema": 3,
            "run": "both",
            "made_from": made_from,
            "method": "stargan",
            "space": BOTH.as_dict(),
            "image_size": 16,
            "settings": {},
        }
        header["architecture"] = {"g_filters": 4, "g_blocks": 1}
        state = {f"g.{key}": value for key, value in Generator(BOTH.width, 4, 1).state_dict().items()}
        file = path / f"data/models/both/{name}.safetensors"
        write_tensors(file, state, header | {"step": step, "sizes": {"g_parameters": 1}})
    done = stage("stages.translate", "both", cwd=path)
    assert done.returncode == 0, done.stderr
    return path


def test_each_row_of_the_index_is_its_translation(workspace: Path) -> None:
    images = np.load(workspace / "data/translations/both/images.npy")
    index = pd.read_csv(workspace / "data/translations/both/index.csv", keep_default_na=False)
    # Own (without Pale_Skin, which this run doesn't know), there and back, cross, wrong mask.
    assert len(images) == len(index) == 4 * (9 + 1 + 3 + 3) + 4 * (3 + 1)
    model = load_model(workspace / "data/models/both/kept/00000004.safetensors", torch.device("cpu"))
    sets = {name: read_prepared(workspace / f"data/prepared/{name}/16") for name in BOTH.datasets}
    for position in (0, 5, len(index) // 2, len(index) - 1):
        row = index.loc[position]
        faces, labels = (BOTH.datasets.index(str(row[key])) for key in ("faces", "labels"))
        face = sets[str(row["faces"])]
        own = torch.from_numpy(face.labels[[row["image"]]]).float()
        source = own if faces == labels else torch.zeros(1, BOTH.kinds[labels].width)
        goal = own if row["set"] == "reconstruction" else BOTH.kinds[labels].target(source, str(row["target"]))
        c = BOTH.vector(goal, labels, BOTH.datasets.index(str(row["mask"])))
        expected = to_uint8(model.translator.translate(from_uint8(torch.from_numpy(face.images[[row["image"]]])), [c]))
        assert np.abs(images[position].astype(int) - expected[0].numpy().astype(int)).max() <= 1  # batches may round apart


def test_pictures_for_people(workspace: Path) -> None:
    grids = sorted(path.name for path in (workspace / "metrics/grids/both").iterdir())
    assert grids == ["celeba.cross.png", "celeba.png", "celeba.wrong-mask.png", "rafd.png"]
    singles = workspace / "data/translations/both/pictures/rafd"
    assert [len(list(folder.glob("*.png"))) for folder in (singles, singles / "rafd")] == [3, 3 * len(MOODS.names)]
    images = np.load(workspace / "data/translations/both/images.npy")
    index = pd.read_csv(workspace / "data/translations/both/index.csv", keep_default_na=False)
    row = index[(index["set"] == "own") & (index["faces"] == "rafd") & (index["target"] == "happy")].index[0]
    with Image.open(singles / f"rafd/{index.loc[row, 'image']:06d}-happy.png") as picture:
        assert np.array_equal(np.asarray(picture), images[row])


def test_classes_of_one_name_in_two_datasets_have_a_column_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches translations to one dataset's class that take the place of those to another's, and heads by another kind."""
    faces = write_noise(tmp_path / "faces", "faces", FACES)
    odd = Classes(("happy", "~sad"))  # the name of a class, and what is no flip
    asked = [("a", "happy"), ("b", "happy"), ("b", "~sad")]
    rows = [("cross", "faces", image, labels, target, labels) for labels, target in asked for image in (8, 9)]
    index = pd.DataFrame(rows, columns=["set", "faces", "image", "labels", "target", "mask"])
    images = np.stack([np.full((16, 16, 3), 40 * at, np.uint8) for at in range(len(rows))])
    shown: list[tuple[np.ndarray, list[str]]] = []

    def noted(cells: np.ndarray, titles: list[str]) -> np.ndarray:
        shown.append((cells, titles))
        return np.asarray(cells[0, 0])

    monkeypatch.setattr(translate, "grid", noted)
    space = DomainSpace(("a", "b"), (MOODS, odd))
    translate.write_pictures(images, index, faces, space, 2, tmp_path / "grids", tmp_path / "singles")
    [(cells, titles)] = shown
    assert titles == ["input", "happy", "happy", "~sad"]
    assert np.array_equal(cells[:, 0], faces.images[[8, 9]])
    assert cells[:, 1:, 0, 0, 0].tolist() == [[0, 80, 160], [40, 120, 200]]
    singles = {f"{labels}/{image:06d}-{target}.png": 40 * at for at, (_, _, image, labels, target, _) in enumerate(rows)}
    folder = tmp_path / "singles/faces.cross"
    for name, level in singles.items():
        with Image.open(folder / name) as picture:
            assert np.unique(np.asarray(picture)).tolist() == [level]
    assert len(list(folder.rglob("*.png"))) == len(singles) + 2  # and the two faces


def test_generators_without_a_kid_are_chosen_by_their_error() -> None:
    judged = {Path("a"): {"judged_error_x": 9.0}, Path("b"): {"judged_error_x": 3.0}}
    assert translate.best(judged, "both") == Path("b")


def test_a_checkpoint_that_was_not_kept_is_named(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    assert translate.model_path("both", "last").name == "generator.safetensors"
    with pytest.raises(Fault, match=r"translate.checkpoint = 6 was not kept for both, \[4\] was.*train.keep_every"):
        translate.model_path("both", 6)
    with pytest.raises(Fault, match=r"translate.checkpoint = best, but no generator of both was judged.*train.judge_every"):
        translate.model_path("both", "best")


@pytest.mark.parametrize(
    ("judged", "wanted"),
    [
        ({"a": (30.0, 10.0, 0.5), "b": (12.0, 8.0, 0.9), "c": (25.0, 25.0, 0.1)}, "b"),  # the lowest mean error
        ({"a": (10.0, 10.0, 0.5), "b": (11.0, 10.9, 0.2), "c": (11.0, 11.1, 0.1)}, "b"),  # KID among those within a point
        ({"a": (10.0, 10.0, 0.5), "b": (10.0, 10.0, 0.5)}, "a"),  # the first of equals
    ],
)
def test_the_best_is_that_of_the_lowest_error_and_among_near_equals_of_the_lowest_kid(
    judged: dict[str, tuple[float, float, float]], wanted: str
) -> None:
    values = {
        Path(name): {"judged_error_a": one, "judged_error_a.b": two, "judged_kid_a": kid, "judged_kept_a": 0.0}
        for name, (one, two, kid) in judged.items()
    }
    assert translate.best(values, "both") == Path(wanted)
