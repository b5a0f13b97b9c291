"""Names of runs, datasets and titles: nothing that could be a path, a metric's key of another or a shell word."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from stargan.comparison.judged import read_judged
from stargan.core.about import file_digest, write_about
from stargan.core.files import checked_name
from stargan.core.params import load, read_yaml
from stargan.core.tensors import write_tensors
from stargan.data.domains import Classes, DomainSpace
from stargan.data.prepared import read_prepared
from stargan.errors import Fault
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, read_judge, write_judge
from stargan.models.assembly import load_model
from stargan.results.judged import COLUMNS
from stargan.results.judgements import FORM
from stargan.results.translations import read_translations, write_record
from support.odd_names import ODD
from support.sets import FACES, MOODS, change_record, write_noise

ROOT = Path(__file__).parents[2]
NO_NAMES = [
    "..",
    "../votes",
    "/abs",
    "",
    ".",
    "a/b",
    "x; touch f #",
    "it's",
    "$(x)",
    "a b",
    "a.b",
    "a@b",
    "a=b",
    "a\n",
    "A",
    "1st",
    "-x",
    "_x",
    "\u00e9",
    "a\u00e9",
    "a" * 41,
    7,
    None,
    ["a"],
]


@pytest.mark.parametrize("name", ["a", "a" * 40, "celeba-2_B"])
def test_plain_names_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", NO_NAMES)
def test_others_are_refused(name: object) -> None:
    with pytest.raises(ValueError, match="is no name; begin with a lower-case letter"):
        checked_name(name)


def changed_params(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    values = read_yaml(ROOT / "params.yaml")
    change(values)
    (folder / "params.yaml").write_text(json.dumps(values))
    return folder / "params.yaml"


@pytest.mark.parametrize("name", [name for name in NO_NAMES if isinstance(name, str)])
@pytest.mark.parametrize("section", ["runs", "datasets"])
def test_params_refuse_them_as_names_of_runs_and_datasets(tmp_path: Path, section: str, name: str) -> None:
    path = changed_params(tmp_path, lambda values: values[section].update({name: values[section]["rafd"]}))
    with pytest.raises(Fault) as caught:
        load(path)
    assert f"{section}: {name!r} is no name" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["../votes", "a b", "A"])
def test_params_refuse_them_as_titles(tmp_path: Path, name: str) -> None:
    path = changed_params(tmp_path, lambda values: values["datasets"]["rafd"].update(title=name))
    with pytest.raises(Fault, match=f"datasets.rafd.title = '{name}': .* is no name"):
        load(path)


def test_classes_are_not_called_what_attributes_are(tmp_path: Path) -> None:
    """Catches the mean error of one side of the comparison under the key of the other's."""
    path = changed_params(tmp_path, lambda values: values["datasets"]["rafd"].update(title="attribute"))
    with pytest.raises(Fault, match=r"datasets\.rafd\.title = 'attribute': .* give another title"):
        load(path)
    record = prepared(tmp_path)
    change_record(record, lambda about: about["labels"].update(title="attribute"))
    with pytest.raises(Fault, match="give another title"):
        read_prepared(record.parent)


LAUNCHERS = [
    "python",
    "torchrun",
    "torchrun --standalone --nproc-per-node 4",
    "torchrun --nproc_per_node=gpu",
    "srun torchrun --nnodes 2 --nproc-per-node 8   --rdzv-backend c10d --rdzv-id 17 --rdzv-endpoint node-1:29500",
]
NO_LAUNCHERS = [
    "",
    "python3",
    "python ",
    "python; touch f",
    "torchrun --nproc-per-node",
    "torchrun --nproc-per-node $(x)",
    "torchrun --standalone\ntouch f",
    "torchrun --log-dir /x",
    "torchrun -m x",
    "/bin/python",
    "srun python",
    "torchrun && x",
]


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_launchers(tmp_path: Path, launcher: str) -> None:
    assert load(changed_params(tmp_path, lambda values: values.update(launcher=launcher))).launcher == launcher


@pytest.mark.parametrize("launcher", NO_LAUNCHERS)
def test_other_commands_are_no_launchers(tmp_path: Path, launcher: str) -> None:
    with pytest.raises(Fault, match="launcher = .*: no launcher; give python, or torchrun"):
        load(changed_params(tmp_path, lambda values: values.update(launcher=launcher)))


def prepared(folder: Path) -> Path:
    write_noise(folder / "set", "rafd", MOODS)
    return folder / "set/manifest.json"


def judge(folder: Path) -> Path:
    write_judge(folder / "judge", Judge(new_classifier(3, 0), MOODS, 16, "digest"), "set")
    return folder / "judge/classifier.json"


MADE: dict[str, Any] = {
    "run": "rafd",
    "method": "stargan",
    "model_md5": "",
    "step": 1,
    "image_size": 16,
    "datasets": ["rafd"],
    "faces": ["rafd"],
    "labels": [],
    "sizes": {},
    "settings": {},
}


def translations(folder: Path) -> Path:
    (folder / "made").mkdir()
    shutil.copy(prepared(folder).parent / "images.npy", folder / "made")
    rows = ["set,faces,image,labels,target,mask", *(["own,rafd,0,rafd,happy,rafd"] * 12)]
    (folder / "made/index.csv").write_text("\n".join(rows) + "\n")
    write_record(folder / "made", MADE, {})
    return folder / "made/translations.json"


def judgements(folder: Path) -> Path:
    (folder / "rafd").mkdir()
    table = folder / "rafd/judgements.csv"
    table.write_text(",".join(COLUMNS) + "\n")
    write_about(
        folder / "rafd/judgements.json",
        FORM,
        {
            "run": "rafd",
            "method": "stargan",
            "step": 1,
            "image_size": 16,
            "sizes": {},
            "settings": {},
            "neutral": {"rafd": "neutral"},
            "datasets": {"rafd": {"kind": MOODS.as_dict()}},
        },
        {"judgements.csv": file_digest(table)},
        {},
    )
    return folder / "rafd/judgements.json"


READ: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object], Callable[[Any, str], object]]] = {
    "a prepared set's name": (prepared, read_prepared, lambda about, name: about.update(dataset=name)),
    "a prepared set's title": (prepared, read_prepared, lambda about, name: about["labels"].update(title=name)),
    "a judge's title": (judge, read_judge, lambda about, name: about["labels"].update(title=name)),
    "translations' run": (translations, read_translations, lambda about, name: about.update(run=name)),
    "translations' method": (translations, read_translations, lambda about, name: about.update(method=name)),
    "translations' datasets": (translations, read_translations, lambda about, name: about.update(datasets=[name])),
    "judgements' method": (judgements, read_judged, lambda about, name: about.update(method=name)),
    "judgements' dataset": (
        judgements,
        read_judged,
        lambda about, name: about.update(datasets={name: about["datasets"]["rafd"]}),
    ),
    "judgements' title": (judgements, read_judged, lambda about, name: about["datasets"]["rafd"]["kind"].update(title=name)),
}


@pytest.mark.parametrize("name", ["../votes", "/abs", "x; touch f #"])
@pytest.mark.parametrize("place", READ)
def test_files_that_hold_them_are_refused(tmp_path: Path, place: str, name: str) -> None:
    write, read, change = READ[place]
    path = write(tmp_path)
    read(path.parent)
    change_record(path, lambda about: change(about, name))
    with pytest.raises(Fault, match=f"'{name}' is no name"):
        read(path.parent)


LABELS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object], Callable[[Any, list[Any]], object]]] = {
    "a prepared set's": (prepared, read_prepared, lambda about, names: about["labels"].update(names=names)),
    "a judge's": (judge, read_judge, lambda about, names: about["labels"].update(names=names)),
    "translations'": (translations, read_translations, lambda about, names: about.update(labels=names)),
    "judgements'": (judgements, read_judged, lambda about, names: about["datasets"]["rafd"]["kind"].update(names=names)),
}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([0, 1, 2], "0 is no name of a label"),
        (["a", 1.5, "b"], r"1\.5 is no name of a label"),
        (["a", None, "b"], "None is no name of a label"),
        (["a", "", "b"], "'' is no name of a label"),
        (["a", "b\r", "c"], r"'b\\r' is no name of a label"),
        (["a", "b", "a"], "'a' of the labels is there twice"),
    ],
)
@pytest.mark.parametrize("place", LABELS)
def test_files_whose_labels_have_no_names_are_refused(tmp_path: Path, place: str, names: list[Any], said: str) -> None:
    write, read, change = LABELS[place]
    path = write(tmp_path)
    change_record(path, lambda about: change(about, names))
    with pytest.raises(Fault, match=said):
        read(path.parent)


@pytest.mark.parametrize(
    ("pairs", "said"), [([[0, 1]], "0 is no name of a label"), ([["angry", "happi"]], "label 'happi' is unknown")]
)
@pytest.mark.parametrize("method", ["diat", "cyclegan"])
def test_model_files_with_networks_for_no_domain_are_refused(
    tmp_path: Path, method: str, pairs: list[Any], said: str
) -> None:
    space = DomainSpace(("rafd",), (MOODS,)).as_dict()
    header = {"schema": 3, "method": method, "space": space, "image_size": 16}
    write_tensors(tmp_path / "m.safetensors", {}, header | {"architecture": {"g_filters": 4, "g_blocks": 1, "pairs": pairs}})
    with pytest.raises(Fault, match=said):
        load_model(tmp_path / "m.safetensors", torch.device("cpu"))


def test_model_files_whose_labels_are_numbers_are_refused(tmp_path: Path) -> None:
    space = DomainSpace(("rafd",), (MOODS,)).as_dict()
    space["sets"][0]["names"] = [0, 1, 2]
    write_tensors(tmp_path / "m.safetensors", {}, {"schema": 3, "method": "stargan", "space": space, "image_size": 16})
    with pytest.raises(Fault, match="0 is no name of a label"):
        load_model(tmp_path / "m.safetensors", torch.device("cpu"))


def test_tables_give_names_as_text(tmp_path: Path) -> None:
    """Catches a reader that takes '01' for 1, '1e5' for 100000.0 or 'nan' for nothing."""
    assert write_noise(tmp_path / "set", "rafd", Classes(tuple(ODD)), count=len(ODD)).kind.names == tuple(ODD)
    (tmp_path / "made").mkdir()
    index = pd.DataFrame(
        {"set": "own", "faces": "rafd", "image": range(len(ODD)), "labels": "rafd", "target": ODD, "mask": "rafd"}
    )
    for few in (ODD, ["0", "1"], ["1.0", "2.50"], ["NA", "nan"], ["True", "False"]):
        index.head(len(few)).assign(target=few).to_csv(tmp_path / "made/index.csv", index=False, lineterminator="\n")
        np.save(tmp_path / "made/images.npy", np.zeros((len(few), 16, 16, 3), np.uint8))
        write_record(tmp_path / "made", MADE, {})
        assert read_translations(tmp_path / "made").index["target"].tolist() == few


@pytest.mark.parametrize("name", ["../votes", "/abs", "x; touch f #"])
@pytest.mark.parametrize("place", ["dataset", "title"])
def test_model_files_that_hold_them_are_refused(tmp_path: Path, place: str, name: str) -> None:
    space = DomainSpace(("celeba", "rafd"), (FACES, MOODS)).as_dict()
    space["sets"][1][place] = name
    write_tensors(tmp_path / "m.safetensors", {}, {"schema": 3, "method": "stargan", "space": space, "image_size": 16})
    with pytest.raises(Fault, match=f"'{name}' is no name"):
        load_model(tmp_path / "m.safetensors", torch.device("cpu"))
