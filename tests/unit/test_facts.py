"""What is said of a dataset before it is trained on: the same picture on two sides, small crops, few pictures."""

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from stages.prepare import run
from stargan.core.params import AttributeTable, ClassFolders
from stargan.data.prepared import read_prepared
from stargan.raw.facts import Facts, lines
from stargan.raw.likeness import hash_of, look_of, same_bytes, same_look

SIZE = 16


def section(path: Path, **changes: Any) -> ClassFolders:
    values: dict[str, Any] = {"form": "folders", "path": str(path), "title": "mood", "split": "folders"}
    return ClassFolders.model_validate(values | {"test_share": 0.2, "seed": 1, "bad_images": "stop"} | changes)


def picture(seed: int, side: int = 48) -> Image.Image:
    """Return a smooth picture of its own."""
    levels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(levels).resize((side, side), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def facts(folder: Path, members: dict[str, bytes], **changes: Any) -> Facts:
    """Prepare a zip of these files at 16 px; return what is found."""
    with zipfile.ZipFile(folder / "set.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return run("mine", [SIZE], section(folder / "set.zip", **changes), folder / "out")


def sides(count: int = 4) -> dict[str, bytes]:
    """Return as many pictures of each of two classes in train/ and in test/, all of them different."""
    names = [f"{side}/{mood}/{n}.png" for side in ("train", "test") for mood in ("glad", "sad") for n in range(count)]
    return {name: encoded(picture(seed)) for seed, name in enumerate(names)}


def test_nothing_odd_is_said_of_a_sound_set(tmp_path: Path) -> None:
    found = facts(tmp_path, sides())
    assert found.notes == []
    assert found.counts.to_dict() == {"train": {"glad": 4, "sad": 4}, "test": {"glad": 4, "sad": 4}}
    assert found.sizes == [((48, 48), 16)]


def test_the_same_file_on_two_sides_is_said(tmp_path: Path) -> None:
    members = sides()
    members["test/sad/2.png"] = members["train/glad/1.png"]
    (note,) = facts(tmp_path, members).notes
    assert note == (
        "the very same file is on two sides of the split, 1 times: test/sad/2.png (test) and train/glad/1.png (train)"
    )


SAVED_ANEW = {
    "as JPEG": lambda one: encoded(one, "JPEG", quality=80),
    "resized": lambda one: encoded(one.resize((96, 96))),
    "brighter": lambda one: encoded(ImageEnhance.Brightness(one).enhance(1.1)),
    "grey": lambda one: encoded(one.convert("L")),
}


@pytest.mark.parametrize("how", SAVED_ANEW)
def test_the_same_picture_saved_anew_on_two_sides_is_said(tmp_path: Path, how: str) -> None:
    members = sides()
    suffix = ".jpg" if how == "as JPEG" else ".png"
    members[f"test/sad/again{suffix}"] = SAVED_ANEW[how](picture(1))  # train/glad/1.png
    (note,) = [note for note in facts(tmp_path, members).notes if "same" in note]
    assert note.startswith("what looks like the same picture is on two sides of the split, 1 times: test/sad/again")


def test_twice_on_one_side_is_nothing_to_say(tmp_path: Path) -> None:
    members = sides()
    members["train/glad/2.png"] = members["train/glad/1.png"]
    assert facts(tmp_path, members).notes == []


def test_pairs_by_hand() -> None:
    assert same_bytes([b"a", b"b", b"a", b"a"], ["train", "train", "test", "val"]) == [(0, 2), (0, 3)]
    one, other = (look_of(np.asarray(picture(seed))) for seed in (1, 2))
    assert same_look([one, other, one, one], ["train", "train", "test", "train"]) == [(0, 2), (2, 3)]


def test_a_hash_tells_strong_waves_and_their_sign() -> None:
    """A closed form: a picture that is one cosine along a row has one wave, whose sign turns with the picture's."""
    wave = np.cos(np.pi * (np.arange(32) + 0.5) * 3 / 32)
    levels = np.broadcast_to(128 + 100 * wave, (32, 32)).round().astype(np.uint8)
    image = np.repeat(levels[:, :, None], 3, axis=2)
    assert np.flatnonzero(hash_of(image)).tolist() == [3]
    assert np.flatnonzero(hash_of(255 - image)).tolist() == [256 + 3]


@pytest.mark.parametrize(("size", "kept"), [((1024, 1024), "3%"), ((600, 400), "13%"), ((300, 400), "26%")])
def test_a_crop_that_keeps_little_is_said(tmp_path: Path, size: tuple[int, int], kept: str) -> None:
    """178 of 1024 x 1024 is 0.0302 of it, of 600 x 400 0.132, of 300 x 400 0.264."""
    (tmp_path / "set").mkdir()
    (tmp_path / "set/t.csv").write_text("file,A\n" + "".join(f"{n}.png,{n % 2}\n" for n in range(8)))
    for n in range(8):
        picture(n).resize(size).save(tmp_path / f"set/{n}.png")
    values: dict[str, Any] = {"form": "attributes", "path": str(tmp_path / "set"), "attributes": "t.csv", "labels": ["A"]}
    values |= {"split": "random", "test_images": 4, "seed": 3, "bad_images": "stop"}
    table = AttributeTable.model_validate(values | {"crop": 178})
    notes = run("mine", [16], table, tmp_path / "out").notes
    assert notes[0] == (
        f"the crop keeps less than a third of 8 of 8 pictures, {kept} of one of {size[0]} x {size[1]}; "
        "datasets.mine.crop: null in params.yaml takes the largest square"
    )
    whole = run("mine", [16], AttributeTable.model_validate(values | {"crop": None}), tmp_path / "out").notes
    assert not [note for note in whole if "crop" in note]


def test_small_pictures_uneven_classes_and_untested_ones_are_said(tmp_path: Path) -> None:
    members = {f"train/glad/{n}.png": encoded(picture(n, 12)) for n in range(22)}
    members |= {f"{side}/sad/{n}.png": encoded(picture(50 + n)) for n, side in enumerate(("train", "train", "test", "val"))}
    members |= {"test/glad/1.png": encoded(picture(60))}
    notes = facts(tmp_path, members).notes
    assert notes == [
        "the square of 22 of 27 pictures has fewer than 16 x 16 pixels and is enlarged",
        "classes are uneven: 22 training pictures of glad, 2 of sad",
    ]


def test_ten_times_as_many_pictures_are_not_called_uneven(tmp_path: Path) -> None:
    names = [f"train/glad/{n}.png" for n in range(20)] + [f"train/sad/{n}.png" for n in range(2)]
    names += ["test/glad/0.png", "test/sad/0.png"]
    assert facts(tmp_path, {name: encoded(picture(seed)) for seed, name in enumerate(names)}).notes == []


def test_the_page_shows_all_of_it(tmp_path: Path) -> None:
    members = sides() | {"train/sad/<b>.png": b"no picture", "notes.txt": b"text"}
    found = facts(tmp_path, members, bad_images="quarantine")
    page = (tmp_path / "out/report.html").read_text()
    text = html.unescape(re.sub(r"<[^>]*>", " ", page))
    assert "passed over: 1 .txt (notes.txt)" in text
    assert "train/sad/<b>.png" in text
    assert "<b>" not in page
    assert page.count("data:image/png;base64,") == 2
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "can't be used: 1" in [*lines(found)]


def test_equal_sets_give_equal_pages(tmp_path: Path) -> None:
    facts(tmp_path, sides())
    first = (tmp_path / "out/report.html").read_bytes()
    facts(tmp_path, sides())
    assert (tmp_path / "out/report.html").read_bytes() == first


def test_a_validation_side_stands_in_for_a_test_side(tmp_path: Path) -> None:
    facts(tmp_path, {name.replace("test/", "val/"): content for name, content in sides().items()})
    found = read_prepared(tmp_path / "out/16")
    assert set(found.rows["split"]) == {"train", "val"}
    assert len(found.split("test")) == 8


def labelled(folder: Path, rows: dict[str, tuple[int, int]], **changes: Any) -> list[str]:
    """Prepare pictures beside a table of two attributes; return the notes."""
    (folder / "set").mkdir()
    (folder / "set/t.csv").write_text("file,A,B\n" + "".join(f"{name},{a},{b}\n" for name, (a, b) in rows.items()))
    for seed, name in enumerate(rows):
        picture(seed).save(folder / "set" / name)
    values: dict[str, Any] = {
        "form": "attributes",
        "path": str(folder / "set"),
        "attributes": "t.csv",
        "labels": ["A", "B"],
        "crop": None,
    }
    values |= {"split": "random", "test_images": 1, "seed": 1, "bad_images": "stop"} | changes
    return run("mine", [16], AttributeTable.model_validate(values), folder / "out").notes


def test_an_attribute_that_nearly_all_share_is_said(tmp_path: Path) -> None:
    rows = {f"{n}.png": (int(n > 0), n % 2) for n in range(60)}
    notes = labelled(tmp_path, rows)
    assert "nearly all training pictures agree in A: little to learn it from; datasets.mine.labels can drop it" in notes


def test_a_label_that_no_test_picture_has_is_said(tmp_path: Path) -> None:
    rows = {f"{n}.png": (n % 2, int(n < 4)) for n in range(12)}
    (tmp_path / "parts.txt").write_text("".join(f"{n}.png {0 if n < 6 else 2}\n" for n in range(12)))
    notes = labelled(tmp_path, rows, split="partition", partition="../parts.txt")
    assert "no test picture is B, so nothing is measured of it" in notes


def test_the_page_is_of_the_largest_size_and_opens_few_pictures(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name, content in sides().items():
            archive.writestr(name, content)
    notes = run("mine", [16, 64], section(tmp_path / "set.zip"), tmp_path / "out").notes
    assert notes == ["the square of 16 of 16 pictures has fewer than 64 x 64 pixels and is enlarged"]
