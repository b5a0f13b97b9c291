"""Evaluation as a whole: faces that wear their labels as painted stripes, translators whose worth is known."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from stages import classifier, evaluate
from stargan import tracking
from stargan.core.metrics import joined
from stargan.core.params import Evaluate, Params, Run, load
from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.data.records import prepared_folder
from stargan.errors import Fault
from stargan.evaluation import dataset
from stargan.evaluation.dataset import domains, from_neutral
from stargan.evaluation.frechet import coverage
from stargan.evaluation.protocol import Protocol
from stargan.judge.classification import goals
from stargan.judge.judge import Judge, read_judge, write_judge
from stargan.judge.records import judge_folder
from stargan.results.people import people_of
from stargan.results.translations import Translations, read_translations, sets_of, write_record
from support.sets import LOOKS, MOODS, write_set

SIZE = 16
KINDS: dict[str, LabelKind] = {"faces": LOOKS, "moods": MOODS}
TARGETS = {"faces": ["Blond", "~Male", "Blond+~Male"]}
PROTOCOL = Protocol("neutral", kid_subset=10, bootstrap=50, truths=100, seed=3)


def painted(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Paint (N, 3) labels as stripes over the upper half; the lower half, the person, stays."""
    images = images.copy()
    for column in range(3):
        images[:, : SIZE // 2, 5 * column : 5 * column + 5] = (50 + 150 * labels[:, column])[:, None, None, None]
    return images


def striped_set(folder: Path, dataset: str, seed: int, train: int = 30, test: int = 24) -> Prepared:
    """Write a prepared set: every label in turn, two test images a person."""
    random, kind, n = np.random.default_rng(seed), KINDS[dataset], train + test
    combinations = np.eye(3) if isinstance(kind, Classes) else [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 1]]
    labels = np.array([combinations[i % len(combinations)] for i in range(n)], dtype=np.uint8)
    images = painted(random.integers(0, 256, (n, SIZE, SIZE, 3)).astype(np.uint8), labels)
    people = ["" if i < train else str(i // 2) for i in range(n)]
    return write_set(folder, dataset, kind, images, labels, ["train"] * train + ["test"] * test, people)


def translated(name: str, images: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Translate as `name` does: "perfect" paints what was asked, "identity" nothing, "angry" makes all angry."""
    if name == "identity":
        return images.copy()
    return painted(images, wanted if name == "perfect" else np.tile([1, 0, 0], (len(images), 1)))


def asked_for(sets: Collection[str]) -> list[tuple[str, str, str, str, str]]:
    """All that a run of StarGAN translates: (set, faces, labels, target, mask)."""
    found = []
    for faces in sets:
        own = TARGETS.get(faces, list(KINDS[faces].singles()))
        found += [("own", faces, faces, target, faces) for target in own]
        found.append(("reconstruction", faces, faces, own[-1], faces))  # came back from its last target
        for labels in sets:
            if labels != faces and isinstance(KINDS[labels], Classes):
                found += [("cross", faces, labels, target, labels) for target in KINDS[labels].singles()]
                found += [("wrong_mask", faces, labels, target, faces) for target in KINDS[labels].singles()]
    return found


def index_of(sets: Mapping[str, Prepared], wanted: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """The index of all test faces translated as asked."""
    columns = ["set", "faces", "labels", "target", "mask"]
    tables = [
        pd.DataFrame({"image": sets[row[1]].split("test")}).assign(**dict(zip(columns, row, strict=True)))
        for row in wanted
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)[["set", "faces", "image", "labels", "target", "mask"]]


def write_rows(
    folder: Path,
    sets: Mapping[str, Prepared],
    datasets: list[str],
    index: pd.DataFrame,
    translator: str,
    wrong_mask: str,
    labels: Sequence[str] = (),
) -> Translations:
    """Write the translations of an index; those with the wrong mask as `wrong_mask` makes them."""
    images = []
    for row in index.to_dict("records"):
        source = sets[row["faces"]]
        label = source.labels[[row["image"]]] if row["faces"] == row["labels"] else np.zeros((1, 3), dtype=np.uint8)
        back = row["set"] == "reconstruction"
        goal = label if back else goals(KINDS[row["labels"]], label, np.array([row["target"]]))
        worker = wrong_mask if row["set"] == "wrong_mask" else translator
        images.append(translated(worker, source.images[[row["image"]]], goal))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "images.npy", np.concatenate(images))
    index.to_csv(folder / "index.csv", index=False)
    write_record(folder, {
        "run": "both", "method": "stargan", "model_md5": "d41d8cd98f00", "step": 40, "datasets": datasets,
        "faces": list(sets), "labels": labels, "image_size": SIZE,
        "sizes": {"g_parameters": 11, "d_parameters": 22, "parameters": 33, "train_flops": 10**15},
        "settings": {"seed": 1, "iterations": 40},
    }, {str(prepared_folder(name, SIZE)): one.digest for name, one in sets.items()})  # fmt: skip
    return read_translations(folder)


def write_run(folder: Path, sets: Mapping[str, Prepared], translator: str, wrong_mask: str = "identity") -> Translations:
    """Write all translations of a run of StarGAN."""
    return write_rows(folder, sets, list(sets), index_of(sets, asked_for(sets)), translator, wrong_mask)


class Reader(nn.Module):
    """A judge's network that reads the stripes; its features are some of the pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        stripes = torch.stack([images[:, :, 2, 5 * column + 2].mean(dim=1) for column in range(3)], dim=1)
        return images.flatten(1)[:, :512], stripes


def judges(sets: Mapping[str, Prepared]) -> dict[str, Judge]:
    """Return judges that read the stripes and say that they learned from these sets."""
    return {name: Judge(Reader(), one.kind, SIZE, one.digest) for name, one in sets.items()}  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    root = tmp_path_factory.mktemp("prepared")
    return {name: striped_set(root / name, name, seed) for seed, name in enumerate(KINDS)}


def measured(
    tmp_path: Path, sets: Mapping[str, Prepared], translator: str, protocol: Protocol = PROTOCOL
) -> dict[str, float]:
    return metrics_of(write_run(tmp_path / translator, sets, translator), sets, protocol)


def metrics_of(made: Translations, sets: Mapping[str, Prepared], protocol: Protocol = PROTOCOL) -> dict[str, float]:
    return evaluate.evaluated(made, sets, judges(sets), protocol)[0]


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


def test_a_judge_that_learned_from_another_set_is_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path, {"moods": sets["moods"]}, "perfect")
    moods = {"moods": sets["moods"]}
    other = replace(judges(moods)["moods"], learned_from="0" * 64)
    with pytest.raises(Fault, match=f"data/classifier/moods/{SIZE}: learned from another .*dvc repro classifier@moods"):
        evaluate.check(made, moods, {"moods": other}, "neutral")


def test_translations_that_do_not_fit_are_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path, sets, "perfect")
    np.save(tmp_path / "images.npy", np.array(made.images[:-1]))
    with pytest.raises(Fault, match="translate stage again"):
        read_translations(tmp_path)
    with pytest.raises(Fault, match="translate stage again"):
        read_translations(tmp_path / "nowhere")


@pytest.fixture
def params() -> Params:
    base = load()
    run = Run(
        method="stargan", datasets=list(KINDS), faces=list(KINDS), labels=[], image_size=SIZE, unit="iterations", length=1,
        decay=0,
    )  # fmt: skip
    return base.model_copy(update={"threads": 1, "device": "cpu", "runs": {"both": run}})


def own_rows(sets: Mapping[str, Prepared], dataset: str, column: int, targets: list[str], faces: int = 99) -> pd.DataFrame:
    """What a baseline can translate: test faces with this label, to these targets, and no reconstruction."""
    index = index_of(sets, [("own", dataset, dataset, target, dataset) for target in targets])
    able = np.flatnonzero(sets[dataset].labels[:, column] == 1)
    return index[index["image"].isin(able[able >= 30][:faces])].reset_index(drop=True)


def test_a_baseline_of_neutral_faces_and_two_targets(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = own_rows(sets, "moods", 2, ["angry", "happy"])
    found = metrics_of(write_rows(tmp_path, sets, ["moods"], index, "angry", ""), sets)
    assert (found["mood_error_percent"], found["mood_error_percent_n"]) == (50, 8 * 2)
    assert (found["mood_error_percent_angry"], found["mood_error_percent_happy"]) == (0, 100)
    assert found["mood_any_error_percent"] == 50
    assert found["fid_classifier_biased_angry_n"] == 8
    absent = ("neutral", "reconstruction", "cross", "wrong_mask", "ground_truth", "stranger", "attribute")
    assert [key for key in found if any(part in key for part in absent) and not key.startswith("classifier_")] == []


@pytest.mark.parametrize("faces", [1, 3, 4])
def test_very_few_images(sets: dict[str, Prepared], tmp_path: Path, faces: int) -> None:
    index = own_rows(sets, "moods", 2, ["happy"], faces)
    found = metrics_of(write_rows(tmp_path, sets, ["moods"], index, "perfect", ""), sets)
    assert (found["mood_error_percent"], found["mood_error_percent_happy_n"]) == (0, faces)
    assert ("fid_classifier_biased_happy" in found) == (faces >= 4)


def test_no_own_rows_of_a_class_that_the_error_starts_from_leave_its_keys_out(
    sets: dict[str, Prepared], tmp_path: Path
) -> None:
    index = own_rows(sets, "moods", 1, ["angry"])
    found = metrics_of(write_rows(tmp_path, sets, ["moods"], index, "perfect", ""), sets)
    assert (found["mood_any_error_percent"], found["mood_any_error_percent_n"]) == (0, 8)
    assert not any(key.startswith("mood_error_percent") for key in found)


def test_a_baseline_of_attributes_with_joined_targets_alone(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = own_rows(sets, "faces", 0, ["Blond+~Male"])
    found = metrics_of(write_rows(tmp_path, sets, ["faces"], index, "perfect", ""), sets)
    assert found["attribute_error_percent_Blond_and_flip_Male"] == 0
    assert "attribute_error_percent" not in found
    assert not any(key.startswith(("fid", "kid", "reconstruction")) for key in found)


def test_a_run_without_own_rows(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = index_of(sets, [("cross", "faces", "moods", "happy", "moods")])
    made = write_rows(tmp_path, sets, ["moods"], index, "perfect", "")
    found, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    assert (found["cross_mood_error_percent"], found["classifier_error_percent"]) == (0, 0)
    assert judgements.table.empty


def test_guests_are_measured_across_and_not_by_themselves(sets: dict[str, Prepared], tmp_path: Path) -> None:
    wanted = [row for row in asked_for(sets) if row[1] == "moods" or row[0] == "cross"]
    made = write_rows(tmp_path, sets, ["moods"], index_of(sets, wanted), "perfect", "")
    evaluate.check(made, sets, judges(sets), "neutral")
    found, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    assert (found["mood_error_percent_n"], found["cross_mood_error_percent_n"]) == (8 * 2, 24 * 3)
    assert {"cross_sharpness", "cross_input_sharpness", "cross_probability_change_Male"} <= set(found)
    assert not any(key.startswith(("attribute", "preserved", "wrong_mask")) for key in found)
    assert not any(key.endswith(("_faces", "_moods")) for key in found)
    assert set(judgements.table["faces"]) == set(judgements.about["datasets"]) == {"moods"}
    assert found["classifier_error_percent_n"] == judgements.about["datasets"]["moods"]["real_n"] == 24


def test_judgements_lie_in_the_index_s_order_and_agree_with_the_metrics(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = index_of(sets, asked_for(sets)).sample(frac=1, random_state=1).reset_index(drop=True)
    made = write_rows(tmp_path, sets, list(sets), index, "angry", "identity")
    found, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    own, table = index[index["set"] == "own"], judgements.table
    for column in ("faces", "image", "labels", "target"):
        assert table[column].tolist() == own[column].tolist(), column
    for target, key in (("happy", "mood_any_error_percent_happy"), ("~Male", "attribute_error_percent_flip_Male")):
        counted = table[(table["target"] == target) & (table["counts"] == 1)]
        assert len(counted) == found[f"{key}_n"]
        assert 100 * counted["wrong"].mean() == pytest.approx(found[key], abs=1e-6)
    assert (judgements.about["settings"], judgements.about["neutral"]) == ({"seed": 1, "iterations": 40}, "neutral")


def test_a_run_of_fewer_attributes_than_the_judge_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    faces = striped_set(prepared_folder("faces", SIZE), "faces", 0)
    few = {"faces": faces.only(["Male", "Blond"])}
    monkeypatch.setitem(KINDS, "faces", few["faces"].kind)
    index = index_of(few, [("own", "faces", "faces", "~Male", "faces"), ("own", "faces", "faces", "Blond", "faces")])
    made = write_rows(Path("data/translations/few"), {"faces": faces}, ["faces"], index, "identity", "", ["Male", "Blond"])
    judge = judges({"faces": faces})["faces"].only(made.labels)
    found, told = evaluate.evaluated(made, sets_of(made), {"faces": judge}, PROTOCOL)
    # Doing nothing: every flip fails, Blond is preserved; the judge reads the right stripes of the three it knows.
    assert (found["attribute_error_percent_flip_Male"], found["attribute_error_percent_Blond"]) == (100, 100)
    assert (found["preserved_attribute_error_percent"], found["classifier_error_percent"]) == (0, 0)
    assert found["classifier_error_percent_n"] == 24 * 2
    assert "classifier_error_percent_Black" not in found
    assert told.about["datasets"]["faces"]["kind"]["names"] == ["Male", "Blond"]


def test_both_stages_from_files_to_files(params: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = params.classifier.model_copy(update={"epochs": 6, "batch": 8})
    sets, own = {}, {}
    for seed, name in enumerate(KINDS):
        sets[name] = striped_set(prepared_folder(name, SIZE), name, seed, train=90)
        judge, own[name] = classifier.run(sets[name], settings, 1, torch.device("cpu"), tracking.Run("test", None))
        write_judge(judge_folder(name, SIZE), judge, prepared_folder(name, SIZE))
        assert read_judge(judge_folder(name, SIZE)).kind == KINDS[name]
    write_run(Path("data/translations/both"), sets, "perfect")
    tags: list[tuple[str, str]] = []
    monkeypatch.setattr(tracking.Run, "tag", lambda _, *tag: tags.append(tag))
    evaluate.run("both", params)
    assert ("model.md5", "d41d8cd98f00") in tags
    written = Path("metrics/evaluate/both.json").read_bytes()
    found = json.loads(written)
    assert found["mood_error_percent"] < 20
    assert found["wrong_mask_mood_error_percent"] > 40
    assert found["classifier_error_percent_moods"] == own["moods"]["error_percent"]
    judgements = Path("data/judgements/both")
    table = pd.read_csv(judgements / "judgements.csv", keep_default_na=False)
    counted = table[(table["counts"] == 1) & (table["source"] == "neutral")]
    assert 100 * counted["wrong"].mean() == pytest.approx(found["mood_error_percent"], abs=1e-6)
    told = {path.name: path.read_bytes() for path in judgements.iterdir()}
    evaluate.run("both", params)
    assert Path("metrics/evaluate/both.json").read_bytes() == written
    assert told == {path.name: path.read_bytes() for path in judgements.iterdir()}
    assert set(told) == {"judgements.csv", "judgements.json"}
