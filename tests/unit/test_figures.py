"""The figures: which faces, columns and lines they show, where each picture stands, and what is written under them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stargan.core.measures import Measure, by_key
from stargan.data.crops import CentreCrop, crop_as_dict
from stargan.data.domains import Attributes, Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.figures import panel, paper
from stargan.figures.captions import alone_notes, changing, mask_notes
from stargan.figures.faces import asking, picked
from stargan.synthetic import RENDERER, celeba_face, edited
from stargan.synthetic.truth import picture
from support.coloured import CROSS, LOOK_TEST, LOOKS, OWN_LOOKS, OWN_MOODS, SIZE, WRONG, coloured_sets, write_run
from support.sets import MOODS

WHITE, GREY = 255, 200


# Faces


def test_a_face_is_asked_where_its_change_can_be_seen() -> None:
    labels = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0]], np.uint8)  # black, blond, unknown hair
    assert asking(LOOKS, labels, "Blond_Hair").tolist() == [True, False, False]
    assert asking(LOOKS, labels, "~Male").tolist() == [True, True, True]
    assert asking(LOOKS, labels, "-Young").tolist() == [True, False, False]
    assert asking(MOODS, np.eye(3, dtype=np.uint8), "happy").tolist() == [True, False, True]


def test_the_best_faces_are_picked_one_of_each_person() -> None:
    positions = np.array([3, 5, 8, 9, 12, 20])
    scores, people = np.array([1, 2, 2, 0, 2, 1]), ["a", "a", "b", "c", "b", "d"]
    assert picked(positions, scores, people, 2).tolist() == [5, 8]
    assert picked(positions, scores, people, 3).tolist() == [5, 8, 20]  # 3 has a better picture of a: 5
    assert picked(positions, scores, people, 9).tolist() == [5, 8, 9, 20]
    assert picked(positions, scores, people, 1).tolist() == [5]


def test_equal_faces_are_spread_evenly_and_unknown_people_are_all_different() -> None:
    positions = np.arange(100, 109)
    assert picked(positions, np.zeros(9), [""] * 9, 3).tolist() == [100, 104, 108]
    scores = np.array([0, 0, 0, 7, 0, 0, 0, 0, 0])
    assert picked(positions, scores, [""] * 9, 3).tolist() == [100, 103, 108]


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Prepared]:
    return coloured_sets(tmp_path)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the last figure gave to `sheet`; its cells as their colours' first number."""
    last: dict[str, Any] = {}

    def kept(blocks: np.ndarray, titles: Sequence[str], labels: Sequence[str], notes: Sequence[str]) -> np.ndarray:
        assert (blocks == blocks[..., :1, :1, :]).all()
        last.update(cells=blocks[..., 0, 0, 0].tolist(), titles=list(titles), labels=list(labels), notes=list(notes))
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr(panel, "sheet", kept)
    return last


def test_figure_1_shows_the_papers_columns_on_faces_that_they_change(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    joint = write_run(tmp_path / "both", [*OWN_LOOKS, *OWN_MOODS, *CROSS, *WRONG])
    paper.figure_1(joint, sets, 2)
    assert shown["titles"] == ["input", "Blond Hair", "+/- Male", "+/- Young", "angry", "happy"]
    assert shown["labels"] == ["StarGAN"]
    first_cross = 4 * 6 + 3 * 9
    # Faces 1 and 3 alone are black-haired and young. A row: the input, three of `own` (6 a target), two of `cross`.
    assert shown["cells"] == [
        [[face, face - 1, 6 + face - 1, 12 + face - 1, first_cross + face - 1, first_cross + 6 + face - 1]]
        for face in (1, 3)
    ]


def test_figure_1_shows_all_of_one_step_where_none_of_the_papers_is_there(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    rows = [("own", "looks", LOOK_TEST, "looks", target) for target in ("Black_Hair", "Black_Hair+~Male")]
    joint = write_run(tmp_path / "both", [*rows, ("cross", "looks", LOOK_TEST, "moods", "neutral")])
    paper.figure_1(joint, sets, 2)
    assert shown["titles"] == ["input", "Black Hair", "neutral"]


def test_methods_are_lines_on_the_faces_and_targets_that_all_have(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    star = write_run(tmp_path / "star", [*OWN_LOOKS, *OWN_MOODS])
    few = [("own", "looks", [1, 3], "looks", "Blond_Hair"), ("own", "looks", LOOK_TEST, "looks", "~Male")]
    diat = write_run(tmp_path / "diat", few, "diat")
    other = write_run(tmp_path / "new", OWN_LOOKS[1::-1], "another")
    paper.methods([star, diat, other], sets, Attributes, {"moods": "neutral"}, 2)
    assert shown["titles"] == ["input", "Blond Hair", "+/- Male"]
    assert shown["labels"] == ["StarGAN", "DIAT", "another"]
    assert shown["cells"] == [[[1, 0, 6], [WHITE, 0, 2], [WHITE, 6, 0]], [[3, 2, 8], [WHITE, 1, 4], [WHITE, 8, 2]]]
    paper.methods(
        [star, diat, other], sets, Attributes, {"moods": "neutral"}, 3
    )  # a third face: DIAT has no blond hair for it
    assert [GREY in line for block in shown["cells"] for line in block].count(True) == 1


def test_classes_start_from_neutral_faces(sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path) -> None:
    star, again = (write_run(tmp_path / name, OWN_MOODS) for name in ("one", "two"))
    paper.methods([star, again], sets, Classes, {"moods": "neutral"}, 9)
    assert shown["titles"] == ["input", "angry", "happy"]
    assert shown["labels"] == ["StarGAN one", "StarGAN two"]
    assert [block[0] for block in shown["cells"]] == [[face, face - 1, 9 + face - 1] for face in (2, 5, 8)]
    paper.methods([star], sets, Classes, {}, 9)
    assert shown["titles"] == ["input", "angry", "happy", "neutral"]
    assert shown["labels"] == ["StarGAN"]
    assert len(shown["cells"]) == 3  # people


def test_methods_that_do_not_belong_together_are_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    looks, moods = write_run(tmp_path / "looks", OWN_LOOKS), write_run(tmp_path / "moods", OWN_MOODS)
    with pytest.raises(Fault, match="looks, moods have no dataset of attributes in common"):
        paper.methods([looks, moods], sets, Attributes, {}, 2)
    other = write_run(tmp_path / "other", [("own", "looks", LOOK_TEST, "looks", "Black_Hair")])
    with pytest.raises(Fault, match="looks, other share no target on looks"):
        paper.methods([looks, other], sets, Attributes, {}, 2)
    rest = write_run(tmp_path / "rest", [("own", "looks", [], "looks", "x"), ("own", "looks", [0], "looks", "~Male")])
    with pytest.raises(Fault, match="looks, rest share no translated face of looks"):
        paper.methods([looks, rest], sets, Attributes, {}, 2)
    large = write_run(tmp_path / "large", OWN_LOOKS, size=16)
    with pytest.raises(Fault, match="looks has 8 px, large has 16 px"):
        paper.methods([looks, large], sets, Attributes, {}, 2)


def test_figure_6_shows_both_runs_on_the_same_guests(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    single = write_run(tmp_path / "alone", [*OWN_MOODS, *(("cross", "looks", range(2, 6), "moods", t) for t in MOODS.names)])
    joint = write_run(tmp_path / "both", [*OWN_LOOKS, *OWN_MOODS, *CROSS, *WRONG])
    metrics = {"alone": measures(("cross_error", "", 61.25)), "both": measures(("cross_error", "", 21.0))}
    paper.figure_6(single, joint, sets, metrics, 2)
    assert shown["labels"] == ["SNG", "JNT"]
    assert shown["titles"] == ["input", *MOODS.names]
    assert shown["cells"] == [  # guests: 2 and 5; SNG's begin after 27 own, 4 a target; JNT's after 51, 6 a target
        [[2, 27, 31, 35], [WHITE, 52, 58, 64]],
        [[5, 30, 34, 38], [WHITE, 55, 61, 67]],
    ]
    assert shown["notes"] == ["SNG (run alone): classification error 61.2 %", "JNT (run both): classification error 21.0 %"]
    with pytest.raises(Fault, match="both and moods translate no faces of the same other dataset"):
        paper.figure_6(write_run(tmp_path / "moods", OWN_MOODS), joint, sets, metrics, 2)
    large = write_run(tmp_path / "large", [*OWN_MOODS, *CROSS], size=16)
    with pytest.raises(Fault, match="large has 16 px, both has 8 px"):
        paper.figure_6(large, joint, sets, metrics, 2)


def test_figure_7_shows_both_masks_or_says_that_there_is_none(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    paper.figure_7(write_run(tmp_path / "both", [*CROSS, *WRONG]), sets, {}, 1)
    assert shown["labels"] == ["proper", "wrong"]
    assert shown["cells"] == [[[1, 0, 6, 12], [WHITE, 18, 24, 30]]]
    assert shown["notes"] == []
    paper.figure_7(write_run(tmp_path / "bare", CROSS), sets, {}, 1)
    assert shown["labels"] == ["proper"]
    assert shown["notes"] == ["trained without a mask vector: there is no wrong mask"]


def drawn(count: int) -> Prepared:
    """Drawn faces, as the prepare stage leaves them but for JPEG; all of them to be tested."""
    origin = {"kind": "synthetic", "form": "celeba", "seed": 1, "renderer": RENDERER, "height": 218}
    rows = pd.DataFrame({"source": [f"{i + 1:06d}.jpg" for i in range(count)], "person": "", "split": "test"})
    faces = [celeba_face(1, source) for source in rows["source"]]
    labels = np.array([[face.attributes[name] for name in LOOKS.names] for face in faces], np.uint8)
    blank = np.zeros((count, SIZE, SIZE, 3), np.uint8)
    one = Prepared("looks", SIZE, LOOKS, blank, labels, rows, origin, crop_as_dict(CentreCrop(178)), "", "")
    return replace(one, images=np.stack([picture(one, face) for face in faces]))


def test_drawn_faces_have_their_truth_as_last_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prepared = drawn(3)
    given: list[Any] = []

    def kept(*parts: Any) -> np.ndarray:
        given.extend(parts)
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr(panel, "sheet", kept)
    moods = Classes(("happy", "bored"))
    columns = [panel.Column("looks", LOOKS, "~Male", "~Male")]
    columns += [panel.Column("moods", moods, target, target) for target in moods.names]
    rows = [("own", "looks", range(3), "looks", "~Male"), ("cross", "looks", range(3), "moods", "happy")]
    made = write_run(tmp_path / "both", [*rows, ("cross", "looks", range(3), "moods", "bored")])
    panel.panel(prepared, np.arange(3), [panel.Line("StarGAN", made)], columns, 3)
    blocks, _, labels, _ = given
    assert labels == ["StarGAN", "truth"]
    for position, block in enumerate(blocks):
        face = celeba_face(1, f"{position + 1:06d}.jpg")
        turned = picture(prepared, edited(face, {"Male": not face.attributes["Male"]}))
        happy = picture(prepared, edited(face, "happy"))
        assert (block[0, 0] == prepared.images[position]).all()
        assert (block[1, 0] == WHITE).all()
        assert (block[1, 1] == turned).all()
        assert (block[1, 2] == happy).all()
        assert (block[1, 3] == GREY).all()  # an expression that cannot be drawn


# Captions


def measures(*rows: tuple[str, str, float]) -> dict[str, Measure]:
    """Measures of the labels of moods, from (measure, target, value)."""
    return by_key([Measure(name, "moods", target, value) for name, target, value in rows])


def test_notes_leave_out_what_is_not_measured() -> None:
    assert alone_notes("moods", {"SNG": {}, "JNT": {}}) == []
    single = measures(("cross_error", "", 61.26), ("cross_sharpness", "", 0.01234), ("cross_input_sharpness", "", 0.05))
    found = alone_notes("moods", {"SNG": single, "JNT": measures(("cross_sharpness", "", 0.02))})
    assert found == [
        "SNG: classification error 61.3 %, sharpness 0.0123",
        "JNT: sharpness 0.0200",
        "input: sharpness 0.0500",
    ]


def test_the_changes_told_are_the_named_one_and_the_three_largest() -> None:
    values = {"Young": -0.01, "Male": 0.4, "Pale_Skin": -0.5, "Bald": 0.1, "Eyeglasses": 0.05}
    found = measures(
        *(("wrong_mask_probability_change", name, value) for name, value in values.items()),
        ("cross_probability_change", "Young", 0.002),
        ("cross_probability_change", "Eyeglasses", 0.9),
        ("cross_input_probability", "", 0.125),
        ("cross_probability", "", 0.71),
        ("wrong_mask_probability", "", 0.13),
    )
    assert changing("moods", found, "wrong_mask") == ["Young", "Pale_Skin", "Male", "Bald"]
    assert changing("moods", {}, "cross") == changing("looks", found, "wrong_mask") == []
    aged = found | measures(("wrong_mask_probability_change", "Young", -0.9))
    assert changing("moods", aged, "wrong_mask") == ["Young", "Pale_Skin", "Male", "Bald"]
    assert mask_notes("moods", "mood", found, ["cross", "wrong_mask"]) == [
        "input: P(mood asked) 0.125",
        "proper mask: P(mood asked) 0.710; change of P: Young +0.002",
        "wrong mask: P(mood asked) 0.130; change of P: Young -0.010, Pale Skin -0.500, Male +0.400, Bald +0.100",
    ]
