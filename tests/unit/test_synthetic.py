"""The drawn faces: pure, edited only where they must be, written in the real sets' forms, told apart by eye."""

import io
import json
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stages.synthesize import run
from stargan.errors import Fault
from stargan.synthetic import (
    ATTRIBUTES,
    EXPRESSIONS,
    NOT_DRAWN,
    RENDERER,
    Face,
    archive,
    attributes_of,
    celeba_face,
    edited,
    rafd_face,
    render_form,
    write_celeba,
    write_rafd,
)
from stargan.synthetic.render import Form

SEED = 11
BARE = {**dict.fromkeys(ATTRIBUTES, False), "Young": True, "No_Beard": True, "Brown_Hair": True}
# What has no effect by itself is shown on someone on whom it has one.
MEN = {"5_o_Clock_Shadow", "Goatee", "Mustache", "Sideburns", "No_Beard", "Wearing_Necktie"}


def pixels(face: Face, form: Form = "celeba") -> np.ndarray:
    return np.asarray(render_form(face, form, SEED)).astype(int)


def changed(a: Face, b: Face, form: Form = "celeba") -> np.ndarray:
    """Return where two pictures differ, as (height, width) of bool."""
    return np.asarray((pixels(a, form) != pixels(b, form)).any(axis=2))


def small(face: Face) -> np.ndarray:
    """Return a studio face as 32 x 32 pixels in a vector, cut to the head."""
    picture = render_form(face, "rafd", SEED, height=128)
    side = 0.84 * picture.width
    left, top = 0.08 * picture.width, 0.155 * picture.height
    square = picture.resize((32, 32), Image.Resampling.BOX, box=(left, top, left + side, top + side))
    return np.asarray(square).astype(float).ravel()


def test_a_picture_depends_on_its_face_alone() -> None:
    # Catches state that one drawing leaves to the next, and global randomness.
    face = celeba_face(SEED, "000005.jpg")
    before = render_form(face, "celeba", SEED).tobytes()
    render_form(rafd_face(SEED, "Rafd045_03_Kid_male_angry_left.jpg"), "rafd", SEED, height=64)
    np.random.default_rng(0).random(3)
    assert render_form(replace(face), "celeba", SEED).tobytes() == before
    assert render_form(face, "celeba", SEED + 1).tobytes() != before
    assert render_form(replace(face, person=6), "celeba", SEED).tobytes() != before


def test_pictures_have_the_real_sizes() -> None:
    assert render_form(Face(1, BARE), "celeba", SEED).size == (178, 218)
    assert render_form(Face(1, BARE, scene="studio"), "rafd", SEED).size == (170, 256)
    assert render_form(Face(1, BARE, scene="studio"), "rafd", SEED, height=1024).size == (681, 1024)


@pytest.mark.parametrize("person", [1, 2, 3, 4])
def test_hair_colour_leaves_mouth_and_wall_alone(person: int) -> None:
    face = Face(person, BARE)
    where = changed(face, edited(face, {"Black_Hair": True}))
    assert where[20:60].mean() > 0.15
    assert not where[140:166, 70:108].any()
    assert not where[:5].any()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_stays_within_the_face(expression: str) -> None:
    face = Face(2, BARE)
    where = changed(face, edited(face, expression))
    assert where.any() == (expression != "neutral")
    where[62:194, 32:146] = False
    assert not where.any()


def test_gaze_moves_only_the_eyes() -> None:
    face = Face(2, BARE, scene="studio")
    where = changed(face, replace(face, gaze="left"), "rafd")
    rows = np.flatnonzero(where.any(axis=1))
    assert 20 < where.sum() < 700
    assert rows.max() - rows.min() < 16
    assert changed(replace(face, gaze="right"), replace(face, gaze="left"), "rafd").any()


def test_a_turned_head_moves_the_features_sideways_as_the_angle_says() -> None:
    places = []
    for angle in (0, 45, 90, 135, 180):
        picture = pixels(Face(2, BARE, "surprised", angle=angle, scene="studio"), "rafd")
        gorge = (picture[..., 0] < 120) & (picture[..., 1] < 40) & (picture[..., 2] < 50) & (picture[..., 0] > 70)
        places.append(np.flatnonzero(gorge.sum(axis=0) > 3).mean() / picture.shape[1])
    assert places == sorted(places)
    assert places[2] == pytest.approx(0.5, abs=0.02)
    assert places[2] - places[1] == pytest.approx(places[3] - places[2], abs=0.01)
    assert 0.03 < places[3] - places[2] < 0.1


@pytest.mark.parametrize("name", [name for name in ATTRIBUTES if name not in NOT_DRAWN])
def test_every_attribute_can_be_seen(name: str) -> None:
    bearded = name in MEN - {"Wearing_Necktie", "No_Beard"}
    face = Face(4, {**BARE, "Male": name in MEN | {"Bald", "Receding_Hairline"}, "Chubby": name == "Double_Chin"})
    off, on = edited(face, {name: False}), edited(face, {name: True, "No_Beard": not bearded})
    assert changed(off, on).sum() > 40


def test_what_is_not_drawn_is_not_drawn() -> None:
    for name in NOT_DRAWN:
        assert not changed(Face(4, {**BARE, name: False}), Face(4, {**BARE, name: True})).any()


def test_a_woman_wears_no_beard_and_a_man_no_lipstick_whatever_the_labels_say() -> None:
    bearded = {**BARE, "No_Beard": False, "Mustache": True, "Goatee": True, "Male": True}
    made_up = {**BARE, "Wearing_Lipstick": True, "Heavy_Makeup": True}
    assert changed(Face(4, bearded), Face(4, {**BARE, "Male": True})).any()
    assert not changed(edited(Face(4, bearded), {"Male": False}), Face(4, BARE)).any()
    assert not changed(edited(Face(4, made_up), {"Male": True}), Face(4, {**BARE, "Male": True})).any()


def test_edits_keep_labels_and_expression_together() -> None:
    face = Face(1, BARE)
    assert edited(face, {"Smiling": True}).expression == "happy"
    assert edited(edited(face, {"Smiling": True}), {"Smiling": False}).expression == "neutral"
    assert edited(edited(face, "sad"), {"Smiling": False, "Male": True}).expression == "sad"
    assert edited(face, "happy").attributes["Smiling"]
    assert not edited(edited(face, "happy"), "angry").attributes["Smiling"]
    assert not any(face.attributes[name] for name in ("Smiling", "Male"))


def test_a_new_hair_colour_replaces_the_old_one_and_baldness() -> None:
    bald = Face(1, {**BARE, "Brown_Hair": False, "Bald": True, "Male": True})
    blond = edited(bald, {"Black_Hair": False, "Blond_Hair": True, "Brown_Hair": False})
    assert not blond.attributes["Bald"]
    gray = edited(blond, {"Gray_Hair": True})
    assert [name for name in ATTRIBUTES if "_Hair" in name and gray.attributes[name]] == ["Gray_Hair"]
    assert edited(bald, {"Male": False}).attributes["Bald"]


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(Fault, match=r"'Blonde_Hair'.*nearest: Blond_Hair"):
        edited(Face(1, BARE), {"Blonde_Hair": True})
    with pytest.raises(Fault, match=r"'anger'.*nearest: angry"):
        edited(Face(1, BARE), "anger")
    with pytest.raises(Fault, match=r"'photo.jpg'"):
        celeba_face(SEED, "photo.jpg")
    with pytest.raises(Fault, match=r"cheerful"):
        rafd_face(SEED, "Rafd090_01_Kid_male_cheerful_left.jpg")


def test_celeba_is_written_in_the_real_form(tmp_path: Path) -> None:
    write_celeba(tmp_path, images=20, seed=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "img_align_celeba.zip",
        "list_attr_celeba.csv",
        "list_attr_celeba.txt",
        "list_eval_partition.txt",
    ]
    count, header, *rows = (tmp_path / "list_attr_celeba.txt").read_text().splitlines()
    names = header.split()
    assert (count, len(names), len(rows), names[0], names[-1]) == ("20", 40, 20, "5_o_Clock_Shadow", "Young")
    assert {len(row) for row in rows} == {10 + 3 * 40}
    text = {row.split()[0]: row.split()[1:] for row in rows}
    head, *lines = (tmp_path / "list_attr_celeba.csv").read_text().splitlines()
    assert head == ",".join(["image_id", *names])
    assert {line.split(",")[0]: line.split(",")[1:] for line in lines} == text
    male = attributes_of(3, 7)["Male"]
    assert text["000007.jpg"][names.index("Male")] == ("1" if male else "-1")
    parts = [line.split() for line in (tmp_path / "list_eval_partition.txt").read_text().splitlines()]
    assert [name for name, _ in parts] == list(text)
    assert "".join(part for _, part in parts) == "0" * 16 + "1" * 2 + "2" * 2


def test_the_ground_truth_is_the_picture_in_the_archive(tmp_path: Path) -> None:
    write_celeba(tmp_path, images=4, seed=3)
    write_rafd(tmp_path, people=2, seed=5, height=128, angles=(45, 90), gazes=("left", "frontal"))
    with zipfile.ZipFile(tmp_path / "img_align_celeba.zip") as drawn:
        assert drawn.namelist() == [f"img_align_celeba/{n:06d}.jpg" for n in range(1, 5)]
        for name in drawn.namelist():
            truth = render_form(celeba_face(3, name), "celeba", 3)
            assert _distance(drawn.read(name), truth) < 2.5
    with zipfile.ZipFile(tmp_path / "rafd.zip") as drawn:
        assert len(drawn.namelist()) == 2 * 8 * 2 * 2
        for name in drawn.namelist()[::5]:
            assert _distance(drawn.read(name), render_form(rafd_face(5, name), "rafd", 5, 128)) < 2.5


def _distance(jpeg: bytes, truth: Image.Image) -> float:
    picture = np.asarray(Image.open(io.BytesIO(jpeg))).astype(float)
    return float(np.abs(picture - np.asarray(truth).astype(float)).mean())


def test_rafd_names_tell_who_and_how(tmp_path: Path) -> None:
    write_rafd(tmp_path, people=100, seed=5, height=16, angles=(90,), gazes=("frontal",))
    with zipfile.ZipFile(tmp_path / "rafd.zip") as drawn:
        fields = [name.removesuffix(".jpg").split("_") for name in drawn.namelist()]
    assert {field[0] for field in fields} == {"Rafd090"}
    assert {field[1] for field in fields} == {f"{n:03d}" for n in range(1, 101)}
    assert {field[2] for field in fields} == {"Caucasian", "Moroccan", "Kid"}
    assert {field[4] for field in fields} == set(EXPRESSIONS)
    assert len({tuple(field[1:4]) for field in fields}) == 100
    for field in fields:
        assert attributes_of(5, int(field[1]))["Male"] == (field[3] == "male")


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_celeba(tmp_path / folder, images=3, seed=3)
        write_rafd(tmp_path / folder, people=1, seed=5, height=64, angles=(90,), gazes=("frontal",))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    for name, form, seed, height in (("img_align_celeba.zip", "celeba", 3, 218), ("rafd.zip", "rafd", 5, 64)):
        with zipfile.ZipFile(tmp_path / "one" / name) as drawn:
            assert json.loads(drawn.comment) == {"form": form, "renderer": RENDERER, "seed": seed, "height": height}
            assert {member.date_time for member in drawn.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {member.compress_type for member in drawn.infolist()} == {zipfile.ZIP_STORED}


def test_an_interrupted_drawing_leaves_the_old_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_celeba(tmp_path, images=2, seed=3)
    old = (tmp_path / "img_align_celeba.zip").read_bytes()

    def stop(face: Face, *_: object) -> Image.Image:
        if face.person == 2:
            raise KeyboardInterrupt
        return Image.new("RGB", (8, 8))

    monkeypatch.setattr(archive, "render_form", stop)
    with pytest.raises(KeyboardInterrupt):
        write_celeba(tmp_path, images=5, seed=4)
    assert (tmp_path / "img_align_celeba.zip").read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 4


def test_expressions_are_told_apart_at_32_pixels_on_people_not_seen() -> None:
    # Nearest mean after taking away the person's own neutral face is the bluntest of classifiers; chance is 14 %.
    moods = [expression for expression in EXPRESSIONS if expression != "neutral"]

    def shifts(people: range) -> np.ndarray:
        faces = [rafd_face(SEED, f"Rafd090_{n:02d}_Kid_male_neutral_frontal.jpg") for n in people]
        return np.array([[small(edited(face, mood)) - small(face) for mood in moods] for face in faces])

    means = shifts(range(1, 21)).mean(axis=0)
    seen = shifts(range(21, 33))
    nearest = ((seen[:, :, None] - means) ** 2).sum(axis=3).argmin(axis=2)
    assert (nearest == np.arange(7)).mean() > 0.97
    assert (nearest == np.arange(7)).mean(axis=0).min() > 0.8


def test_hair_gender_and_age_change_many_pixels_at_32() -> None:
    # An edit that a 32 pixel picture hardly shows could not be learnt from it.
    for person in range(1, 9):
        face = replace(celeba_face(SEED, f"{person:06d}.jpg"), scene="studio")
        face = edited(face, {"Bald": False, "Blond_Hair": True, "Wearing_Hat": False})
        for changes, least in (({"Black_Hair": True}, 0.12), ({"Male": not face.attributes["Male"]}, 0.12)):
            assert _share(face, changes) > least
        assert _share(face, {"Young": not face.attributes["Young"]}) > 0.06


def _share(face: Face, changes: dict[str, bool]) -> float:
    """Return the share of values of a 32 pixel picture that an edit moves by more than 10 of 255."""
    return float((np.abs(small(edited(face, changes)) - small(face)) > 10).mean())


@pytest.mark.parametrize("words", [[], ["lfw"], ["celeba", "rafd"]])
def test_the_stage_refuses_what_it_cannot_draw(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["synthesize", *words])
    with pytest.raises(Fault, match="one of celeba, rafd"):
        run()
