"""Tables of attributes by the rules of CSV, and which file each row means."""

import csv
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stages.prepare import run
from stargan.core.params import AttributeTable
from stargan.data.prepared import Prepared, read_prepared
from stargan.errors import Fault
from stargan.raw.matching import files_of
from stargan.raw.table import read_table

ROWS = {"000001.png": (1, 0), "000002.png": (0, 1), "000003.png": (1, 1), "000004.png": (0, 0)}


def table(present: str = "1", absent: str = "-1", separator: str = ",", quote: str = "", head: str = "image_id") -> str:
    """Return the rows above as CSV."""
    words = [[name, *(present if bit else absent for bit in bits)] for name, bits in ROWS.items()]
    rows = [[head, "Black_Hair", "Male"], *words]
    return "".join(separator.join(f"{quote}{cell}{quote}" for cell in row) + "\n" for row in rows)


CSVS = {
    "1 and -1": table(),
    "1 and 0": table(absent="0"),
    "true and false": table("true", "false"),
    "True and False": table("True", "FALSE"),
    "every cell quoted": table(quote='"'),
    "semicolons, as spreadsheets of some countries write": table(separator=";"),
    "tabs": table(separator="\t", absent="0"),
    "another head": table(head="file", absent="0"),
    "no head for the pictures": table(head=""),
    "blanks after commas": table(separator=", "),
    "CRLF and BOM": "\ufeff" + table(quote='"').replace("\n", "\r\n"),
}


@pytest.mark.parametrize("kind", CSVS)
def test_any_csv_is_read(kind: str) -> None:
    found = read_table(Path("labels.csv"), CSVS[kind].encode())
    assert found.pictures == list(ROWS)
    assert found.bits(["Male", "Black_Hair"]).tolist() == [[male, black] for black, male in ROWS.values()]


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8), min_size=2, max_size=5))
def test_names_of_columns_are_what_python_s_own_reader_says(names: list[str]) -> None:
    text = io.StringIO()
    rows = [["file", *names], ["a.png", *["1"] * len(names)]]
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    composed = [unicodedata.normalize("NFC", name) for name in names]
    if len(set(composed)) == len(names):
        assert read_table(Path("labels.csv"), text.getvalue().encode()).attributes == composed


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("file,A,B\na,1,-1\nb,1,0\n", "labels.csv:3: B = '0' is not 1 or -1; write -1"),
        ("file,A,B\na,1,1\nb,-1,0\n", "labels.csv:3: B = '0' is not 1 or -1; write -1"),
        ("file,A,B\na,1,0\nb,1,true\n", "labels.csv:2: B = '0' is not true or false; write false"),
        ("file,A,B\na,1,0\nb,1,maybe\n", "labels.csv:3: B = 'maybe' is not 1 or 0; write 0"),
        ("file,A,B\na,1,0\nb,1,\n", "labels.csv:3: B = '' is not 1 or 0"),
        ('file,A,B\na,1,0\n"b,1,0\n', "labels.csv:4: is not CSV"),
        ("file,A,A\na,1,0\n", "labels.csv:1: attribute names are missing or repeated"),
        ("file,A,B\na,1,0\na,1,0\n", "labels.csv:3: 'a' is in line 2 already"),
    ],
)
def test_a_cell_that_says_neither_is_named(text: str, fault: str) -> None:
    with pytest.raises(Fault) as raised:
        read_table(Path("labels.csv"), text.encode()).bits(["A", "B"])
    assert fault in str(raised.value)


def test_other_columns_are_left_alone() -> None:
    found = read_table(Path("labels.csv"), b"file,person,age,Male\na,Ann,34,1\nb,Bob,28,0\n")
    assert found.columns() == ["Male"]
    assert found.bits(["Male"]).tolist() == [[1], [0]]
    with pytest.raises(Fault, match="labels.csv:2: age = '34' is not 1 or 0"):
        found.bits(["age"])


APART = unicodedata.normalize("NFD", "fâché.png")
FILES = {
    "whole path": (["a/1.png", "b/1.png"], ["a/1.png", "b/1.png"], {"a/1.png": "a/1.png", "b/1.png": "b/1.png"}),
    "file name": (["1.png", "2.png"], ["x/1.png", "y/2.png"], {"1.png": "x/1.png", "2.png": "y/2.png"}),
    "another folder": (["old/1.png"], ["new/1.png"], {"old/1.png": "new/1.png"}),
    "stem": (["01.jpg", "02.jpg"], ["01.png", "02.JPG"], {"01.jpg": "01.png", "02.jpg": "02.JPG"}),
    "no suffix": (["1", "2"], ["1.png", "2.webp"], {"1": "1.png", "2": "2.webp"}),
    "letters apart": (["fâché.png"], [APART], {"fâché.png": APART}),
    "a stem of two files": (["1.jpg"], ["1.png", "1.webp"], {}),
    "a name in two folders": (["1.png"], ["a/1.png", "b/1.png"], {}),
    "one file for two rows": (["1.png", "1.jpg"], ["1.png"], {"1.png": "1.png"}),
    "nothing alike": (["1.png"], ["2.png"], {}),
}


@pytest.mark.parametrize("kind", FILES)
def test_which_file_a_row_means(kind: str) -> None:
    rows, files, expected = FILES[kind]
    assert files_of(rows, files).files == expected


def test_what_a_row_could_mean_is_told() -> None:
    assert files_of(["1.jpg"], ["1.png", "1.webp", "2.png"]).unclear == {"1.jpg": ["1.png", "1.webp"]}


def section(path: Path, **changes: object) -> AttributeTable:
    values: dict[str, Any] = {"form": "attributes", "path": str(path), "attributes": "labels.csv", "labels": ["Male"]}
    values |= {"crop": None, "split": "random", "test_images": 1, "seed": 1, "bad_images": "stop"}
    return AttributeTable.model_validate(values | changes)


def prepared(into: Path, of: AttributeTable) -> Prepared:
    run("mine", [16], of, into / "out")
    return read_prepared(into / "out/16")


def write(folder: Path, text: str = CSVS["1 and 0"], suffix: str = ".png", inner: str = "") -> Path:
    """Write a table beside four pictures of noise in their rows' names."""
    (folder / inner).mkdir(parents=True, exist_ok=True)
    (folder / "labels.csv").write_text(text)
    for level, name in enumerate(ROWS):
        Image.new("RGB", (30, 20), (60 * level, 0, 0)).save(folder / inner / Path(name).with_suffix(suffix))
    return folder


@pytest.mark.parametrize("kind", ["beside", "below", "another suffix", "zip", "in quotes"])
def test_a_table_over_a_folder_is_prepared(tmp_path: Path, kind: str) -> None:
    folder = write(
        tmp_path / "set",
        CSVS["every cell quoted" if kind == "in quotes" else "1 and 0"],
        ".bmp" if kind == "another suffix" else ".png",
        "photos/new" if kind == "below" else "",
    )
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
            for file in folder.iterdir():
                archive.write(file, file.name)
        folder = tmp_path / "set.zip"
    found = prepared(tmp_path, section(folder))
    assert found.labels.tolist() == [[0], [1], [1], [0]]
    assert found.images[:, 0, 0, 0].tolist() == [0, 60, 120, 180]
    assert found.images.shape == (4, 16, 16, 3)


def test_another_suffix_is_said(tmp_path: Path) -> None:
    run("mine", [16], section(write(tmp_path / "set", suffix=".bmp")), tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text()
    assert "4 of 4 rows name another kind of file than there is, such as 000001.png for 000001.bmp" in page


@pytest.mark.parametrize("rename", ["img-{}", "{}_aligned", "x{}"])
def test_where_nothing_matches_both_are_shown(tmp_path: Path, rename: str) -> None:
    folder = write(tmp_path / "set")
    for file in folder.glob("*.png"):
        file.rename(file.with_stem(rename.format(file.stem)))
    with pytest.raises(Fault) as raised:
        prepared(tmp_path, section(folder))
    there = ", ".join(f"{rename.format(Path(name).stem)}.png" for name in list(ROWS)[:3])
    assert "the table has 000001.png, 000002.png, 000003.png and 1 more, the files are " + there in str(raised.value)


def test_a_partition_is_read_where_it_is_asked_for_alone(tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    assert len(prepared(tmp_path, section(folder, partition="nowhere.txt")).images) == 4
    with pytest.raises(Fault, match=r"nowhere\.txt: cannot be read"):
        prepared(tmp_path, section(folder, partition="nowhere.txt", split="partition"))
    with pytest.raises(ValueError, match="partition is missing, which split: partition reads"):
        section(folder, split="partition")


def test_a_table_that_is_not_in_the_zip_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("Labels.csv", CSVS["1 and 0"])
    with pytest.raises(Fault, match=r"labels\.csv: is not in the zip; nearest: Labels\.csv"):
        prepared(tmp_path, section(tmp_path / "set.zip"))


SEPARATED = {
    "commas in quotes, semicolons between": '"img";"a,b";"c,d"\n"0.png";1;0\n',
    "commas in heads, tabs between": "img\ta, b\tc, d\n0.png\t1\t0\n",
    "semicolons in heads, commas between": "img,a;b,c;d\n0.png,1,0\n",
}


@pytest.mark.parametrize("kind", SEPARATED)
def test_a_separator_within_a_cell_is_none(kind: str) -> None:
    found = read_table(Path("labels.csv"), SEPARATED[kind].encode())
    assert (found.pictures, len(found.attributes)) == (["0.png"], 2)
    assert found.bits(found.attributes).tolist() == [[1, 0]]


@pytest.mark.parametrize(("score", "smiles"), [("-1", "10"), ("9", "10"), ("0.5", "10")])
def test_what_another_column_holds_decides_nothing(score: str, smiles: str) -> None:
    text = f"img,smile,score\na,1,{score}\nb,0,3\n"
    found = read_table(Path("labels.csv"), text.encode())
    assert found.columns() == ["smile"]
    assert found.bits(["smile"])[:, 0].tolist() == [int(bit) for bit in smiles]


DOTTED = {
    "row without a suffix": (["s0.left", "s1.left"], ["s0.left.png", "s1.left.png"]),
    "a version is no suffix": (["s0.v2"], ["s0.png"]),
    "a dot and a slash": (["./a/0.png", "./b/0.png"], ["a/0.png", "b/0.png"]),
    "Windows' folders": (["a\\0.png", "b\\0.png"], ["a/0.png", "b/0.png"]),
}


@pytest.mark.parametrize("kind", DOTTED)
def test_rows_as_other_tools_write_them(kind: str) -> None:
    rows, files = DOTTED[kind]
    found = dict(files_of(rows, files).files)
    assert found == ({} if kind == "a version is no suffix" else dict(zip(rows, files, strict=True)))


@pytest.mark.parametrize("head", ["", "Unnamed: 0", "index"])
def test_numbers_of_rows_are_no_names_of_pictures(head: str) -> None:
    """As pandas writes them: row 0 would take 0.png, whatever picture it tells of."""
    text = f"{head},img,smile\n" + "".join(f"{n},{9 - n}.png,{n % 2}\n" for n in range(10))
    with pytest.raises(Fault, match="its first column numbers the rows, not the pictures; save it without"):
        read_table(Path("labels.csv"), text.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_told(encoding: str) -> None:
    content = CSVS["1 and 0"].encode(encoding)
    with pytest.raises(Fault, match="labels.csv:1: (is UTF-16, not UTF-8|holds a NUL)"):
        read_table(Path("labels.csv"), content)
