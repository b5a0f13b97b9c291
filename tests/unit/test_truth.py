"""The ground truth of a translation, and what translations are worth against it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import ndimage

from stages import prepare
from stargan.core.params import load
from stargan.data.domains import LabelKind
from stargan.data.prepared import Prepared, read_prepared
from stargan.errors import Fault
from stargan.evaluation import truth as truth_module
from stargan.evaluation.reconstruction import mean_face
from stargan.evaluation.truth import cross_truth
from stargan.synthetic import RENDERER, write_celeba, write_rafd
from stargan.synthetic.truth import Truth, changes, drawn_face, picture, truths
from support.drawn import celeba_drawn, measured, own, perfect, protocol, rafd_drawn
from support.measures import both
from support.sets import FACES, MOODS


@pytest.fixture(scope="module")
def celeba() -> Prepared:
    return celeba_drawn()


@pytest.fixture(scope="module")
def rafd() -> Prepared:
    return rafd_drawn()


def test_the_truth_of_an_expression_is_the_other_picture_of_the_same_person(rafd: Prepared) -> None:
    angry, happy, neutral = truths(rafd, 0, MOODS, MOODS.names)
    assert not angry.changed.any()
    assert (happy.image == rafd.images[1]).all()
    assert (neutral.image == rafd.images[2]).all()
    assert (truths(rafd, 3, MOODS, ["happy"])[0].image == rafd.images[4]).all()


def test_outside_the_changed_pixels_the_truth_is_the_input_itself(celeba: Prepared) -> None:
    noisy = np.clip(celeba.images.astype(int) + np.random.default_rng(0).integers(-3, 4, celeba.images.shape), 0, 255)
    as_from_jpeg = Prepared(**{**vars(celeba), "images": noisy.astype(np.uint8)})
    for target in ("Blond_Hair", "~Male"):
        clean, found = (truths(data, 0, FACES, [target])[0] for data in (celeba, as_from_jpeg))
        assert 0.02 < found.changed.mean() < 0.98
        assert (found.image[~found.changed] == as_from_jpeg.images[0][~found.changed]).all()
        assert (found.image[found.changed] == clean.image[found.changed]).all()


def test_changing_hair_leaves_the_mouth_alone_and_expression_the_hair(celeba: Prepared) -> None:
    hair = truths(celeba, 0, FACES, ["Blond_Hair" if not celeba.labels[0, 1] else "Black_Hair"])[0].changed
    mood = truths(celeba, 0, MOODS, ["angry"])[0].changed
    assert hair[:10].mean() > 0.1 > hair[20:26, 12:20].mean()
    assert mood[20:26, 12:20].mean() > 0.1 > mood[:6].mean()


def test_changes_are_the_columns_that_the_target_touches() -> None:
    label = torch.tensor([[1, 0, 0, 1, 0]])
    assert changes(FACES, label, "Blond_Hair+~Young") == {
        "Black_Hair": False,
        "Blond_Hair": True,
        "Brown_Hair": False,
        "Young": True,
    }
    assert changes(MOODS, label, "happy") == "happy"


def test_another_renderer_or_real_faces_are_refused(celeba: Prepared) -> None:
    other = Prepared(**{**vars(celeba), "origin": {**celeba.origin, "renderer": RENDERER + 1}})
    for data in (other, Prepared(**{**vars(celeba), "origin": {"kind": "files"}})):
        with pytest.raises(Fault, match="synthesize"):
            drawn_face(data, 0)


def test_the_truth_itself_is_perfect(rafd: Prepared) -> None:
    rows = own(rafd, ["angry", "happy"])
    found = measured(rafd, rows, perfect(rafd, rows))
    assert [found[name] for name in ("truth_l1", "changed_l1", "kept_l1", "changed_ratio")] == [0, 0, 0, 0]
    assert found["truth_ssim"] == pytest.approx(1, abs=1e-4)
    assert found["truth_psnr"] == pytest.approx(58.92, abs=0.01)
    assert found["no_edit_changed_l1"] > 0.05
    assert found["no_edit_kept_l1"] == 0
    assert found["no_edit_truth_psnr"] < 40
    # Two people, three moods: of six faces two are angry already.
    assert found["n truth_l1/angry"] == 4


def test_doing_nothing_is_measured_as_the_identity(rafd: Prepared) -> None:
    rows = own(rafd, ["angry", "happy"])
    found = measured(rafd, rows, rafd.images[rows["image"].to_numpy()])
    for name in ("truth_l1", "truth_psnr", "truth_ssim", "changed_l1", "kept_l1"):
        assert found[name] == pytest.approx(found[f"no_edit_{name}"])
        assert found[f"{name}/happy"] == found[f"no_edit_{name}/happy"]
    assert found["changed_ratio"] == found["changed_ratio/happy"] == 1


def test_a_blurred_and_a_speckled_truth_are_both_noisier_than_the_truth(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    clean = perfect(rafd, rows)
    random = np.random.default_rng(0)
    blurred = ndimage.gaussian_filter(clean.astype(float), 1, axes=(1, 2)).astype(np.uint8)
    speckled = np.where(random.random((*clean.shape[:3], 1)) < 0.05, 255 - clean, clean).astype(np.uint8)
    lighter = np.where(clean < 235, clean + 20, clean).astype(np.uint8)
    noise = [measured(rafd, rows, images)["noise"] for images in (clean, lighter, blurred, speckled)]
    assert noise[0] == 0
    assert noise[1] < min(noise[2:])
    assert min(noise[2:]) > 0.2


def test_a_change_in_the_wrong_place_is_kept_l1_alone(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    images = perfect(rafd, rows)
    images[:, :2] = 255 - images[:, :2]  # the wall behind the hair, white in every drawing
    found = measured(rafd, rows, images)
    assert found["changed_l1"] == 0
    assert found["kept_l1"] > 0.05


def test_all_targets_together_are_the_mean_over_the_images_of_single_ones(celeba: Prepared) -> None:
    rows = own(celeba, ["Blond_Hair", "~Male", "Blond_Hair+~Male"])
    found = measured(celeba, rows, celeba.images[rows["image"].to_numpy()])
    single = [found["no_edit_changed_l1/Blond_Hair"], found["no_edit_changed_l1/~Male"]]
    n = [found["n changed_l1/Blond_Hair"], found["n changed_l1/~Male"]]
    assert found["no_edit_changed_l1"] == pytest.approx(np.average(single, weights=n))
    assert found["n changed_l1"] == sum(n)
    assert found["n truth_l1/Blond_Hair"] == 12 - celeba.labels[:, 1].sum()
    assert "no_edit_changed_l1/Blond_Hair+~Male" in found


def test_the_index_says_where_a_translation_lies(rafd: Prepared) -> None:
    rows = own(rafd, ["angry", "happy"])
    images = perfect(rafd, rows)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    moved = rows.iloc[shuffled]  # its index still points to the right images
    assert measured(rafd, moved, images)["truth_l1"] == 0
    assert measured(rafd, moved.reset_index(drop=True), images)["truth_l1"] > 0.01


def test_only_as_many_faces_as_asked_are_drawn(celeba: Prepared) -> None:
    rows = own(celeba, ["~Male", "~Young"])
    found = measured(celeba, rows, celeba.images[rows["image"].to_numpy()], faces=5)
    assert (found["n truth_l1/~Male"], found["n truth_l1/~Young"]) == (5, 5)


def test_each_face_is_drawn_once_and_few_are_held(rafd: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(data: Prepared, position: int, kind: LabelKind, targets: list[str]) -> list[Truth]:
        asked.append(position)
        return truths(data, position, kind, targets)

    monkeypatch.setattr(truth_module, "truths", counted)
    rows = own(rafd, ["angry", "happy"])
    images = rafd.images[rows["image"].to_numpy()]
    found = measured(rafd, rows, images)
    assert sorted(asked) == list(range(6))
    monkeypatch.setattr(truth_module, "HELD", 1)
    assert measured(rafd, rows, images) == found


def test_the_mean_face_in_the_place_of_what_is_kept(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    found = measured(rafd, rows, rafd.images[rows["image"].to_numpy()])
    average, wanted = mean_face(rafd).astype(float), []
    for position in (0, 2, 3, 5):
        kept = ~truths(rafd, position, MOODS, ["happy"])[0].changed
        wanted.append(np.abs(average - rafd.images[position])[kept].mean() / 255)
    assert found["mean_face_kept_l1/happy"] == pytest.approx(np.mean(wanted))
    assert found["mean_face_kept_l1"] > 0.01 > found["kept_l1"] == 0


def test_neutral_faces_alone_to_one_target(rafd: Prepared) -> None:
    rows = own(rafd, ["happy"])
    rows = rows[rows["image"].isin([2, 5])].reset_index(drop=True)
    found = measured(rafd, rows, perfect(rafd, rows))
    assert (found["n truth_l1/happy"], found["truth_l1"]) == (2, 0)
    assert not any("angry" in key or "neutral" in key for key in found)


def test_joined_targets_alone_have_no_plain_key(celeba: Prepared) -> None:
    rows = own(celeba, ["Blond_Hair+~Male"])
    found = measured(celeba, rows, celeba.images[rows["image"].to_numpy()])
    assert "truth_l1/Blond_Hair+~Male" in found
    assert "truth_l1" not in found


def test_no_rows_have_no_truth(celeba: Prepared) -> None:
    assert measured(celeba, own(celeba, ["~Male"])[:0], celeba.images) == {}


def given(data: Prepared, targets: list[str]) -> pd.DataFrame:
    """The index of translations of every image to every class of another dataset."""
    return own(data, targets).assign(faces=data.dataset)


def crossed(data: Prepared, rows: pd.DataFrame, images: np.ndarray, faces: int = 100) -> dict[str, float]:
    moods = replace(data, dataset="moods", kind=MOODS, origin={"kind": "files"})
    return both(cross_truth("moods", {"moods": moods, data.dataset: data}, rows, images, protocol(faces)))


def test_faces_of_one_set_have_a_truth_with_the_classes_of_another(celeba: Prepared) -> None:
    rows = given(celeba, ["angry", "happy"])
    pictures = [truths(celeba, row["image"], MOODS, [row["target"]])[0].image for row in rows.to_dict("records")]
    found = crossed(celeba, rows, np.stack(pictures))
    assert (found["cross_truth_l1"], found["cross_changed_l1/angry"]) == (0, 0)
    assert found["cross_no_edit_changed_l1"] > 0.05
    assert found["cross_no_edit_kept_l1"] == 0
    # Who is drawn happy already needs nothing, so is left out.
    happy = sum(drawn_face(celeba, position).expression == "happy" for position in range(12))
    assert 0 < happy < 12
    assert found["n cross_truth_l1/happy"] == 12 - happy
    idle = crossed(celeba, rows, celeba.images[rows["image"].to_numpy()], faces=5)
    assert idle["cross_changed_l1"] == idle["cross_no_edit_changed_l1"] > 0.05
    assert idle["n cross_truth_l1/angry"] == 5
    assert found["cross_other_person_l1"] > 0.05


def test_there_is_no_truth_across_for_real_faces_or_what_cannot_be_drawn(celeba: Prepared) -> None:
    real = Prepared(**{**vars(celeba), "origin": {"kind": "files"}})
    assert crossed(real, given(real, ["angry"]), real.images) == {}
    assert crossed(celeba, given(celeba, ["bored"]), celeba.images) == {}
    assert crossed(celeba, given(celeba, ["angry"])[:0], celeba.images) == {}


def test_real_faces_have_no_truth(celeba: Prepared) -> None:
    real = Prepared(**{**vars(celeba), "origin": {"kind": "files"}})
    assert measured(real, own(real, ["~Male"]), real.images) == {}


@pytest.mark.parametrize("form", ["celeba", "rafd"])
def test_drawings_lie_as_the_prepared_pictures_do(form: str, tmp_path: Path) -> None:
    """Synthesize, prepare and the truth agree on person, label, crop and size; JPEG makes the only difference."""
    params, raw = load(), tmp_path / "raw"
    if form == "celeba":
        write_celeba(raw, images=24, seed=6)  # some of them pale
        section = params.dataset("celeba").model_copy(update={"path": str(raw), "test_images": 4})
    else:
        write_rafd(raw, people=3, seed=3, height=256, angles=[90], gazes=["left"])
        section = params.dataset("rafd").model_copy(update={"path": str(raw / "rafd.zip"), "test_share": 0.3})
    prepare.run(form, [32], section, tmp_path / "prepared")
    data = read_prepared(tmp_path / "prepared/32")
    for position in range(len(data.images)):
        difference = np.abs(picture(data, drawn_face(data, position)).astype(int) - data.images[position])
        assert difference.mean() < 2, position
