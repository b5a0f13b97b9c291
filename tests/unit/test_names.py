"""Names of runs, datasets and titles: nothing that could be a path, a metric's key of another or a shell word."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from stargan.comparison.judged import read_judged
from stargan.core.about import file_digest, write_about
from stargan.core.files import checked_name
from stargan.core.params import load, read_yaml
from stargan.core.tensors import write_tensors
from stargan.data.domains import DomainSpace
from stargan.data.prepared import read_prepared
from stargan.errors import Fault
from stargan.judge.classifier import new_classifier
from stargan.judge.judge import Judge, read_judge, write_judge
from stargan.models.assembly import load_model
from stargan.results.judged import COLUMNS
from stargan.results.judgements import FORM
from stargan.results.translations import read_translations, write_record
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


def translations(folder: Path) -> Path:
    (folder / "made").mkdir()
    shutil.copy(prepared(folder).parent / "images.npy", folder / "made")
    rows = ["set,faces,image,labels,target,mask", *(["own,rafd,0,rafd,happy,rafd"] * 12)]
    (folder / "made/index.csv").write_text("\n".join(rows) + "\n")
    write_record(
        folder / "made",
        {
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
        },
        {},
    )
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
            "neutral": "neutral",
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


@pytest.mark.parametrize("name", ["../votes", "/abs", "x; touch f #"])
@pytest.mark.parametrize("place", ["dataset", "title"])
def test_model_files_that_hold_them_are_refused(tmp_path: Path, place: str, name: str) -> None:
    space = DomainSpace(("celeba", "rafd"), (FACES, MOODS)).as_dict()
    space["sets"][1][place] = name
    write_tensors(tmp_path / "m.safetensors", {}, {"schema": 3, "method": "stargan", "space": space, "image_size": 16})
    with pytest.raises(Fault, match=f"'{name}' is no name"):
        load_model(tmp_path / "m.safetensors", torch.device("cpu"))
