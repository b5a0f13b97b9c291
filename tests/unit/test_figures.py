"""The figures: which faces, columns and lines they show, where each picture stands, and what is written under them."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Chart
from PIL import Image

from stages import figures as stage
from stargan import tracking
from stargan.core.params import Params, load
from stargan.data.crops import CentreCrop, crop_as_dict
from stargan.data.domains import Attributes, Classes, LabelKind
from stargan.data.prepared import Prepared, read_prepared
from stargan.errors import Fault
from stargan.figures import panel, paper
from stargan.figures.captions import alone_notes, changing, mask_notes
from stargan.figures.curves import curves, draw, split
from stargan.figures.faces import asking, picked
from stargan.figures.sheet import sheet
from stargan.results.translations import Translations, read_translations, write_record
from stargan.synthetic import RENDERER, celeba_face, edited
from stargan.synthetic.truth import picture
from support.sets import MOODS, write_set

SIZE = 8
HAIR = ("Black_Hair", "Blond_Hair")
LOOKS = Attributes((*HAIR, "Male", "Young"), (HAIR,))
LOOK_TARGETS = ("Blond_Hair", "~Male", "~Young", "Blond_Hair+~Male")
WHITE, GREY = 255, 200

# Sheets


def blocks_of(count: int, rows: int, columns: int, side: int = SIZE) -> np.ndarray:
    """Cells of one colour each, all different: (10 + block, 20 + row, 30 + column)."""
    cells = np.empty((count, rows, columns, side, side, 3), np.uint8)
    for place in np.ndindex(count, rows, columns):
        cells[place] = np.add(place, (10, 20, 30))
    return cells


def box(picture: np.ndarray, colour: Sequence[int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a colour; every pixel between them has it."""
    ys, xs = np.nonzero((picture == colour).all(axis=2))
    left, top, right, bottom = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    assert len(xs) == (right - left) * (bottom - top)
    return left, top, right, bottom


@pytest.mark.parametrize(("side", "shown"), [(8, 64), (24, 48), (32, 64), (70, 70)])
def test_cells_are_enlarged_by_whole_factors(side: int, shown: int) -> None:
    left, top, right, bottom = box(sheet(blocks_of(1, 1, 1, side), ["a"], []), (10, 20, 30))
    assert (right - left, bottom - top) == (shown, shown)


def test_cells_stand_in_order_and_nothing_is_drawn_over_them() -> None:
    found = sheet(
        blocks_of(2, 3, 4), ["one", "two", "three", "a very long title\nin two lines"], ["x", "yyyy", "zz"], ["note"]
    )
    for block, row in np.ndindex(2, 3):
        lefts = [box(found, (10 + block, 20 + row, 30 + column)) for column in range(4)]
        assert [b[0] for b in lefts] == sorted(b[0] for b in lefts)
        assert len({b[1] for b in lefts}) == 1
        assert all(b[2] - b[0] == b[3] - b[1] == 64 for b in lefts)
    tops = [box(found, (10 + block, 20 + row, 30))[1] for block, row in np.ndindex(2, 3)]
    assert np.diff(tops)[[0, 1, 3, 4]].tolist() == [66, 66, 66, 66]


def test_narrow_blocks_stand_beside_each_other_and_wide_ones_do_not() -> None:
    narrow, wide = sheet(blocks_of(4, 2, 4), ["a"] * 4, ["x", "y"]), sheet(blocks_of(4, 2, 9), ["a"] * 9, ["x", "y"])
    corners = [box(narrow, (10 + block, 20, 30))[:2] for block in range(4)]
    assert corners[0][1] == corners[1][1] < corners[2][1] == corners[3][1]  # two and two, not three and one
    assert corners[0][0] == corners[2][0] < corners[1][0] == corners[3][0]
    assert len({box(wide, (10 + block, 20, 30))[0] for block in range(4)}) == 1


def test_a_sheet_has_its_words_where_they_belong() -> None:
    cells = blocks_of(1, 2, 2)
    cells[:] = 255
    none = sheet(cells, ["", ""], [])
    assert (none == 255).all()

    def ink(
        titles: Sequence[str], labels: Sequence[str], notes: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
        found = sheet(cells, titles, labels, notes)
        return *np.nonzero((found < 128).any(axis=2)), found.shape  # type: ignore[return-value]

    ys, xs, shape = ink(["", "MMM"], [], [])
    assert ys.max() < shape[0] - 136
    assert abs(xs.mean() - (6 + 66 + 32)) < 3  # over the middle of the second column
    ys, xs, shape = ink(["", ""], ["", "MMM"], [])
    assert xs.max() < shape[1] - 136
    assert abs(ys.mean() - (shape[0] - 6 - 32)) < 3  # beside the middle of the second row
    ys, xs, shape = ink(["", ""], [], ["a note that is far wider than two small cells can ever be"])
    assert ys.min() > shape[0] - 30
    assert xs.max() <= shape[1] - 6


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


# Figures. Every translation is of one colour: (its place in images.npy, 7, 7).


def coloured_set(folder: Path, kind: LabelKind, labels: Sequence[Sequence[int]], people: Sequence[str]) -> Prepared:
    """Write a prepared set whose face i is of colour (i, 1, 1), the first of them for training."""
    images = np.ones((len(labels), SIZE, SIZE, 3), np.uint8)
    images[..., 0] = np.arange(len(labels))[:, None, None]
    splits = ["train"] + ["test"] * (len(labels) - 1)
    return write_set(folder, folder.parent.name, kind, images, labels, splits, people)


LOOK_LABELS = [[1, 0, 1, 1], [1, 0, 0, 1], [0, 1, 1, 1], [1, 0, 1, 1], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 0]]
MOOD_LABELS = [np.eye(3)[i % 3].tolist() for i in range(10)]  # neutral: 2, 5, 8
MOOD_PEOPLE = ["p"] + [f"p{i // 3}" for i in range(9)]


def write_run(
    folder: Path, rows: Sequence[tuple[str, str, Sequence[int], str, str]], method: str = "stargan", size: int = SIZE
) -> Translations:
    """Write translations for (set, faces, images, labels, target)."""
    table = [(name, faces, image, labels, target, labels) for name, faces, some, labels, target in rows for image in some]
    images = np.full((len(table), size, size, 3), 7, np.uint8)
    images[..., 0] = np.arange(len(table))[:, None, None]
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", images)
    columns = ["set", "faces", "image", "labels", "target", "mask"]
    pd.DataFrame(table, columns=columns).to_csv(folder / "index.csv", index=False)
    made_from = {}
    for name in ("looks", "moods"):
        manifest = Path("data/prepared", name, str(size), "manifest.json")
        if manifest.exists():
            made_from[str(manifest.parent)] = read_prepared(manifest.parent).digest
    write_record(folder, {
        "run": folder.name, "method": method, "model_md5": "0", "step": 1, "datasets": ["looks"], "image_size": size,
        "faces": ["looks", "moods"], "labels": [], "sizes": {}, "settings": {},
    }, made_from)  # fmt: skip
    return read_translations(folder)


LOOK_TEST, MOOD_TEST = range(1, 7), range(1, 10)
OWN_LOOKS = [("own", "looks", LOOK_TEST, "looks", target) for target in LOOK_TARGETS]
OWN_MOODS = [("own", "moods", MOOD_TEST, "moods", target) for target in MOODS.names]
CROSS = [("cross", "looks", LOOK_TEST, "moods", target) for target in MOODS.names]
WRONG = [("wrong_mask", "looks", LOOK_TEST, "moods", target) for target in MOODS.names]


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Prepared]:
    return {
        "looks": coloured_set(tmp_path / f"data/prepared/looks/{SIZE}", LOOKS, LOOK_LABELS, [""] * 7),
        "moods": coloured_set(tmp_path / f"data/prepared/moods/{SIZE}", MOODS, MOOD_LABELS, MOOD_PEOPLE),
    }


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
    ]  # fmt: skip


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
    paper.methods([star, diat, other], sets, Attributes, "neutral", 2)
    assert shown["titles"] == ["input", "Blond Hair", "+/- Male"]
    assert shown["labels"] == ["StarGAN", "DIAT", "another"]
    assert shown["cells"] == [
        [[1, 0, 6], [WHITE, 0, 2], [WHITE, 6, 0]],
        [[3, 2, 8], [WHITE, 1, 4], [WHITE, 8, 2]],
    ]
    paper.methods([star, diat, other], sets, Attributes, "neutral", 3)  # a third face: DIAT has no blond hair for it
    assert [GREY in line for block in shown["cells"] for line in block].count(True) == 1


def test_classes_start_from_neutral_faces(sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path) -> None:
    star, again = (write_run(tmp_path / name, OWN_MOODS) for name in ("one", "two"))
    paper.methods([star, again], sets, Classes, "neutral", 9)
    assert shown["titles"] == ["input", "angry", "happy"]
    assert shown["labels"] == ["StarGAN one", "StarGAN two"]
    assert [block[0] for block in shown["cells"]] == [[face, face - 1, 9 + face - 1] for face in (2, 5, 8)]
    paper.methods([star], sets, Classes, "", 9)
    assert shown["titles"] == ["input", "angry", "happy", "neutral"]
    assert shown["labels"] == ["StarGAN"]
    assert len(shown["cells"]) == 3  # people


def test_methods_that_do_not_belong_together_are_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    looks, moods = write_run(tmp_path / "looks", OWN_LOOKS), write_run(tmp_path / "moods", OWN_MOODS)
    with pytest.raises(Fault, match="looks, moods have no dataset of attributes in common"):
        paper.methods([looks, moods], sets, Attributes, "", 2)
    other = write_run(tmp_path / "other", [("own", "looks", LOOK_TEST, "looks", "Black_Hair")])
    with pytest.raises(Fault, match="looks, other share no target on looks"):
        paper.methods([looks, other], sets, Attributes, "", 2)
    rest = write_run(tmp_path / "rest", [("own", "looks", [], "looks", "x"), ("own", "looks", [0], "looks", "~Male")])
    with pytest.raises(Fault, match="looks, rest share no translated face of looks"):
        paper.methods([looks, rest], sets, Attributes, "", 2)
    large = write_run(tmp_path / "large", OWN_LOOKS, size=16)
    with pytest.raises(Fault, match="looks has 8 px, large has 16 px"):
        paper.methods([looks, large], sets, Attributes, "", 2)


def test_figure_6_shows_both_runs_on_the_same_guests(
    sets: dict[str, Prepared], shown: dict[str, Any], tmp_path: Path
) -> None:
    single = write_run(tmp_path / "alone", [*OWN_MOODS, *(("cross", "looks", range(2, 6), "moods", t) for t in MOODS.names)])
    joint = write_run(tmp_path / "both", [*OWN_LOOKS, *OWN_MOODS, *CROSS, *WRONG])
    metrics = {"alone": {"cross_mood_error_percent": 61.25}, "both": {"cross_mood_error_percent": 21.0}}
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


def test_notes_leave_out_what_is_not_measured() -> None:
    assert alone_notes("mood", {"SNG": {}, "JNT": {}}) == []
    found = alone_notes("mood", {
        "SNG": {"cross_mood_error_percent": 61.26, "cross_sharpness": 0.01234, "cross_input_sharpness": 0.05},
        "JNT": {"cross_sharpness": 0.02},
    })  # fmt: skip
    assert found == [
        "SNG: classification error 61.3 %, sharpness 0.0123",
        "JNT: sharpness 0.0200",
        "input: sharpness 0.0500",
    ]


def test_the_changes_told_are_the_named_one_and_the_three_largest() -> None:
    values = {"Young": -0.01, "Male": 0.4, "Pale_Skin": -0.5, "Bald": 0.1, "Eyeglasses": 0.05}
    metrics = {f"wrong_mask_probability_change_{name}": value for name, value in values.items()}
    metrics |= {"cross_probability_change_Young": 0.002, "cross_probability_change_Eyeglasses": 0.9}
    metrics |= {"cross_input_mood_probability": 0.125, "cross_mood_probability": 0.71, "wrong_mask_mood_probability": 0.13}
    assert changing(metrics, "wrong_mask") == ["Young", "Pale_Skin", "Male", "Bald"]
    assert changing({}, "cross") == []
    aged = metrics | {"wrong_mask_probability_change_Young": -0.9}
    assert changing(aged, "wrong_mask") == ["Young", "Pale_Skin", "Male", "Bald"]
    assert mask_notes("mood", metrics, ["cross", "wrong_mask"]) == [
        "input: P(mood asked) 0.125",
        "proper mask: P(mood asked) 0.710; change of P: Young +0.002",
        "wrong mask: P(mood asked) 0.130; change of P: Young -0.010, Pale Skin -0.500, Male +0.400, Bald +0.100",
    ]


# Curves


def test_a_terms_name_tells_what_it_is_of() -> None:
    assert [split(term) for term in ("d_real", "d_real_rafd", "g_id_neutral_to_happy", "loss")] == [
        ("d_real", ""), ("d_real", "rafd"), ("g_id", "neutral to happy"), ("loss", ""),
    ]  # fmt: skip


def test_lines_are_running_medians_of_what_was_trained() -> None:
    values = np.arange(100.0)
    values[50] = 1e6  # one wild step
    table = pd.DataFrame({"iteration": 20 * np.arange(1, 101), "g_rec_a": values, "g_rec_b": np.nan, "g_cls_a": 1.0})
    table.loc[:49, "g_rec_b"] = 3.0
    axes = Chart().subplots()
    draw(axes, "a run", table, ["g_rec_a", "g_rec_b", "g_cls_a"])
    first, second, third = axes.get_lines()
    assert np.asarray(first.get_ydata())[10] == pytest.approx(9.5)  # of 8, 9, 10, 11: rows 8 to 11 of four
    assert max(np.asarray(first.get_ydata())) < 100
    assert np.asarray(second.get_xdata()).max() == 1000
    assert first.get_color() == second.get_color() != third.get_color()
    assert first.get_linestyle() == third.get_linestyle() != second.get_linestyle()
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["g_rec", "g_cls", "a", "b"]


def test_many_models_share_one_style() -> None:
    table = pd.DataFrame({"iteration": [1, 2], **{f"d_real_{i}_to_b": [1.0, 2.0] for i in range(5)}})
    axes = Chart().subplots()
    draw(axes, "a run", table, list(table.columns[1:]))
    assert {line.get_linestyle() for line in axes.get_lines()} == {"-"}
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["d_real", "a line each of 5"]


def test_every_run_has_two_panels_and_the_same_bytes() -> None:
    table = pd.DataFrame({"iteration": [1, 2], "d_real": [1.0, 2.0], "e_z": [np.nan, np.nan]})
    one, two = curves({"a": table}), curves({"a": table, "b": table[["iteration"]]})
    heights = [Image.open(io.BytesIO(content)).size[1] for content in (one, two)]
    assert heights == [207, 414]  # 2.3 inches a run, 90 dots an inch
    assert curves({"a": table, "b": table[["iteration"]]}) == two


# The stage


@pytest.fixture
def params() -> Params:
    base = load()
    run = base.runs["both"].model_copy(
        update={"datasets": ["looks"], "faces": ["looks", "moods"], "labels": [], "image_size": SIZE}
    )
    compare = base.compare.model_copy(update={
        "attributes": ["star"], "expressions": ["both", "diat"], "single": "alone", "joint": "both", "faces": 2,
    })  # fmt: skip
    names = ("star", "both", "diat", "alone")
    return base.model_copy(update={"runs": dict.fromkeys(names, run), "compare": compare})


def write_stage(root: Path, runs: Mapping[str, Any]) -> None:
    """Write what the stage reads beside the prepared sets."""
    for name, rows in runs.items():
        write_run(root / "data/translations" / name, rows)
        (root / "metrics/losses").mkdir(parents=True, exist_ok=True)
        (root / "metrics/evaluate").mkdir(parents=True, exist_ok=True)
        (root / f"metrics/losses/{name}.csv").write_text("iteration,d_real_looks,g_rec_looks\n1,0.5,0.25\n2,0.4,\n")
        (root / f"metrics/evaluate/{name}.json").write_text('{"cross_sharpness": 0.5}\n')


RUNS = {
    "star": OWN_LOOKS,
    "both": [*OWN_LOOKS, *OWN_MOODS, *CROSS, *WRONG],
    "diat": OWN_MOODS[:1],
    "alone": [*OWN_MOODS, *CROSS],
}
FILES = ["curves.png", *(f"figure{number}.png" for number in (1, 4, 5, 6, 7))]


@pytest.fixture
def untracked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Track nothing; return the names of the artifacts that were logged."""
    logged: list[str] = []
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    monkeypatch.setattr(tracking.Run, "log_artifact", lambda _, path, folder: logged.append(f"{folder}/{path.name}"))
    return logged


@pytest.mark.usefixtures("sets")
def test_the_stage_writes_the_same_figures_twice(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, untracked: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, RUNS)
    stage.run(params)
    written = {path.name: path.read_bytes() for path in sorted(Path("metrics/figures").iterdir())}
    assert list(written) == FILES
    assert untracked == [f"figures/{name}" for name in FILES]
    assert all(Image.open(io.BytesIO(content)).format == "PNG" for content in written.values())
    stage.run(params)
    assert {path.name: path.read_bytes() for path in Path("metrics/figures").iterdir()} == written


@pytest.mark.usefixtures("sets", "untracked")
@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("data/translations/diat/translations.json", "data/translations/diat: .*run the translate stage"),
        ("metrics/evaluate/alone.json", "metrics/evaluate/alone.json: missing; run the evaluate stage of alone"),
        ("metrics/losses/star.csv", "metrics/losses/star.csv: missing; run the stage that trains star"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(
    missing: str, told: str, params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, RUNS)
    Path(missing).unlink()
    with pytest.raises(Fault, match=told):
        stage.run(params)
    assert not Path("metrics/figures").exists()


@pytest.mark.usefixtures("sets", "untracked")
def test_two_runs_of_other_sizes_in_one_figure_are_refused(
    params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_stage(tmp_path, {name: rows for name, rows in RUNS.items() if name != "alone"})
    write_run(tmp_path / "data/translations/alone", RUNS["alone"], size=16)
    with pytest.raises(Fault, match="compare.single = alone has images of 16 px, compare.joint = both of 8; name runs"):
        stage.run(params)


def test_only_listed_runs_are_read(params: Params) -> None:
    assert stage.listed(params.compare) == ["star", "both", "diat", "alone"]
    fewer = params.compare.model_copy(update={"expressions": ["both"], "single": "both"})
    assert stage.listed(fewer) == ["star", "both"]
