"""Photos through the command line: folders and zips, what fails, what comes back, faces aligned and put back."""

import errno
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages import translate_image
from stargan.core.tensors import read_tensors, write_tensors
from stargan.errors import Fault
from stargan.evaluation.faces import extra
from stargan.evaluation.faces.aligning import CELEBA
from stargan.models.assembly import Model, load_model
from stargan.raw.pictures import read_face
from support.edited_params import here_in
from support.photographs import ASTRONAUT_EYES, astronaut, needs_faces
from support.sets import write_generator


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with params, and a model of 16 px."""
    here_in(tmp_path, monkeypatch)
    write_generator(tmp_path / "g.safetensors")
    return tmp_path


def photo(path: Path, seed: int = 0, width: int = 40, height: int = 30) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path)
    return path


def translated(monkeypatch: pytest.MonkeyPatch, image: str, *words: str) -> list[str]:
    """Run the command; return the files below `out`."""
    monkeypatch.setattr(
        sys, "argv", ["translate_image", "--model", "g.safetensors", "--image", image, "--out", "out", *words]
    )
    translate_image.command()
    return sorted(path.relative_to("out").as_posix() for path in Path("out").rglob("*.png"))


def pixels(path: Path | str) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


TARGETS = ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young", "angry", "happy", "neutral"]


def test_without_a_target_come_all_and_a_sheet(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "a.png")
    assert translated(monkeypatch, "a.png") == sorted(
        f"a.png{name}.png" for name in [*(f"-{one}" for one in TARGETS), ".sheet"]
    )
    model = load_model("g.safetensors")
    assert np.array_equal(pixels("out/a.png-happy.png"), model.translate(read_face("a.png", 16), "happy"))
    sheet = pixels("out/a.png.sheet.png")
    assert sheet.shape[1] == 9 * (128 + 2)  # the input and eight targets, enlarged eight times
    face = read_face("a.png", 16).repeat(8, axis=0).repeat(8, axis=1)
    assert np.array_equal(sheet[-130:-2, :128], face)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_equal_names_in_two_folders_are_two_files(here: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for seed, name in enumerate(("a.png", "one/a.png", "two/a.png")):
        photo(here / "photos" / name, seed)
    if kind == "zip":
        with zipfile.ZipFile("photos.zip", "w") as archive:
            for file in sorted(Path("photos").rglob("*.png")):
                archive.write(file, file.relative_to("photos"))
    found = translated(monkeypatch, "photos" if kind == "folder" else "photos.zip", "--to", "happy")
    assert found == ["a.png-happy.png", "one/a.png-happy.png", "two/a.png-happy.png"]
    assert len({Path("out", name).read_bytes() for name in found}) == 3


def test_names_that_differ_in_their_suffix_alone_are_two_files(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "photos/a.png")
    photo(here / "photos/a.bmp")
    assert translated(monkeypatch, "photos", "--to", "happy") == ["a.bmp-happy.png", "a.png-happy.png"]


BAD = {"cut.jpg": b"\xff\xd8\xff\xe0", "empty.png": b"", "page.heic": b"<html>"}


def test_a_bad_file_does_not_end_a_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photo(here / "photos/a.png")
    photo(here / "photos/z.png")
    (here / "photos/notes.txt").write_text("text")
    for name, content in BAD.items():
        (here / "photos" / name).write_bytes(content)
    with pytest.raises(Fault) as raised:
        translated(monkeypatch, "photos", "--to", "happy")
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png-happy.png", "z.png-happy.png"]
    said = str(raised.value)
    assert said.startswith("3 picture(s) could not be translated: ")
    assert all(f"photos/{name}" in said for name in BAD)
    assert "passed over: 1 .txt (notes.txt)" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".heic", ".avif", ".gif"])
def test_a_phone_s_formats_are_translated(here: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    photo(here / f"IMG_1{suffix}", width=64, height=64)
    assert translated(monkeypatch, f"IMG_1{suffix}", "--to", "happy") == [f"IMG_1{suffix}-happy.png"]


def test_a_strip_leads_from_one_target_to_another(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "a.png")
    assert translated(monkeypatch, "a.png", "--between", "happy", "angry", "--steps", "5") == ["a.png-happy-to-angry.png"]
    strip = pixels("out/a.png-happy-to-angry.png")
    model, face = load_model("g.safetensors"), read_face("a.png", 16)
    assert strip.shape == (16, 80, 3)
    assert np.array_equal(strip[:, :16], model.translate(face, "happy"))
    assert np.array_equal(strip[:, -16:], model.translate(face, "angry"))


def test_a_strength_reaches_the_label(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "a.png")
    translated(monkeypatch, "a.png", "--to", "happy", "--strength", "0.5")
    model, face = load_model("g.safetensors"), read_face("a.png", 16)
    assert np.array_equal(pixels("out/a.png-happy.png"), model.translate(face, "happy", "", 0.5))
    assert not np.array_equal(pixels("out/a.png-happy.png"), model.translate(face, "happy"))


def test_a_face_is_put_back_where_it_was(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 x 40 the centre square is from column 10 to 50."""
    photo(here / "a.png", width=60, height=40)
    monkeypatch.setattr(Model, "translate", lambda *_: np.full((16, 16, 3), (255, 0, 0), np.uint8))
    translated(monkeypatch, "a.png", "--to", "happy", "--paste")
    before, after = pixels("a.png"), pixels("out/a.png-happy.png")
    assert after.shape == before.shape
    assert np.array_equal(after[:, :10], before[:, :10])
    assert np.array_equal(after[:, 50:], before[:, 50:])
    assert (after[10:30, 20:40] == (255, 0, 0)).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "happy", "--between", "happy", "angry"], "--to and --between: ask for one"),
        (["--between", "happy", "angry", "--paste"], "--between and --paste: a strip is no part"),
        (["--to", "happy", "--all"], "--all finds all faces of a picture, so it needs --align"),
        (["--to", "glad"], "label 'glad' is unknown to this model"),
        (["--to", "happy", "--strength", "3"], "strength 3 is not from 0 to 2"),
        (["--between", "happy", "Young"], "belong to different datasets"),
        (["--between", "happy", "angry", "--steps", "1"], "1 steps lead from no target"),
        (["--to", "happy", "--size", "30"], "--size 30 is not a multiple of 4 from 8 to 4096; use 28"),
        (["--to", "happy", "--size", "4"], "--size 4 is not a multiple of 4 from 8 to 4096; use 8"),
        (["--to", "happy", "--size", "0"], "--size 0 is not"),
        (["--to", "happy", "--size", "400000"], "use 4096"),
        (["--between", "happy", "angry", "--strength", "0.5"], "--between and --strength 0.5: a strip goes all the way"),
        (["--to", "happy", "--steps", "5"], "--steps 5: only --between makes a strip"),
        (["--to", "happy", "--labels", "A,B"], "a model of this project knows its labels; leave --labels out"),
        (["--to", "happy,sad"], "label 'sad' is unknown"),
        (["--to", "happy,angry"], "a face is of one class; name one"),
        (["--to", "Black_Hair,Blond_Hair"], "Black_Hair and Blond_Hair rule each other out"),
        (["--to", "happy", "--from", "Male"], "given by labels of celeba, the target by those of rafd"),
        (["--to", "rafd/"], "the target names no label"),
        (["--to", "happy", "--out", "photos"], "--out photos: is the folder of the pictures"),
    ],
)
def test_what_cannot_be_had_together_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    photo(here / "photos/a.png")
    with pytest.raises(Fault) as raised:
        translated(monkeypatch, "photos", *words)
    assert said in str(raised.value)
    assert [path.name for path in Path("photos").iterdir()] == ["a.png"]
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["nowhere.png", "empty", "texts"])
def test_a_path_without_a_photo_is_named(here: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (here / "empty").mkdir()
    (here / "texts").mkdir()
    (here / "texts/a.txt").write_text("text")
    with pytest.raises(Fault, match=f"^{name}: no (such )?picture"):
        translated(monkeypatch, name)


def eyes_in(path: Path, dataset: str, eyes: list[float]) -> None:
    """Let a model file say where eyes lie in pictures of a dataset."""
    tensors, header = read_tensors(path)
    write_tensors(path, tensors, {**header, "squares": {dataset: {"crop": {}, "eyes": eyes}}})


def test_eyes_are_those_of_the_targets_dataset(here: Path) -> None:
    eyes_in(here / "g.safetensors", "rafd", [0.3, 0.4, 0.7, 0.4])
    model = load_model("g.safetensors")
    assert translate_image.eyes_of(model, "happy") == ((0.3, 0.4, 0.7, 0.4), "")
    eyes, said = translate_image.eyes_of(model, "Young")
    assert eyes == CELEBA
    assert said.startswith("the model does not say where eyes lie in pictures of celeba")


def reds(path: str) -> np.ndarray:
    """Return where a picture is red, the colour that the stub translates every face to."""
    found = pixels(path).astype(int)
    return np.asarray((found[..., 0] > 240) & (found[..., 1:].max(axis=-1) < 20))


@needs_faces
def test_faces_are_found_aligned_and_put_back(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two astronauts beside each other, the second one smaller."""
    first = astronaut()
    both = Image.new("RGB", (256 + 200, 256), "gray")
    both.paste(first, (0, 0))
    both.paste(first.resize((200, 200)), (256, 56))
    both.save("both.png")
    eyes_in(here / "g.safetensors", "rafd", [0.35, 0.45, 0.65, 0.45])
    monkeypatch.setattr(Model, "translate", lambda *_: np.full((16, 16, 3), (255, 0, 0), np.uint8))

    translated(monkeypatch, "both.png", "--to", "happy", "--align", "--paste")
    assert "both.png: 2 faces were found, and the largest is translated; --all takes all" in capsys.readouterr().err
    red = reds("out/both.png-happy.png")
    assert red[:, :256].any()
    assert not red[:, 256:].any()
    rows, columns = np.nonzero(red)
    left_x, left_y, right_x, right_y = ASTRONAUT_EYES
    assert abs(columns.mean() - (left_x + right_x) / 2) < 4
    assert 0 < rows.mean() - (left_y + right_y) / 2 < 12  # of the square the eyes are at 0.45

    translated(monkeypatch, "both.png", "--to", "happy", "--align", "--all", "--paste")
    assert reds("out/both.png-happy.png")[:, 256:].any()
    assert translated(monkeypatch, "both.png", "--to", "happy", "--align", "--all")[:2] == [
        "both.png-happy.face2.png",
        "both.png-happy.png",
    ]


@needs_faces
def test_where_no_face_is_found_the_centre_is_taken_and_that_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (60, 40), "gray").save("wall.png")
    translated(monkeypatch, "wall.png", "--to", "happy", "--align")
    assert "wall.png: no face was found, so its centre square is translated" in capsys.readouterr().err
    model = load_model("g.safetensors")
    assert np.array_equal(pixels("out/wall.png-happy.png"), model.translate(read_face("wall.png", 16), "happy"))


def test_without_the_extra_one_line_names_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "a.png")
    extra.dlib.cache_clear()
    extra.detector.cache_clear()
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(Fault, match=r"pip install -r requirements-faces\.txt"):
        translated(monkeypatch, "a.png", "--to", "happy", "--align")
    extra.dlib.cache_clear()


def test_what_was_made_is_not_translated_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo(here / "a.png")
    photo(here / "more/b.png")
    for _ in range(3):
        assert translated(monkeypatch, ".", "--to", "happy") == ["a.png-happy.png", "more/b.png-happy.png"]


def test_a_pipe_is_not_waited_for(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe.jpg")
    with pytest.raises(Fault, match="pipe.jpg: is not a file"):
        translated(monkeypatch, "pipe.jpg", "--to", "happy")


def test_a_full_disk_is_no_bad_picture(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out/a.png-happy.png")

    photo(here / "a.png")
    monkeypatch.setattr(translate_image, "write_png", full)
    with pytest.raises(OSError, match="No space left"):
        translated(monkeypatch, "a.png", "--to", "happy")
