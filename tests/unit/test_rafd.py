"""RaFD's file names, folders of classes, and the splits by person and by image."""

from pathlib import Path
from typing import Any

import pytest

from stargan.errors import Fault
from stargan.raw import folder, rafd
from stargan.raw.rafd import EXPRESSIONS, Shot, shot
from stargan.raw.rawset import RawSet
from stargan.raw.source import FolderSource

GAZES = ("frontal", "left", "right")


def placed(root: Path, names: list[str]) -> FolderSource:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return FolderSource(root)


def people(count: int, angle: str = "090") -> list[str]:
    return [
        f"Rafd{angle}_{person:02d}_Caucasian_female_{expression}_{gaze}.jpg"
        for person in range(1, count + 1)
        for expression in EXPRESSIONS
        for gaze in GAZES
    ]


def read(source: FolderSource, **changes: Any) -> RawSet:
    values: dict[str, Any] = {
        "title": "expression",
        "labels": [],
        "angles": [45, 90, 135],
        "crop": [0.0, 0.14, 1.0],
        "split": "person",
        "test_share": 0.2,
        "seed": 1,
    } | changes
    return rafd.read_raw(source, key="datasets.rafd", **values)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Rafd090_01_Caucasian_female_angry_frontal.jpg", Shot(90, "01", "angry", "frontal")),
        ("a/b/Rafd045_36_Kid_male_contemptuous_left.jpg", Shot(45, "36", "contemptuous", "left")),
        ("Rafd180_73_Moroccan_male_surprised_right.jpg", Shot(180, "73", "surprised", "right")),
        ("Rafd090_340_Caucasian_male_sad_right.jpg", Shot(90, "340", "sad", "right")),
        ("Rafd091_01_Caucasian_female_angry_frontal.jpg", None),
        ("Rafd090_01_Caucasian_female_bored_frontal.jpg", None),
        ("Rafd090_01_Caucasian_female_angry_up.jpg", None),
        ("Rafd090_01_Caucasian_female_angry_frontal.jpg.html", None),
        ("000001.jpg", None),
    ],
)
def test_file_names(name: str, found: Shot | None) -> None:
    assert shot(name) == found


def test_labels_and_order(tmp_path: Path) -> None:
    source = placed(tmp_path, [*people(2), *(f"side/{name}" for name in people(2, "045")), *people(2, "180")])
    found = read(source)
    assert found.kind.names == ("angry", "contemptuous", "disgusted", "fearful", "happy", "neutral", "sad", "surprised")
    names = found.rows["source"].tolist()
    assert len(names) == 96  # 2 people x 8 x 3 at 45 and at 90 degrees; 180 was not asked for
    assert names[0] == "side/Rafd045_01_Caucasian_female_angry_frontal.jpg"
    assert names[48] == "Rafd090_01_Caucasian_female_angry_frontal.jpg"
    for name, label in zip(names, found.labels.tolist(), strict=True):
        assert label == [int(f"_{expression}_" in name) for expression in found.kind.names]
    assert found.rows["person"].tolist() == [name.split("_")[1] for name in names]


def test_split_by_person_keeps_people_apart(tmp_path: Path) -> None:
    source = placed(tmp_path, people(10))
    sides = [read(source, seed=seed).rows.groupby("person")["split"].agg(set) for seed in (1, 1, 2)]
    assert all(len(side) == 1 for side in sides[0])
    assert sum(side == {"test"} for side in sides[0]) == 2  # 0.2 x 10
    assert sides[0].equals(sides[1])
    assert not sides[0].equals(sides[2])


def test_split_by_image(tmp_path: Path) -> None:
    rows = read(placed(tmp_path, people(10)), split="image", test_share=0.1).rows
    assert (rows["split"] == "test").sum() == 24  # 0.1 x 240
    assert rows.groupby("person")["split"].nunique().max() == 2


def test_misnamed_pictures_are_bad(tmp_path: Path) -> None:
    found = read(placed(tmp_path, [*people(2), "cat.jpg", "Rafd090_01.gif", "readme.txt", "._hidden.jpg"]))
    assert set(found.bad) == {"cat.jpg", "Rafd090_01.gif"}


def test_faults(tmp_path: Path) -> None:
    source = placed(tmp_path, people(2, "180"))
    with pytest.raises(Fault, match=r"no RaFD picture of angles \[45, 90, 135\], but of \[180\]; set datasets.rafd"):
        read(source)
    with pytest.raises(Fault, match="same file name"):
        read(placed(tmp_path, [f"copy/{people(1, '180')[0]}"]), angles=[180])


def read_folders(source: FolderSource, split: str = "folders") -> RawSet:
    return folder.read_raw(source, title="mood", labels=[], split=split, test_share=0.5, seed=1, key="datasets.mine")


def test_folders_of_classes(tmp_path: Path) -> None:
    source = placed(tmp_path, ["Set/train/sad/1.jpg", "Set/train/happy/2.jpg", "Set/test/happy/3.jpg", "Set/test/sad/4.png"])
    found = read_folders(source)
    assert found.kind.names == ("happy", "sad")
    assert found.kind.title == "mood"
    assert found.rows[["source", "split"]].to_numpy().tolist() == [
        ["Set/test/happy/3.jpg", "test"],
        ["Set/test/sad/4.png", "test"],
        ["Set/train/happy/2.jpg", "train"],
        ["Set/train/sad/1.jpg", "train"],
    ]
    assert found.labels.tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]


def test_folders_are_split_by_image_or_by_rafds_persons(tmp_path: Path) -> None:
    found = read_folders(placed(tmp_path / "a", [f"{mood}/{n}.jpg" for mood in ("sad", "calm") for n in range(5)]), "image")
    assert (found.rows["split"] == "test").sum() == 4  # half of five, rounded to even, in each class
    assert found.rows["person"].tolist() == [""] * 10
    named = placed(tmp_path / "b", [f"{name.split('_')[4]}/{name}" for name in people(4)])
    assert (read_folders(named, "person").rows.groupby("person")["split"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("names", "split", "fault"),
    [
        (["train/a/1.jpg", "train/b/1.jpg", "test/a/1.jpg", "test/c/1.jpg"], "folders", "'c' of test/ is unknown to train/"),
        (["train/angry/1.jpg", "train/sad/1.jpg", "test/angry/1.jpg"], "folders", "'sad' of train/ is missing in test/"),
        (["train/a/1.jpg", "train/b/1.jpg"], "folders", "no picture in test/"),
        (["train/a/1.jpg", "test/a/1.jpg", "odd/a/1.jpg"], "folders", "folder 'odd' is none of train, val and test"),
        (["train/a/1.jpg", "test/1.jpg"], "folders", "only one class folder, a; .*; test/1.jpg lies in no class folder"),
        (["a/1.jpg", "2.jpg"], "image", "only one class folder, a; .*; 2.jpg lies in no class folder"),
        (["a/1.jpg", "a/2.jpg"], "image", "only one class folder, a"),
        (["a/1.jpg", "b/2.jpg"], "person", "needs RaFD's file names"),
        ([], "image", "holds no picture"),
    ],
)
def test_folder_faults(tmp_path: Path, names: list[str], split: str, fault: str) -> None:
    with pytest.raises(Fault, match=fault):
        read_folders(placed(tmp_path, names), split)
