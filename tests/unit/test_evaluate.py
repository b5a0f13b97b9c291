"""Evaluation as a whole: faces that wear their labels as painted stripes, translators whose worth is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from stages import evaluate
from stargan.core.measures import Measure
from stargan.core.params import Evaluate
from stargan.data.domains import Classes
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.evaluation import dataset
from stargan.evaluation.checks import check, check_neutral
from stargan.evaluation.distances import domains
from stargan.evaluation.frechet import coverage
from stargan.evaluation.protocol import Protocol
from support.sets import LOOKS, MOODS
from support.striped import PROTOCOL, SIZE, judges, measured, measures_of, striped_sets, write_run


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    return striped_sets(tmp_path_factory.mktemp("prepared"))


def test_a_perfect_translator_has_no_error(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "perfect")
    for key in ("error/moods", "error_from_any/moods", "error/faces", "preserved_error/faces", "cross_error/moods"):
        assert found[key].value == 0, key
    assert (found["classifier_error/faces"].value, found["classifier_error/moods"].value) == (0, 0)
    assert found["reconstruction_l1/faces"].value == found["reconstruction_l1/moods"].value == 0
    assert found["reconstruction_ssim/faces"].value == pytest.approx(1, abs=1e-4)
    sizes = {"g_parameters": 11, "d_parameters": 22, "parameters": 33, "train_flops": 10**15, "image_size": SIZE, "step": 40}
    assert {key: found[key].value for key in sizes} == sizes


def test_doing_nothing_is_always_wrong_and_preserves_all(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "identity")
    assert found["error/moods"].value == found["error_from_any/moods"].value == found["error/faces"].value == 100
    assert found["preserved_error/faces"].value == 0
    assert found["error/faces/Blond+~Male"].value == 100


def test_numbers_of_images(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "identity")
    # 24 test images, 8 of each mood: neutral ones to 2 others, all to 2 others, faces to 3.
    assert found["error/moods"].n == 8 * 2
    assert found["error/moods/happy"].n == 8
    assert found["error_from_any/moods"].n == 24 * 2
    assert found["cross_error/moods"].n == 24 * 3
    # Images 30 to 53, five labels in turn: 10 are blond.
    assert found["error/faces/Blond"].n == 14
    assert found["error/faces/~Male"].n == 24
    assert found["classifier_error/faces"].n == 24 * 3  # bits
    assert found["classifier_error/moods"].n == 24  # images


def test_everything_angry_is_right_for_angry_alone(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, {"moods": sets["moods"]}, "angry")
    assert (found["error/moods/angry"].value, found["error/moods/happy"].value) == (0, 100)
    assert found["error/moods"].value == 50
    assert "error/moods/neutral" not in found
    assert found["error_from_any/moods/neutral"].value == 100
    assert found["error_from_any/moods"].value == pytest.approx(100 * 2 / 3, abs=1e-6)


def test_without_a_neutral_class_every_image_counts(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, {"moods": sets["moods"]}, "angry", replace(PROTOCOL, neutral={}))
    assert found["error/moods"].n == 48


def test_a_neutral_class_that_no_set_has_is_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path, sets, "perfect")
    with pytest.raises(Fault, match=r"evaluate\.neutral\.moods = netural .*nearest: neutral"):
        check(made, sets, judges(sets), {"moods": "netural"})
    with pytest.raises(Fault, match=r"evaluate\.neutral\.faces = Male is no class of faces"):
        check(made, sets, judges(sets), {"faces": "Male"})


def test_each_set_has_a_neutral_class_of_its_own_or_none(sets: dict[str, Prepared], tmp_path: Path) -> None:
    others = replace(sets["moods"], dataset="others", kind=Classes(("bored", "calm", "wild"), "other"))
    check_neutral({"moods": "neutral", "others": "calm"}, {"others": others, "moods": sets["moods"]})
    check_neutral({"elsewhere": "bored"}, sets)
    found = measured(tmp_path, {"faces": sets["faces"]}, "identity", replace(PROTOCOL, neutral={"moods": "netural"}))
    assert found["error/faces"].value == 100


def test_the_wrong_mask_is_counted_apart(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path / "run", sets, "perfect", wrong_mask="angry")
    found = measures_of(made, sets)
    assert found["cross_error/moods"].value == 0
    assert found["wrong_mask_error/moods"].value == pytest.approx(100 * 2 / 3, abs=1e-6)
    assert found["wrong_mask_error/moods/angry"].value == 0


def test_the_truth_across_is_asked_of_what_was_given_the_classes_with_the_proper_mask(
    sets: dict[str, Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(labels: str, others: object, cross: pd.DataFrame, images: object, protocol: Protocol) -> list[Measure]:
        assert (others, protocol) == (sets, PROTOCOL)
        assert set(cross["set"]) <= {"cross"}
        return [Measure("asked", labels, "", len(cross))]

    monkeypatch.setattr(dataset, "cross_truth", counted)
    found = measured(tmp_path, sets, "identity")
    assert (found["asked/moods"].value, found["asked/faces"].value) == (24 * 3, 0)


def test_distances_prefer_the_better_translator(sets: dict[str, Prepared], tmp_path: Path) -> None:
    good, idle = measured(tmp_path, sets, "perfect"), measured(tmp_path, sets, "identity")
    for domain in ("moods/angry", "moods/happy", "moods/neutral", "faces/Blond", "faces/Male", "faces/-Male"):
        for measure in ("fid_classifier_biased", "kid_classifier"):
            assert good[f"{measure}/{domain}"].value < idle[f"{measure}/{domain}"].value, domain
    # 24 test images, of which 8 are angry already, against 10 real angry ones of the train split.
    assert good["fid_classifier_biased/moods/angry"].n == good["kid_classifier/moods/angry"].n == 10
    assert not any(key.startswith(("fid_biased", "fid/", "fid_classifier/")) for key in good)


def test_real_images_of_the_domain_and_of_the_train_split_are_the_reference(
    sets: dict[str, Prepared], tmp_path: Path
) -> None:
    asked: list[np.ndarray] = []

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        asked.append(positions)
        return torch.from_numpy(images[positions].reshape(len(positions), -1)[:, :45].astype(np.float32))

    protocol = Protocol({"moods": "neutral"}, kid_subset=4, bootstrap=50, truths=100, seed=3, features=features)
    found = measured(tmp_path, {"moods": sets["moods"]}, "perfect", protocol)
    assert (asked[0] == sets["moods"].split("train")).all()
    biased = {"fid_biased/moods", *(f"fid_biased/moods/{target}" for target in ("angry", "happy", "neutral"))}
    assert {key for key in found if key.startswith("fid")} == biased
    # The first row of pixels, all stripes: perfect ones are those of the real domain.
    assert found["fid_biased/moods"].value == pytest.approx(0, abs=1e-3)
    assert (found["precision/moods"].value, found["recall/moods"].value) == (1, 1)


def test_recall_takes_each_source_class_by_itself(sets: dict[str, Prepared], tmp_path: Path) -> None:
    moods = {"moods": sets["moods"]}
    made = write_run(tmp_path, moods, "perfect")
    points = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
    faces = made.index["image"].to_numpy()

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        return points[faces[positions] // 3 if len(images) == len(made.images) else 50 + positions]

    protocol = Protocol({"moods": "neutral"}, kid_subset=4, bootstrap=50, truths=100, seed=3, features=features)
    found = measures_of(made, moods, protocol)
    # Test images 30 to 53, angry, happy, neutral in turn: three in a row have the same features.
    real, eight = points[50:80:3], coverage(points[10:18], points[50:80:3], np.zeros(8, dtype=int))
    assert found["recall/moods/angry"].value == pytest.approx(eight["recall"], abs=1e-6)
    pooled = coverage(points[10:18].repeat(2, 1), real, np.zeros(16, dtype=int))
    assert pooled["recall"] < eight["recall"]


def test_equal_seeds_give_equal_numbers_and_other_seeds_other_resamples(sets: dict[str, Prepared], tmp_path: Path) -> None:
    moods = {"moods": sets["moods"]}
    first, second = (measured(tmp_path, moods, "angry") for _ in range(2))
    assert first == second
    third = measured(
        tmp_path, moods, "angry", Protocol({"moods": "neutral"}, kid_subset=10, bootstrap=50, truths=100, seed=4)
    )
    changed = {key for key in first if first[key] != third[key]}
    assert changed
    assert changed <= {key for key in first if "_by_person" in key}


def test_the_protocol_is_what_the_params_say() -> None:
    values = {"features": "classifier", "inception_weights": "", "neutral": {"mine": "calm"}, "identity": True}
    settings = Evaluate.model_validate(values | {"kid_subset": 3, "bootstrap": 5, "truths": 7})
    found = evaluate.protocol_of(settings, 11, torch.device("cpu"))
    assert found == Protocol(neutral={"mine": "calm"}, kid_subset=3, bootstrap=5, truths=7, seed=11, identity=True)


def test_domains_by_hand() -> None:
    labels = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 1]] * 2, dtype=np.uint8)
    targets = np.repeat(["Blond", "~Male"], 3)
    found = [(name, np.flatnonzero(rows).tolist(), *of) for name, rows, *of in domains(LOOKS, labels, targets)]
    assert found == [("Blond", [0, 2], 1, 1), ("Male", [3], 2, 1), ("-Male", [4, 5], 2, 0)]
    [(name, rows, *of)] = domains(MOODS, np.eye(3, dtype=np.uint8), np.array(["happy"] * 3))
    assert (name, np.flatnonzero(rows).tolist(), of) == ("happy", [0, 2], [1, 1])
