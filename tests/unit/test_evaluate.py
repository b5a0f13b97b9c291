"""Evaluation as a whole: faces that wear their labels as painted stripes, translators whose worth is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from stages import evaluate
from stargan.core.metrics import joined
from stargan.core.params import Evaluate
from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.errors import Fault
from stargan.evaluation import dataset
from stargan.evaluation.dataset import domains, from_neutral
from stargan.evaluation.frechet import coverage
from stargan.evaluation.protocol import Protocol
from stargan.results.people import people_of
from support.sets import LOOKS, MOODS
from support.striped import (
    PROTOCOL,
    SIZE,
    judges,
    measured,
    metrics_of,
    striped_sets,
    write_run,
)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    return striped_sets(tmp_path_factory.mktemp("prepared"))


def test_a_perfect_translator_has_no_error(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "perfect")
    for key in ("mood", "mood_any", "attribute", "preserved_attribute", "cross_mood"):
        assert found[f"{key}_error_percent"] == 0, key
    assert (found["classifier_error_percent_faces"], found["classifier_error_percent_moods"]) == (0, 0)
    assert found["reconstruction_l1"] == 0
    assert found["reconstruction_ssim"] == pytest.approx(1, abs=1e-4)
    assert (found["g_parameters"], found["d_parameters"], found["image_size"], found["step"]) == (11, 22, SIZE, 40)
    assert (found["parameters"], found["train_flops"]) == (33, 10**15)


def test_doing_nothing_is_always_wrong_and_preserves_all(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "identity")
    assert found["mood_error_percent"] == found["mood_any_error_percent"] == found["attribute_error_percent"] == 100
    assert found["preserved_attribute_error_percent"] == 0
    assert found["attribute_error_percent_Blond_and_flip_Male"] == 100


def test_numbers_of_images(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "identity")
    # 24 test images, 8 of each mood: neutral ones to 2 others, all to 2 others, faces to 3.
    assert found["mood_error_percent_n"] == 8 * 2
    assert found["mood_error_percent_happy_n"] == 8
    assert found["mood_any_error_percent_n"] == 24 * 2
    assert found["cross_mood_error_percent_n"] == 24 * 3
    # Images 30 to 53, five labels in turn: 10 are blond.
    assert found["attribute_error_percent_Blond_n"] == 14
    assert found["attribute_error_percent_flip_Male_n"] == 24
    assert found["classifier_error_percent_n_faces"] == 24 * 3
    assert found["classifier_error_percent_n_moods"] == 24


def test_bits_and_images_have_no_common_error(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, sets, "identity")
    assert {key for key in found if key.startswith("classifier_error_percent") and not key.endswith(("faces", "moods"))} == {
        f"classifier_error_percent_{name}{part}"
        for name in (*LOOKS.names, *MOODS.names) for part in ("", "_n", "_low", "_high")
    }  # fmt: skip
    assert evaluate.apart({"moods": sets["moods"], "more": sets["moods"]}) == ()
    alone = measured(tmp_path / "alone", {"moods": sets["moods"]}, "identity")
    assert (alone["classifier_error_percent"], alone["classifier_error_percent_n"]) == (0, 24)


def test_everything_angry_is_right_for_angry_alone(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, {"moods": sets["moods"]}, "angry")
    assert (found["mood_error_percent_angry"], found["mood_error_percent_happy"]) == (0, 100)
    assert found["mood_error_percent"] == 50
    assert "mood_error_percent_neutral_n" not in found
    assert found["mood_any_error_percent_neutral"] == 100
    assert found["mood_any_error_percent"] == pytest.approx(100 * 2 / 3, abs=1e-6)


def test_without_a_neutral_class_every_image_counts(sets: dict[str, Prepared], tmp_path: Path) -> None:
    found = measured(tmp_path, {"moods": sets["moods"]}, "angry", replace(PROTOCOL, neutral=""))
    assert found["mood_error_percent_n"] == found["mood_any_error_percent_n"] == 48


def test_a_neutral_class_that_no_set_has_is_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path, sets, "perfect")
    with pytest.raises(Fault, match=r"evaluate\.neutral = netural .*nearest: neutral"):
        evaluate.check(made, sets, judges(sets), "netural")


def test_a_neutral_class_of_another_set_or_of_none_with_classes_is_fine(sets: dict[str, Prepared], tmp_path: Path) -> None:
    others = replace(sets["moods"], dataset="others", kind=Classes(("bored", "calm", "wild"), "other"))
    evaluate.check_neutral("neutral", {"others": others, "moods": sets["moods"]})
    assert from_neutral(Classes(("bored", "calm")), np.eye(2), "neutral").all()
    found = measured(tmp_path, {"faces": sets["faces"]}, "identity", replace(PROTOCOL, neutral="netural"))
    assert found["attribute_error_percent"] == 100


def test_the_wrong_mask_is_counted_apart(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path / "run", sets, "perfect", wrong_mask="angry")
    found = metrics_of(made, sets)
    assert found["cross_mood_error_percent"] == 0
    assert found["wrong_mask_mood_error_percent"] == pytest.approx(100 * 2 / 3, abs=1e-6)
    assert found["wrong_mask_mood_error_percent_angry"] == 0
    assert found["wrong_mask_mood_error_percent_low"] < 66 < found["wrong_mask_mood_error_percent_high"]


def test_the_truth_across_is_asked_of_what_was_given_the_classes_with_the_proper_mask(
    sets: dict[str, Prepared], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(kind: LabelKind, others: object, cross: pd.DataFrame, images: object, *settings: object) -> dict[str, float]:
        assert (others, settings[0]) == (sets, PROTOCOL.truths)
        assert set(cross["set"]) <= {"cross"}
        return {f"asked_of_{kind.title}": len(cross)}

    monkeypatch.setattr(dataset, "cross_truth_metrics", counted)
    found = measured(tmp_path, sets, "identity")
    assert (found["asked_of_mood"], found["asked_of_attribute"]) == (24 * 3, 0)


def test_distances_prefer_the_better_translator(sets: dict[str, Prepared], tmp_path: Path) -> None:
    good, idle = measured(tmp_path, sets, "perfect"), measured(tmp_path, sets, "identity")
    for domain in ("angry", "happy", "neutral", "Blond", "Male", "no_Male"):
        key = f"fid_classifier_biased_{domain}"
        assert good[key] < idle[key], domain
        assert good[f"kid_classifier_{domain}"] < idle[f"kid_classifier_{domain}"], domain
    # 24 test images, of which 8 are angry already, against 10 real angry ones of the train split.
    assert good["fid_classifier_biased_angry_n"] == 10
    assert good["kid_subset_angry"] == 10
    assert not any(key.startswith(("fid_biased", "fid_angry", "fid_classifier_angry")) for key in good)


def test_real_images_of_the_domain_and_of_the_train_split_are_the_reference(
    sets: dict[str, Prepared], tmp_path: Path
) -> None:
    asked: list[np.ndarray] = []

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        asked.append(positions)
        return torch.from_numpy(images[positions].reshape(len(positions), -1)[:, :45].astype(np.float32))

    protocol = Protocol("neutral", kid_subset=4, bootstrap=50, truths=100, seed=3, features=features)
    found = measured(tmp_path, {"moods": sets["moods"]}, "perfect", protocol)
    assert (asked[0] == sets["moods"].split("train")).all()
    assert {key for key in found if key.startswith("fid") and not key.endswith("_n")} == {
        "fid_biased", "fid_biased_angry", "fid_biased_happy", "fid_biased_neutral",
    }  # fmt: skip
    # The first row of pixels, all stripes: perfect ones are those of the real domain.
    assert found["fid_biased"] == pytest.approx(0, abs=1e-3)
    assert (found["precision"], found["recall"]) == (1, 1)


def test_recall_takes_each_source_class_by_itself(sets: dict[str, Prepared], tmp_path: Path) -> None:
    moods = {"moods": sets["moods"]}
    made = write_run(tmp_path, moods, "perfect")
    points = torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
    faces = made.index["image"].to_numpy()

    def features(images: np.ndarray, positions: np.ndarray) -> Tensor:
        return points[faces[positions] // 3 if len(images) == len(made.images) else 50 + positions]

    protocol = Protocol("neutral", kid_subset=4, bootstrap=50, truths=100, seed=3, features=features)
    found = metrics_of(made, moods, protocol)
    # Test images 30 to 53, angry, happy, neutral in turn: three in a row have the same features.
    real, eight = points[50:80:3], coverage(points[10:18], points[50:80:3], np.zeros(8, dtype=int))
    assert found["recall_angry"] == pytest.approx(eight["recall"], abs=1e-6)
    pooled = coverage(points[10:18].repeat(2, 1), real, np.zeros(16, dtype=int))
    assert pooled["recall"] < eight["recall"]


def test_equal_seeds_give_equal_numbers_and_other_seeds_other_resamples(sets: dict[str, Prepared], tmp_path: Path) -> None:
    moods = {"moods": sets["moods"]}
    first, second = (measured(tmp_path, moods, "angry") for _ in range(2))
    assert first == second
    third = measured(tmp_path, moods, "angry", Protocol("neutral", kid_subset=10, bootstrap=50, truths=100, seed=4))
    changed = {key for key in first if first[key] != third[key]}
    assert changed
    assert changed <= {key for key in first if "_person_" in key}


def test_the_protocol_is_what_the_params_say() -> None:
    settings = Evaluate(features="classifier", inception_weights="", neutral="calm", kid_subset=3, bootstrap=5, truths=7)
    found = evaluate.protocol_of(settings, 11, torch.device("cpu"))
    assert found == Protocol(neutral="calm", kid_subset=3, bootstrap=5, truths=7, seed=11, features=None)


def test_domains_by_hand() -> None:
    labels = np.array([[1, 0, 0], [0, 1, 1], [1, 0, 1]] * 2, dtype=np.uint8)
    targets = np.repeat(["Blond", "~Male"], 3)
    found = [(name, np.flatnonzero(rows).tolist(), *of) for name, rows, *of in domains(LOOKS, labels, targets)]
    assert found == [("Blond", [0, 2], 1, 1), ("Male", [3], 2, 1), ("no_Male", [4, 5], 2, 0)]
    [(name, rows, *of)] = domains(MOODS, np.eye(3, dtype=np.uint8), np.array(["happy"] * 3))
    assert (name, np.flatnonzero(rows).tolist(), of) == ("happy", [0, 2], [1, 1])


def test_people_are_told_apart_by_dataset_and_unknown_ones_by_image(sets: dict[str, Prepared]) -> None:
    # Train images have no person; test images 30 and 31 show one, in each dataset another.
    rows = pd.DataFrame({"faces": ["faces"] * 5 + ["moods"], "image": [0, 0, 1, 30, 31, 30]})
    _, alike = np.unique(people_of(sets, rows), return_inverse=True)
    assert alike[0] == alike[1]
    assert alike[3] == alike[4]
    assert len({alike[0], alike[2], alike[3], alike[5]}) == 4


def test_keys_of_several_datasets() -> None:
    a = {"fid": 1.0, "fid_n": 10, "x_low": 1.0, "attribute": 5.0}
    b = {"fid": 3.0, "fid_n": 20, "x_low": 2.0, "mood": 6.0}
    assert joined([("a", a)]) == a
    mixed = joined([("a", {"fid": 1.0}), ("b", {"fid_biased": 3.0})])
    assert mixed == {"fid_biased": 2.0, "fid_a": 1.0, "fid_biased_b": 3.0}
    assert joined([("a", a), ("b", b)]) == {
        "fid": 2.0, "fid_a": 1.0, "fid_b": 3.0, "fid_n": 30, "fid_n_a": 10, "fid_n_b": 20,
        "x_low_a": 1.0, "x_low_b": 2.0, "attribute": 5.0, "mood": 6.0,
    }  # fmt: skip


def test_sums_and_what_has_no_mean() -> None:
    table = {"ground_truth_n_angry": 4, "cross_ground_truth_n_angry": 1, "kid_subset_angry": 10, "error_percent_angry": 1.0}
    both = joined([("a", table), ("b", table)], apart=["error_percent"])
    assert both == {"ground_truth_n_angry": 8, "cross_ground_truth_n_angry": 2} | {
        f"{key}_{dataset}": value for key, value in table.items() for dataset in "ab"
    }
