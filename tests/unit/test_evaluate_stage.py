"""The evaluate stage: few rows, guests, fewer labels, what it refuses, from files to files."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from stages import classifier, evaluate
from stargan import tracking
from stargan.core.measures import by_key, headline, read_measures
from stargan.core.params import Params, Run, load
from stargan.data.prepared import Prepared
from stargan.data.records import prepared_folder
from stargan.errors import Fault
from stargan.evaluation.checks import check
from stargan.judge.judge import read_judge, write_judge
from stargan.judge.records import judge_folder
from stargan.results.translations import read_translations, sets_of
from support.striped import (
    KINDS,
    PROTOCOL,
    SIZE,
    asked_for,
    index_of,
    judges,
    measures_of,
    striped_set,
    striped_sets,
    write_rows,
    write_run,
)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    return striped_sets(tmp_path_factory.mktemp("prepared"))


def test_a_judge_that_learned_from_another_set_is_refused(sets: dict[str, Prepared], tmp_path: Path) -> None:
    made = write_run(tmp_path, {"moods": sets["moods"]}, "perfect")
    moods = {"moods": sets["moods"]}
    other = replace(judges(moods)["moods"], learned_from="0" * 64)
    with pytest.raises(Fault, match=f"data/classifier/moods/{SIZE}: learned from another .*dvc repro classifier@moods"):
        check(made, moods, {"moods": other}, {"moods": "neutral"})


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
        method="stargan",
        datasets=list(KINDS),
        faces=list(KINDS),
        labels=[],
        image_size=SIZE,
        unit="iterations",
        length=1,
        decay=0,
    )
    return base.model_copy(update={"threads": 1, "device": "cpu", "runs": {"both": run}})


def own_rows(sets: Mapping[str, Prepared], dataset: str, column: int, targets: list[str], faces: int = 99) -> pd.DataFrame:
    """What a baseline can translate: test faces with this label, to these targets, and no reconstruction."""
    index = index_of(sets, [("own", dataset, dataset, target, dataset) for target in targets])
    able = np.flatnonzero(sets[dataset].labels[:, column] == 1)
    return index[index["image"].isin(able[able >= 30][:faces])].reset_index(drop=True)


def test_a_baseline_of_neutral_faces_and_two_targets(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = own_rows(sets, "moods", 2, ["angry", "happy"])
    found = measures_of(write_rows(tmp_path, sets, ["moods"], index, "angry", ""), sets)
    assert (found["error/moods"].value, found["error/moods"].n) == (50, 8 * 2)
    assert (found["error/moods/angry"].value, found["error/moods/happy"].value) == (0, 100)
    assert found["error_from_any/moods"].value == 50
    assert found["fid_classifier_biased/moods/angry"].n == 8
    absent = ("neutral", "reconstruction", "cross", "wrong_mask", "_l1", "preserved")
    assert [key for key in found if any(part in key for part in absent)] == []


@pytest.mark.parametrize("faces", [1, 3, 4])
def test_very_few_images(sets: dict[str, Prepared], tmp_path: Path, faces: int) -> None:
    index = own_rows(sets, "moods", 2, ["happy"], faces)
    found = measures_of(write_rows(tmp_path, sets, ["moods"], index, "perfect", ""), sets)
    assert (found["error/moods"].value, found["error/moods/happy"].n) == (0, faces)
    assert ("fid_classifier_biased/moods/happy" in found) == (faces >= 4)


def test_no_own_rows_of_a_class_that_the_error_starts_from_leave_its_keys_out(
    sets: dict[str, Prepared], tmp_path: Path
) -> None:
    index = own_rows(sets, "moods", 1, ["angry"])
    found = measures_of(write_rows(tmp_path, sets, ["moods"], index, "perfect", ""), sets)
    assert (found["error_from_any/moods"].value, found["error_from_any/moods"].n) == (0, 8)
    assert not any(key.startswith("error/") for key in found)


def test_a_baseline_of_attributes_with_joined_targets_alone(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = own_rows(sets, "faces", 0, ["Blond+~Male"])
    found = measures_of(write_rows(tmp_path, sets, ["faces"], index, "perfect", ""), sets)
    assert found["error/faces/Blond+~Male"].value == 0
    assert "error/faces" not in found
    assert not any(key.startswith(("fid", "kid", "reconstruction")) for key in found)


def test_a_run_without_own_rows(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = index_of(sets, [("cross", "faces", "moods", "happy", "moods")])
    made = write_rows(tmp_path, sets, ["moods"], index, "perfect", "")
    measures, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    found = by_key(measures)
    assert (found["cross_error/moods"].value, found["classifier_error/moods"].value) == (0, 0)
    assert set(judgements.table["set"]) == {"cross"}


def test_guests_are_measured_across_and_not_by_themselves(sets: dict[str, Prepared], tmp_path: Path) -> None:
    wanted = [row for row in asked_for(sets) if row[1] == "moods" or row[0] == "cross"]
    made = write_rows(tmp_path, sets, ["moods"], index_of(sets, wanted), "perfect", "")
    check(made, sets, judges(sets), {"moods": "neutral"})
    measures, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    found = by_key(measures)
    assert (found["error/moods"].n, found["cross_error/moods"].n) == (8 * 2, 24 * 3)
    assert {"cross_sharpness/moods", "cross_input_sharpness/moods", "cross_probability_change/moods/Male"} <= set(found)
    assert not any(key.startswith(("preserved", "wrong_mask")) for key in found)
    assert {one.dataset for one in found.values()} == {"", "moods"}
    assert set(judgements.table["labels"]) == set(judgements.about["datasets"]) == {"moods"}
    assert found["classifier_error/moods"].n == judgements.about["datasets"]["moods"]["real_n"] == 24


def test_judgements_lie_in_the_index_s_order_and_agree_with_the_metrics(sets: dict[str, Prepared], tmp_path: Path) -> None:
    index = index_of(sets, asked_for(sets)).sample(frac=1, random_state=1).reset_index(drop=True)
    made = write_rows(tmp_path, sets, list(sets), index, "angry", "identity")
    measures, judgements = evaluate.evaluated(made, sets, judges(sets), PROTOCOL)
    found = by_key(measures)
    asked, table = index[index["set"] != "reconstruction"], judgements.table
    for column in ("set", "faces", "image", "labels", "target"):
        assert table[column].tolist() == asked[column].tolist(), column
    for target, key in (("happy", "error_from_any/moods/happy"), ("~Male", "error/faces/~Male")):
        counted = table[(table["set"] == "own") & (table["target"] == target) & table["counts"]]
        assert len(counted) == found[key].n
        assert 100 * counted["wrong"].mean() == pytest.approx(found[key].value, abs=1e-6)
    assert (judgements.about["settings"], judgements.about["neutral"]) == (
        {"seed": 1, "iterations": 40},
        {"moods": "neutral"},
    )


def test_a_run_of_fewer_attributes_than_the_judge_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    faces = striped_set(prepared_folder("faces", SIZE), "faces", 0)
    few = {"faces": faces.select_labels(["Male", "Blond"])}
    monkeypatch.setitem(KINDS, "faces", few["faces"].kind)
    index = index_of(few, [("own", "faces", "faces", "~Male", "faces"), ("own", "faces", "faces", "Blond", "faces")])
    made = write_rows(Path("data/translations/few"), {"faces": faces}, ["faces"], index, "identity", "", ["Male", "Blond"])
    judge = judges({"faces": faces})["faces"].select_labels(made.labels)
    measures, told = evaluate.evaluated(made, sets_of(made), {"faces": judge}, PROTOCOL)
    found = by_key(measures)
    # Doing nothing: every flip fails, Blond is preserved; the judge reads the right stripes of the three it knows.
    assert (found["error/faces/~Male"].value, found["error/faces/Blond"].value) == (100, 100)
    assert (found["preserved_error/faces"].value, found["classifier_error/faces"].value) == (0, 0)
    assert found["classifier_error/faces"].n == 24 * 2
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
    files = [Path(f"metrics/evaluate/both.{end}") for end in ("csv", "json")]
    written = [path.read_bytes() for path in files]
    found = by_key(read_measures(files[0], ""))
    assert json.loads(written[1]) == {"both": headline(found.values())}
    assert found["error/moods"].value < 20
    assert found["wrong_mask_error/moods"].value > 40
    assert found["classifier_error/moods"].value == pytest.approx(own["moods"][0].value, abs=1e-6)
    judgements = Path("data/judgements/both")
    table = pd.read_csv(judgements / "judgements.csv", keep_default_na=False)
    counted = table[(table["set"] == "own") & (table["counts"] == 1) & (table["source"] == "neutral")]
    assert 100 * counted["wrong"].mean() == pytest.approx(found["error/moods"].value, abs=1e-6)
    told = {path.name: path.read_bytes() for path in judgements.iterdir()}
    evaluate.run("both", params)
    assert [path.read_bytes() for path in files] == written
    assert told == {path.name: path.read_bytes() for path in judgements.iterdir()}
    assert set(told) == {"judgements.csv", "judgements.json"}
