"""CelebA's attribute table, partition and splits, in the forms they are published in."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stargan.errors import Fault
from stargan.raw.celeba import read_raw
from stargan.raw.rawset import RawSet
from stargan.raw.source import FolderSource
from stargan.raw.splits import official_split
from stargan.raw.table import read_partition, read_table

# As published: a count, names with a blank at the end, and blanks that line the values up.
TXT = """3
Bald Black_Hair Male Young \n\
000001.jpg -1  1 -1  1
000002.jpg  1 -1  1 -1
000003.jpg -1 -1  1  1
"""
CSV = """image_id,Bald,Black_Hair,Male,Young
000001.jpg,-1,1,-1,1
000002.jpg,1,-1,1,-1
000003.jpg,-1,-1,1,1
"""
VALUES = [[-1, 1, -1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]]


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        TXT,
        CSV,
        "\ufeff" + TXT,
        "\ufeff" + CSV,
        TXT.replace("\n", "\r\n"),
        CSV.replace("\n", "\r\n"),
        TXT + "\n\n",
        TXT.replace(" ", "   "),
        TXT.replace(" ", "\t"),
    ],
)
def test_table_forms(tmp_path: Path, text: str) -> None:
    table = read_table(written(tmp_path / "list_attr", text))
    assert table.attributes == ["Bald", "Black_Hair", "Male", "Young"]
    assert table.pictures == ["000001.jpg", "000002.jpg", "000003.jpg"]
    assert table.codes.tolist() == VALUES


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TXT.replace("3\n", "4\n", 1), ":1: 4 rows are announced, 3 are there"),
        (TXT.replace("3\n", "", 1), ":1: 'Bald .*' is not the number of rows"),
        (TXT.replace("1 -1  1 -1", "1 -1  1"), ":4: '000002.jpg' has 3 values, not 4"),
        (TXT.replace("1 -1  1 -1", "1 -1  1 -1 1"), ":4: '000002.jpg' has 5 values, not 4"),
        (TXT.replace("000003", "000001"), ":5: '000001.jpg' is in line 3 already"),
        (TXT.replace("1 -1  1 -1", "1  0  1  0"), ":4: Black_Hair = '0' is not 1 or -1; write -1"),
        (CSV.replace("1,-1,1,-1", "1,0,1,0"), ":3: Black_Hair = '0' is not 1 or -1"),
        (CSV.replace("1,-1,1,-1", "1,-1,,-1"), ":3: Male = '' is not 1 or -1"),
        (TXT.replace("Male", "Bald"), ":2: attribute names are missing or repeated"),
        ("3\n", ":2: attribute names are missing"),
        ("0\nBald\n", "no row below"),
        ("", "is empty"),
        (" \n\n", "is empty"),
        (TXT.replace("000002", "0000\x002"), ":4: holds a NUL"),
        (TXT.encode().replace(b"000002", b"00\xff02"), ":4: is not UTF-8"),
    ],
)
def test_table_faults_name_the_line(tmp_path: Path, text: str | bytes, fault: str) -> None:
    with pytest.raises(Fault, match=fault) as raised:
        table = read_table(written(tmp_path / "list_attr_celeba.txt", text))
        table.bits(table.attributes)
    assert "list_attr_celeba.txt" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"nowhere\.txt: cannot be read"):
        read_table(tmp_path / "nowhere.txt")


@pytest.mark.parametrize(
    "text", ["a.jpg 0\nb.jpg  1\nc.jpg 2 \n", "image_id,partition\r\na.jpg,0\r\nb.jpg,1\r\nc.jpg,2\r\n"]
)
def test_partition_forms(tmp_path: Path, text: str) -> None:
    assert read_partition(written(tmp_path / "p", text)) == {"a.jpg": "train", "b.jpg": "val", "c.jpg": "test"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a.jpg 0\nb.jpg 3\n", ":2: 'b.jpg 3' is not"),
        ("a.jpg 0\na.jpg 1\n", ":2: 'a.jpg' is there twice"),
        ("a.jpg 0\nb.jpg\n", ":2: 'b.jpg' is not"),
    ],
)
def test_partition_faults(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(Fault, match=fault):
        read_partition(written(tmp_path / "p", text))


def raw(folder: Path, text: str = TXT, files: int = 3, **changes: Any) -> RawSet:
    """Read a set of `files` (empty) pictures 000001.jpg, ... below `folder` with the table `text`."""
    pictures = folder / "img_align_celeba"
    pictures.mkdir(exist_ok=True)
    for number in range(1, files + 1):
        (pictures / f"{number:06d}.jpg").touch()
    values: dict[str, Any] = {
        "tables": ["list_attr_celeba.txt"],
        "partition": None,
        "labels": ["Young", "Black_Hair"],
        "exclusive": [],
        "crop": 178,
        "split": "random",
        "test_images": 1,
        "seed": 1,
    } | changes
    table = read_table(written(folder / "list_attr_celeba.txt", text))
    return read_raw(FolderSource(folder), table, key="datasets.celeba", **values)


def long_table(rows: int) -> str:
    return f"{rows}\nYoung Black_Hair\n" + "".join(f"{number:06d}.jpg 1 -1\n" for number in range(1, rows + 1))


def test_labels_come_in_the_order_asked_for(tmp_path: Path) -> None:
    found = raw(tmp_path)
    assert found.kind.names == ("Young", "Black_Hair")
    assert found.labels.tolist() == [[1, 1], [0, 0], [1, 0]]
    assert found.labels.dtype == np.uint8
    assert found.rows["source"].tolist() == [f"img_align_celeba/00000{number}.jpg" for number in (1, 2, 3)]
    assert found.rows["person"].tolist() == ["", "", ""]


def test_shuffled_columns_are_read_by_name(tmp_path: Path) -> None:
    text = "image_id,Young,Male,Black_Hair\n000001.jpg,1,-1,-1\n000002.jpg,-1,1,1\n000003.jpg,1,1,-1\n"
    assert raw(tmp_path, text).labels.tolist() == [[1, 0], [0, 1], [1, 0]]


def test_attributes_are_named_whatever_their_case_and_kept_as_the_table_has_them(tmp_path: Path) -> None:
    found = raw(tmp_path, labels=["YOUNG", "black hair"], exclusive=[["black_hair", "young"]])
    assert found.kind.as_dict()["names"] == ["Young", "Black_Hair"]
    assert found.kind.as_dict()["exclusive"] == [["Black_Hair", "Young"]]
    assert found.labels[:2].tolist() == [[1, 1], [0, 0]]


def test_exclusive_groups_are_cut_to_the_labels(tmp_path: Path) -> None:
    found = raw(tmp_path, exclusive=[["Bald", "Black_Hair", "Young"], ["Male", "Young"]])
    assert found.kind.as_dict()["exclusive"] == [["Black_Hair", "Young"]]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"labels": ["Yong"]}, "datasets.celeba.labels: attribute 'Yong' is not in .*nearest: Young"),
        ({"exclusive": [["Black_Hair", "black_har"]]}, "datasets.celeba.exclusive: .*'black_har'.*nearest: Black_Hair"),
        ({"labels": ["Young", "Young"]}, "repeats"),
        ({"labels": ["Young", "young"]}, "repeats"),
        ({"test_images": 3}, "3 test images of 3 .* leave none"),
        ({"split": "official-code"}, "1999 test images of 3 "),
    ],
)
def test_params_that_the_table_cannot_serve(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(Fault, match=fault):
        raw(tmp_path, **changes)


def test_random_split(tmp_path: Path) -> None:
    splits = [raw(tmp_path, long_table(50), 50, test_images=20, seed=seed).rows["split"].tolist() for seed in (1, 1, 2)]
    assert [sides.count("test") for sides in splits] == [20, 20, 20]
    assert splits[0] == splits[1] != splits[2]
    assert splits[0][:20] != ["test"] * 20


def test_a_missing_file_moves_no_other_picture(tmp_path: Path) -> None:
    whole = raw(tmp_path, long_table(50), 50, test_images=20).rows.set_index("source")["split"]
    (tmp_path / "img_align_celeba" / "000007.jpg").unlink()
    (tmp_path / "img_align_celeba" / "spare.jpg").touch()
    (tmp_path / "img_align_celeba" / "readme.txt").touch()
    found = raw(tmp_path, long_table(50), 0, test_images=20)
    assert found.rows.set_index("source")["split"].to_dict() == whole.drop("img_align_celeba/000007.jpg").to_dict()
    assert found.bad == {
        "000007.jpg": "has no file, only line 9 of list_attr_celeba.txt",
        "img_align_celeba/spare.jpg": "has no row in list_attr_celeba.txt",
    }


def test_of_two_files_of_one_name_none_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/000001.jpg").touch()
    found = raw(tmp_path)
    assert found.bad["000001.jpg"] == "could be copy/000001.jpg, img_align_celeba/000001.jpg"
    assert len(found.rows) == 2


def test_official_split(tmp_path: Path) -> None:
    # The released code: shuffle the table's lines with seed 1234, then test while (i + 1) < 2000.
    lines = [f"{number:06d}.jpg" for number in range(1, 3001)]
    random.seed(1234)
    random.shuffle(lines)
    expected = {name for place, name in enumerate(lines) if (place + 1) < 2000}
    found = raw(tmp_path, long_table(3000), 3000, split="official-code").rows
    tested = {Path(name).name for name in found.loc[found["split"] == "test", "source"]}
    assert len(tested) == 1999
    assert tested == expected
    assert (found["split"] == "train").sum() == 1001
    assert found["source"].is_monotonic_increasing  # the order is the table's; only the sides are drawn


def test_celebas_own_partition(tmp_path: Path) -> None:
    sides = {"000003.jpg": "test", "000001.jpg": "train", "000002.jpg": "val"}
    assert raw(tmp_path, split="partition", partition=sides).rows["split"].tolist() == ["train", "val", "test"]
    del sides["000002.jpg"]
    with pytest.raises(Fault, match=r"datasets\.celeba\.partition: has no line for '000002\.jpg'"):
        raw(tmp_path, split="partition", partition=sides)


def test_official_split_at_full_size() -> None:
    sides = official_split(202_599)
    assert (sides.count("test"), sides.count("train")) == (1_999, 200_600)
