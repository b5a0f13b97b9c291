"""Class folders: read as torchvision's ImageFolder reads them, with their sides, and without a quiet loss."""

import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from torchvision.datasets import ImageFolder

from stargan.errors import Fault
from stargan.raw import folder
from stargan.raw.rawset import RawSet, check_splits
from stargan.raw.source import _refuse_hostile, open_source


def write(root: Path, names: list[str]) -> Path:
    """Write a small picture, or a line of text, under each name."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            (root / name).mkdir(exist_ok=True)
        elif name.endswith((".png", ".jpg")):
            Image.new("RGB", (4, 4)).save(root / name)
        else:
            (root / name).write_text("text")
    return root


def read(root: Path, split: str = "image", links: str = "links: true", **changes: Any) -> RawSet:
    values: dict[str, Any] = {"title": "mood", "labels": [], "test_share": 0.5, "seed": 1} | changes
    with open_source(root, links=links) as source:
        raw = folder.read_raw(source, split=split, key="datasets.mine", **values)
    check_splits(raw, root, "datasets.mine")
    return raw


def classes_by_file(raw: RawSet) -> dict[str, str]:
    return {name: raw.kind.names[label.argmax()] for name, label in zip(raw.rows["source"], raw.labels, strict=True)}


TREES = {
    "flat": ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"],
    "deeper": ["happy/S01/1.png", "happy/S02/1.png", "sad/S01/1.png", "sad/S02/deep/2.png"],
    "uneven depth": ["a/1.png", "a/x/2.png", "b/y/z/1.png", "b/2.png"],
    "awkward names": ["0/1.png", "0/2.png", "01/1.png", "01/2.png", "-30/1.png", "-30/2.png", "a,b/1.png", "a,b/2.png"],
    "companions": ["cat/1.png", "cat/2.png", "cat/notes.txt", "dog/1.png", "dog/2.png", "README.md", "dog/list.csv"],
}


@pytest.mark.parametrize("tree", TREES)
def test_a_tree_is_read_as_imagefolder_reads_it(tmp_path: Path, tree: str) -> None:
    root = write(tmp_path, TREES[tree])
    oracle = ImageFolder(str(root))
    expected = {Path(file).relative_to(root).as_posix(): oracle.classes[label] for file, label in oracle.samples}
    found = read(root)
    assert list(found.kind.names) == oracle.classes
    assert classes_by_file(found) == expected


def test_pictures_deeper_than_their_class_are_said(tmp_path: Path) -> None:
    notes = read(write(tmp_path, TREES["deeper"])).notes
    assert notes == ("4 pictures lie deeper than their class, such as happy/S01/1.png (class happy)",)


def test_companions_are_passed_over_and_counted(tmp_path: Path) -> None:
    root = write(
        tmp_path, [*TREES["flat"], "README", "LICENSE", "a.csv", "b.csv", "cat/desktop.ini", "cat/.hidden", ".DS_Store"]
    )
    found = read(root)
    assert len(found.rows) == 4
    assert not found.bad
    assert found.notes == ("passed over: 2 without a suffix, 2 .csv, 3 hidden (LICENSE, README, a.csv and 1 more)",)


@pytest.mark.parametrize("name", ["cat/IMG_3", "cat/photo.dat", "dog/scan.backup"])
def test_a_picture_that_is_passed_over_is_said(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, TREES["flat"])
    Image.new("RGB", (4, 4)).save(root / name, "JPEG")
    assert f"1 hold a picture whose suffix is unknown ({name})" in read(root).notes[0]


@pytest.mark.parametrize("wrapper", ["faces/", "my set/faces/"])
def test_a_folder_round_all_is_no_class(tmp_path: Path, wrapper: str) -> None:
    found = read(write(tmp_path, [wrapper + name for name in TREES["flat"]]))
    assert found.kind.names == ("cat", "dog")
    assert found.notes == (f"the set is taken to begin in {wrapper}",)


@pytest.mark.parametrize("train", ["train", "Train", "TRAINING"])
@pytest.mark.parametrize(("other", "side"), [("val", "val"), ("Valid", "val"), ("validation", "val"), ("Testing", "test")])
def test_sides_have_their_usual_names(tmp_path: Path, train: str, other: str, side: str) -> None:
    found = read(write(tmp_path, [f"{one}/{name}" for one in (train, other) for name in TREES["deeper"]]), "folders")
    assert found.kind.names == ("happy", "sad")
    assert {name.split("/")[0]: one for name, one in zip(found.rows["source"], found.rows["split"], strict=True)} == {
        train: "train",
        other: side,
    }
    stands_in = "there is no test side: the validation side is taken in its place"
    assert (stands_in in found.notes) == (side == "val")


def test_all_three_sides(tmp_path: Path) -> None:
    found = read(
        write(tmp_path, [f"{side}/{name}" for side in ("train", "val", "test") for name in TREES["flat"]]), "folders"
    )
    assert found.rows["split"].value_counts().to_dict() == {"train": 4, "val": 4, "test": 4}


@pytest.mark.parametrize(
    ("names", "split", "fault"),
    [
        (["train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/1.png"], "image", "holds test/ and train/, so a split"),
        (["set/Train/a/1.png", "set/Train/b/1.png", "set/Val/a/1.png"], "image", "holds Train/ and Val/, so a split"),
        (["train/a/1.png", "train/b/1.png", "val/a/1.png"], "folders", "'b' of train/ is missing in val/"),
        (["train/a/1.png", "train/b/1.png", "val/a/1.png", "valid/b/1.png"], "folders", "val and valid are both the val"),
        (["cat/1.png", "cat/2.png", "fox/1.png"], "image", r'class fox has a single picture.*mine\.labels: \["cat"\]'),
        (["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "1.png"], "image", None),
    ],
)
def test_what_would_train_wrongly_is_refused(tmp_path: Path, names: list[str], split: str, fault: str | None) -> None:
    root = write(tmp_path, names)
    if fault is None:
        assert read(root, split).bad == {"1.png": "lies in no class folder"}
        return
    with pytest.raises(Fault, match=fault):
        read(root, split)


def test_a_side_may_be_a_class_where_no_other_side_is(tmp_path: Path) -> None:
    assert read(write(tmp_path, ["train/1.png", "train/2.png", "plane/1.png", "plane/2.png"])).kind.names == (
        "plane",
        "train",
    )


def test_few_pictures_of_a_class_are_on_both_sides(tmp_path: Path) -> None:
    """A draw over all pictures would leave a class of two on one side for most seeds."""
    names = [f"{mood}/{n}.png" for mood, count in (("cat", 40), ("dog", 7), ("fox", 2)) for n in range(count)]
    root = write(tmp_path, names)
    for seed in range(20):
        found = read(root, test_share=0.1, seed=seed)
        counts = found.counts()
        assert counts["test"].tolist() == [4, 1, 1]  # a tenth, and one at least
        assert counts["train"].tolist() == [36, 6, 1]
    assert read(root, test_share=0.9).counts()["train"].tolist() == [4, 1, 1]  # one at least here too


def test_labels_choose_classes(tmp_path: Path) -> None:
    names = [f"{mood}/{n}.png" for mood in ("cat", "dog", "fox") for n in range(2)]
    found = read(write(tmp_path, names), labels=["dog", "cat"])
    assert found.kind.names == ("cat", "dog")
    assert found.notes == ("datasets.mine.labels leaves out 2 pictures of fox",)
    with pytest.raises(Fault, match=r"datasets\.mine\.labels: label 'wolf' is unknown; known: cat, dog, fox; these"):
        read(tmp_path, labels=["cat", "wolf"])


def test_an_empty_class_is_said(tmp_path: Path) -> None:
    root = write(tmp_path, [*TREES["flat"], "fox/"])
    assert read(root).notes == ("folders without a picture are no classes: fox",)
    (root / "fox/note.txt").write_text("none yet")
    assert read(root).notes[-1] == "folders without a picture are no classes: fox"


NAMES = ("fâché", "très triste", "喜び", "Ångström")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_names_are_compared_composed(tmp_path: Path, name: str, kind: str) -> None:
    apart = unicodedata.normalize("NFD", name)
    names = [f"{side}/{mood}/1.png" for side, mood in (("train", name), ("train", "b"), ("test", apart), ("test", "b"))]
    root = write(tmp_path / "set", names)
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
            for one in names:
                archive.write(root / one, one)
        root = tmp_path / "set.zip"
    assert read(root, "folders").kind.names == tuple(sorted((name, "b")))


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_whose_names_cannot_be_told_is_refused(tmp_path: Path, name: str) -> None:
    member = f"{name}/1.png".encode()
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("x" * len(member), b"")
    content = (tmp_path / "set.zip").read_bytes().replace(b"x" * len(member), member)  # as tools of long ago write it
    (tmp_path / "set.zip").write_bytes(content)
    with pytest.raises(Fault, match="not marked as UTF-8.*pack it again with names in UTF-8, or give a folder"):
        read(tmp_path / "set.zip")


def test_links_within_are_followed(tmp_path: Path) -> None:
    root = write(tmp_path / "faces", [*TREES["flat"], "more/wolves/1.png", "more/wolves/2.png"])
    (root / "wolf").symlink_to(root / "more/wolves")
    assert read(root).kind.names == ("cat", "dog", "more", "wolf")


@pytest.mark.parametrize("links", ["links: true", "--links"])
def test_links_out_are_followed_where_they_may(tmp_path: Path, links: str) -> None:
    root = write(tmp_path / "faces", ["cat/1.png", "cat/2.png", "wild/1.png", "wild/2.png"])
    write(tmp_path / "elsewhere", ["1.png", "2.png"])
    (root / "dog").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Fault, match=f"faces/dog: is a link out of .*; permit it by {links}"):
        read(root, links=links)
    assert read(root, links="").kind.names == ("cat", "dog", "wild")


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, TREES["flat"])
    (root / "cat/again").symlink_to(root)
    with pytest.raises(Fault, match="cat/again: is a link to a folder that it lies in"):
        read(root)


def test_a_link_that_leads_nowhere_is_no_silent_loss(tmp_path: Path) -> None:
    root = write(tmp_path, TREES["flat"])
    (root / "fox").symlink_to(tmp_path / "gone")
    with pytest.raises(Fault, match="fox: is a link to what is not there"):
        read(root)


@pytest.mark.parametrize("name", ["b\u00a0c", "très\u202ftriste", "\U0001f469\u200d\U0001f680", "ab\u200bc"])
@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_any_letter_of_a_line_may_stand_in_a_name(tmp_path: Path, name: str, kind: str) -> None:
    """Blanks that don't break, of which macOS names screenshots, and joined signs."""
    root = write(tmp_path / "set", [f"{mood}/{n}.png" for mood in (name, "z") for n in range(2)])
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
            for file in sorted(root.rglob("*.png")):
                archive.write(file, file.relative_to(root))
        root = tmp_path / "set.zip"
    assert set(read(root).kind.names) == {name, "z"}


@pytest.mark.parametrize("names", [("train", "test"), ("Train", "val"), ("training", "validation")])
@pytest.mark.parametrize("split", ["image", "folders"])
def test_sides_within_classes_are_refused(tmp_path: Path, names: tuple[str, str], split: str) -> None:
    root = write(tmp_path, [f"{mood}/{side}/{n}.png" for mood in ("happy", "sad") for side in names for n in range(2)])
    said = "put the sides first" if split == "image" else "folder 'happy' is none of train, val and test"
    with pytest.raises(Fault, match=said):
        read(root, split)


@pytest.mark.parametrize("name", [".#notes", ".lock", "cat/.~tmp"])
def test_a_hidden_link_that_leads_nowhere_is_passed_over(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, TREES["flat"])
    (root / name).symlink_to("me@host.1:2")
    assert read(root).kind.names == ("cat", "dog")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda info: setattr(info, "filename", "a\\1.png"), "has .* between folders.*; pack it again with /"),
        (lambda info: setattr(info, "flag_bits", info.flag_bits | 1), "is encrypted; pack it again without a password"),
        (lambda info: setattr(info, "compress_type", zipfile.ZIP_LZMA), "not deflated; pack it again by deflate"),
    ],
)
def test_a_harmless_zip_of_another_tool_is_told_how_to_be_packed(tmp_path: Path, change: Any, said: str) -> None:
    info = zipfile.ZipInfo("a/1.png")
    info.header_offset = info.file_size = info.compress_size = 0
    change(info)
    info.orig_filename = info.filename
    with pytest.raises(Fault, match=said):
        _refuse_hostile(tmp_path / "set.zip", [info])
