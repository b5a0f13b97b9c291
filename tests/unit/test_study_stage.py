"""The study stage: its page's bytes, what it asks about, and what it refuses."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from stages import study
from stargan.core.about import file_digest
from stargan.core.files import sha256
from stargan.errors import Fault
from stargan.study.key import read_key
from support.sets import change_record
from support.study_workspace import KINDS, METHODS, SIZE, study_in, write_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stage has run once."""
    root = tmp_path_factory.mktemp("study")
    write_workspace(root)
    study_in(root)
    return root


def test_nothing_on_the_page_names_a_method_or_a_run(workspace: Path) -> None:
    text = re.sub(r"data:image/png;base64,[^\"]*", "", (workspace / "metrics/study/index.html").read_text())
    names = [*METHODS, "StarGAN", "DIAT", "CycleGAN", "IcGAN", *KINDS, "noise"]
    assert [name for name in names if re.search(rf"\b{name}\b", text)] == []


def test_equal_params_give_equal_bytes_and_another_seed_another_page(workspace: Path, tmp_path: Path) -> None:
    def written(root: Path) -> list[bytes]:
        return [(root / path).read_bytes() for path in ("metrics/study/index.html", "data/study/key.json")]

    write_workspace(tmp_path)
    study_in(tmp_path)
    assert written(tmp_path) == written(workspace)
    values = json.loads((tmp_path / "params.yaml").read_text())
    values["study"]["seed"] += 1
    (tmp_path / "params.yaml").write_text(json.dumps(values))
    study_in(tmp_path)
    assert not set(written(tmp_path)) & set(written(workspace))


def test_one_list_of_two_asks_about_it_alone(tmp_path: Path) -> None:
    write_workspace(tmp_path, attributes=["celeba"], expressions=["rafd", "icgan-rafd"])
    study_in(tmp_path)
    key = read_key(tmp_path / "data/study/key.json")
    assert (key.groups, key.methods) == (("angry", "happy"), ("stargan", "icgan"))
    assert {answer.faces for answer in key.answers.values()} == {"rafd"}


def test_two_runs_of_a_method_other_sizes_and_missing_translations_are_refused(tmp_path: Path) -> None:
    write_workspace(tmp_path, expressions=["rafd", "diat-rafd", "both"])
    with pytest.raises(Fault, match="data/translations/both.*translate stage"):
        study_in(tmp_path)
    both = tmp_path / "data/translations/both"
    shutil.copytree(tmp_path / "data/translations/rafd", both)
    with pytest.raises(Fault, match="data/translations/both: are translations of rafd; run dvc repro translate@both"):
        study_in(tmp_path)
    change_record(both / "translations.json", lambda about: about.update(run="both"))
    with pytest.raises(Fault, match="both of the method star"):
        study_in(tmp_path)
    images = np.load(both / "images.npy")[:, ::2, ::2]
    np.save(both / "images.npy", images)
    files = {"images.npy": sha256(images), "index.csv": file_digest(both / "index.csv")}
    change_record(
        both / "translations.json", lambda about: about.update(run="both", method="other", image_size=16, files=files)
    )
    with pytest.raises(Fault, match="16 px are not the 32 of rafd"):
        study_in(tmp_path)
    assert not (tmp_path / "metrics/study/index.html").exists()


def test_faces_of_another_set_are_refused(tmp_path: Path) -> None:
    """Catches questions that show other faces than those that were translated."""
    write_workspace(tmp_path, expressions=["rafd", "diat-rafd"])
    manifest = tmp_path / f"data/prepared/rafd/{SIZE}/manifest.json"
    change_record(manifest, lambda about: about.update(quarantined=["another"]))
    with pytest.raises(Fault, match=f"was made from another data/prepared/rafd/{SIZE} than there is now"):
        study_in(tmp_path)


@pytest.mark.parametrize(("key", "dataset"), [("attributes", "celeba"), ("expressions", "rafd")])
def test_a_run_on_both_is_asked_about_the_lists_own_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, dataset: str
) -> None:
    write_workspace(tmp_path)
    shutil.copytree(tmp_path / f"data/translations/{dataset}", tmp_path / "data/translations/both")
    monkeypatch.chdir(tmp_path)
    change_record(Path("data/translations/both/translations.json"), lambda about: about.update(run="both"))
    found = study.panel(key, ["both", f"icgan-{dataset}"])
    assert (list(found.made), list(found.sets)) == (["stargan", "icgan"], [dataset])
