"""From a path to params: which form it is taken for, what is said, and what --add writes."""

import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from ruamel.yaml import YAML

from stages import inspect
from stargan.core.params import load
from stargan.errors import Fault
from stargan.raw.rafd import EXPRESSIONS
from support.edited_params import here_in
from support.processes import hashes


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(inspect, "FACES", 1)  # one look for eyes in noise takes a second
    return here_in(tmp_path, monkeypatch)


def noise(path: Path, seed: int, width: int = 48, height: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path)


def class_folders(root: Path, names: tuple[str, ...] = ("-30", "喜び", "a,b"), sides: tuple[str, ...] = ("",)) -> Path:
    for seed, (side, name, n) in enumerate((side, name, n) for side in sides for name in names for n in range(6)):
        noise(root / side / name / f"{n}.png", seed)
    return root


def rafd(root: Path) -> Path:
    for seed, (person, mood) in enumerate((person, mood) for person in range(5) for mood in EXPRESSIONS):
        noise(root / f"Rafd090_{person:02d}_Caucasian_female_{mood}_frontal.jpg", seed, 68, 102)
    return root


def celeba(root: Path, partition: bool = False) -> Path:
    names = ["Bald", "Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"]
    rows = [f"{n:06d}.jpg {' '.join('1' if (n >> bit % 3) & 1 else '-1' for bit in range(6))}" for n in range(1, 33)]
    root.mkdir()
    (root / "list_attr_celeba.txt").write_text("\n".join(["32", " ".join(names), *rows]) + "\n")
    with zipfile.ZipFile(root / "img_align_celeba.zip", "w") as archive:
        for n in range(1, 33):
            noise(root / "one.jpg", n, 178, 218)
            archive.write(root / "one.jpg", f"img_align_celeba/{n:06d}.jpg")
    (root / "one.jpg").unlink()
    if partition:
        (root / "list_eval_partition.txt").write_text("".join(f"{n:06d}.jpg {n % 3}\n" for n in range(1, 33)))
    return root


def labelled(root: Path) -> Path:
    for n in range(20):
        noise(root / f"{n}.png", n, 60, 40)
    rows = "".join(f"{n}.png,{n % 5},{n % 2},{int(n < 9)}\n" for n in range(20))
    (root / "labels.csv").write_text("file,age,Glasses,Male\n" + rows)
    return root


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder))


FORMS: Mapping[str, tuple[Callable[[Path], Path], dict[str, Any]]] = {
    "class folders": (class_folders, {"form": "folders", "split": "image"}),
    "class folders in a zip": (lambda root: zipped(class_folders(root)), {"form": "folders", "split": "image"}),
    "sides": (
        lambda root: class_folders(root, sides=("train", "val")),
        {"form": "folders", "split": "folders", "title": "class"},
    ),
    "RaFD's names": (rafd, {"form": "rafd", "angles": [90], "split": "person", "crop": [0.08, 0.155, 0.84]}),
    "CelebA": (
        celeba,
        {
            "form": "attributes",
            "images": "img_align_celeba.zip",
            "attributes": "list_attr_celeba.txt",
            "labels": ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"],
            "exclusive": [["Black_Hair", "Blond_Hair", "Brown_Hair"]],
            "crop": 178,
            "split": "random",
            "test_images": 6,
        },
    ),
    "CelebA with its partition": (
        lambda root: celeba(root, partition=True),
        {"form": "attributes", "split": "partition", "partition": "list_eval_partition.txt"},
    ),
    "a CSV over a folder": (
        labelled,
        {"form": "attributes", "attributes": "labels.csv", "labels": ["Glasses", "Male"], "crop": None, "test_images": 4},
    ),
    "a CSV over a zip": (
        lambda root: zipped(labelled(root)),
        {"form": "attributes", "attributes": "labels.csv", "labels": ["Glasses", "Male"]},
    ),
}


def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["inspect", *words])
    inspect.command()
    return capsys.readouterr().out


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_is_told_and_added(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    make, expected = FORMS[kind]
    path = make(here / "set")
    before = hashes(here)
    said = told(monkeypatch, capsys, str(path))
    assert hashes(here) == before
    assert f"{path}: {expected['form']}, because " in said
    told(monkeypatch, capsys, str(path), "--add", "mine")
    added = load().datasets["mine"].model_dump()
    assert {key: added[key] for key in expected} == expected
    assert added["path"] == path.name  # within the workspace: relative to it
    assert load().runs["mine"].datasets == ["mine"]


def test_comments_and_all_other_lines_stay(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path("params.yaml").read_text().splitlines()
    told(monkeypatch, capsys, str(class_folders(here / "set")), "--add", "mine")
    after = Path("params.yaml").read_text().splitlines()
    added = [line for line in after if line not in before]
    assert [line for line in after if line not in added] == [line for line in before if line not in added]
    assert added[0].startswith("  mine: {form: folders, path: set,")
    values = YAML(typ="safe").load(Path("params.yaml").read_text())
    assert [*values["datasets"]][-1] == [*values["runs"]][-1] == "mine"


def test_names_that_look_like_numbers_stay_text(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{n}.png,{n % 2},{int(n < 9)},{int(n < 5)}\n" for n in range(20))
    labelled(here / "set")
    (here / "set/labels.csv").write_text("file,0,01,1e5\n" + rows)
    told(monkeypatch, capsys, "set", "--add", "mine")
    assert load().datasets["mine"].labels == ["0", "01", "1e5"]


def test_what_is_there_is_counted(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = class_folders(here / "set")
    (root / "README.md").write_text("about")
    (root / "a,b/broken.png").write_bytes(b"no picture")
    shutil.copy(root / "-30/0.png", root / "喜び/copy of 0.png")
    said = told(monkeypatch, capsys, "set", "--add", "mine").splitlines()
    assert "classes: 3; pictures: 16 train, 3 test" in said  # a fifth of 6, 6 and 7, one at least
    assert "  -30  5 train, 1 test" in said
    assert "sizes in pixels: 48 x 48 (19)" in said
    assert "  a,b/broken.png is not a picture, whatever its name says" in said
    assert "note: passed over: 1 .md (README.md)" in said
    assert load().datasets["mine"].bad_images == "quarantine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere: no such zip or folder"),
        (["set", "--add", "celeba"], "--add celeba: is in params.yaml already"),
        (["set", "--add", "../mine"], "--add: '../mine' is no name"),
        (["empty"], "empty: holds no picture"),
        (["flat"], "flat: is neither class folders nor pictures beside a table: there is no .csv or .txt beside"),
    ],
)
def test_what_cannot_be_added_is_told_and_nothing_is_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    class_folders(here / "set")
    (here / "empty").mkdir()
    noise(here / "flat/1.png", 1)
    before = hashes(here)
    monkeypatch.setattr(sys, "argv", ["inspect", *words])
    with pytest.raises(Fault) as raised:
        inspect.command()
    assert said in str(raised.value)
    assert hashes(here) == before


@pytest.mark.parametrize("linked", ["dog", "wolf"])
def test_links_out_are_asked_for(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], linked: str
) -> None:
    class_folders(here / "set", ("cat", "fox"))
    class_folders(here / "elsewhere", ("dog",))
    (here / "set" / linked).symlink_to(here / "elsewhere/dog")
    with pytest.raises(Fault, match=f"{linked}: is a link out of .* permit it by --links"):
        told(monkeypatch, capsys, "set")
    assert f"  {linked}  5 train, 1 test" in told(monkeypatch, capsys, "set", "--links", "--add", "mine")
    assert load().datasets["mine"].links


@pytest.mark.parametrize("kind", ["links", "nonsense", "empty"])
def test_a_set_without_a_picture_that_can_be_read_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    class_folders(here / "elsewhere", ("a", "b"))
    for file in sorted((here / "elsewhere").rglob("*.png")):
        link = here / "set" / file.relative_to(here / "elsewhere")
        link.parent.mkdir(parents=True, exist_ok=True)
        if kind == "links":
            link.symlink_to(file)
        else:
            link.write_bytes(b"" if kind == "empty" else b"nonsense")
    with pytest.raises(Fault, match="none of 12 pictures can be used: a/0.png (is|can't)") as raised:
        told(monkeypatch, capsys, "set")
    assert ("permit it by --links" in str(raised.value)) == (kind == "links")


@pytest.mark.parametrize("lone", ["fox", "007", "a b"])
def test_a_class_of_one_picture_is_left_out_and_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lone: str
) -> None:
    noise(class_folders(here / "set", ("cat", "dog")) / lone / "1.png", 99)
    said = told(monkeypatch, capsys, "set", "--add", "mine")
    assert f"note: datasets.mine.labels leaves out 1 pictures of {lone}" in said
    assert load().datasets["mine"].labels == ["cat", "dog"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("file,A\na/0.png,1\na/0.png,0\n", "'a/0.png' is in line 2 already"),
        ("file,A\nnobody.png,1\nelse.png,0\n", "labels.csv names 0 of 12 pictures"),
        ("file,A\na/0.png,1\na/1.png,1.0\n", "labels.csv names 2 of 12 pictures"),
    ],
)
def test_why_a_table_is_not_taken_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: str, said: str
) -> None:
    (class_folders(here / "set", ("a", "b")) / "labels.csv").write_text(table)
    line = told(monkeypatch, capsys, "set").splitlines()[0]
    assert "; no table was taken: " in line
    assert said in line


@pytest.mark.parametrize("kind", ["crc", "link", "small table"])
def test_odd_files_beside_pictures_are_told_and_no_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    root = class_folders(here / "set", ("a", "b"))
    if kind == "link":
        (here / "table.csv").write_text("file,A\n")
        (root / "labels.csv").symlink_to(here / "table.csv")
    if kind == "small table":  # it names few of the pictures: the folders are what the set is labelled by
        (root / "samples.csv").write_text("file,A\na/0.png,1\nb/0.png,0\na/1.png,1\n")
    if kind == "crc":
        root = zipped(root)
        content = bytearray(root.read_bytes())
        content[content.index(b"IDAT") + 40] ^= 255
        root.write_bytes(content)
    said = told(monkeypatch, capsys, str(root))
    assert f"{root}: folders, because" in said
    assert {"crc": "can't be used: 1", "link": "labels.csv is a link out", "small table": "names 3 of 12 pictures"}[
        kind
    ] in said


def test_a_folder_that_holds_a_zip_of_class_folders_is_told_what_to_give(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "outer").mkdir()
    zipped(class_folders(here / "set")).rename(here / "outer/set.zip")
    monkeypatch.setattr(sys, "argv", ["inspect", "outer"])
    with pytest.raises(
        Fault, match="outer: holds a zip and no table of its pictures: .*; for class folders give set.zip itself"
    ):
        inspect.command()
