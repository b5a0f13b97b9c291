"""A training that begins with a file's weights: what of them is kept, what begins anew, and what is refused."""

import json
from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from stages import plan
from stargan.core.about import file_digest
from stargan.core.params import load, read_yaml
from stargan.core.start import weight_digests
from stargan.core.tensors import write_tensors
from stargan.data.domains import Attributes, Classes, DomainSpace
from stargan.errors import Fault
from stargan.models.start import carried
from stargan.training.assembly import build_training, origin_of
from stargan.training.engine import Training
from stargan.training.ranks import SINGLE
from support.interrupted import at_start
from support.released import released_d, released_g, write_released
from support.sets import write_generator
from support.trainings import CPU, KINDS, noise, settings, training
from support.workspaces import write_judges, write_trainable

SPACES = {
    "faces": DomainSpace(("faces",), (KINDS["faces"],)),
    "joint": DomainSpace(("faces", "moods"), (KINDS["faces"], KINDS["moods"])),
}
MODEL = "weights/model.safetensors"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begun(name: str, start_from: str, **train: object) -> Training:
    """Return a training in memory that begins with a file's weights."""
    params = settings(name)
    run = params.runs[name].model_copy(update={"start_from": start_from})
    changes = {"runs": params.runs | {name: run}, "train": params.train.model_copy(update=train)}
    sets = {dataset: noise(dataset) for dataset in KINDS}
    return build_training(name, params.model_copy(update=changes), sets, CPU)


def state(made: Training, network: str) -> dict[str, Tensor]:
    return made.method.networks[network].state_dict()


def same(left: dict[str, Tensor], right: dict[str, Tensor], *but: str) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[key], right[key]) for key in left if key not in but)


def in_file(planes: int) -> dict[str, Tensor]:
    """Return the weights that `write_generator` writes."""
    return {key: value for key, value in released_g(planes).items() if "running" not in key and "num_" not in key}


FIRST = "main.0.weight"


@pytest.mark.parametrize("name", SPACES)
def test_of_the_same_labels_all_of_g_is_kept_and_d_begins_anew(name: str) -> None:
    write_generator(Path(MODEL), SPACES[name])
    made, drawn = begun(name, MODEL), training(name, SINGLE)
    assert same(state(made, "g"), in_file(SPACES[name].width))
    assert same(state(made, "d"), state(drawn, "d"))
    assert "anew: D" in made.beginning.said
    assert "anew: D," not in made.beginning.said
    assert made.beginning.said.startswith(f"begins with {MODEL}; kept: G, its planes of a, b, c")


OTHERS: dict[str, tuple[DomainSpace, list[int | None]]] = {
    "another order": (DomainSpace(("faces",), (Attributes(("c", "a", "b")),)), [1, 2, 0]),
    "some": (DomainSpace(("faces",), (Attributes(("c", "a")),)), [1, None, 0]),
    "more": (DomainSpace(("faces",), (Attributes(("d", "a", "b", "e", "c")),)), [1, 2, 4]),
    "none": (DomainSpace(("faces",), (Attributes(("d", "e", "f")),)), [None, None, None]),
    "another dataset": (DomainSpace(("people",), (Attributes(("b", "a", "c")),)), [1, 0, 2]),
    "of a joint one": (DomainSpace(("moods", "faces"), (KINDS["moods"], KINDS["faces"])), [2, 3, 4]),
    "of two datasets": (DomainSpace(("p", "q"), (Attributes(("a", "b")), Attributes(("a",)))), [None, 1, None]),
}


@pytest.mark.parametrize("which", OTHERS)
def test_label_planes_go_by_their_names(which: str) -> None:
    """A picture's three planes come first. What the file lacks, or has twice, keeps what the seed drew."""
    space, places = OTHERS[which]
    write_generator(Path(MODEL), space)
    made, drawn, file = begun("faces", MODEL), training("faces", SINGLE), in_file(space.width)
    first = state(made, "g")[FIRST]
    assert torch.equal(first[:, :3], file[FIRST][:, :3])
    for at, place in enumerate(places):
        expected = state(drawn, "g")[FIRST][:, 3 + at] if place is None else file[FIRST][:, 3 + place]
        assert torch.equal(first[:, 3 + at], expected), at
    assert same(state(made, "g"), file, FIRST)
    anew = [name for name, place in zip("abc", places, strict=True) if place is None]
    assert made.beginning.said.endswith(f"anew: {'G' + chr(39) + 's planes of ' + ', '.join(anew) + ', ' if anew else ''}D")


def test_a_joint_training_takes_over_a_single_ones_planes_and_its_mask_begins_anew() -> None:
    write_generator(Path(MODEL), SPACES["faces"])
    made, drawn = begun("joint", MODEL), training("joint", SINGLE)
    first = state(made, "g")[FIRST]
    assert torch.equal(first[:, :6], in_file(3)[FIRST])
    assert torch.equal(first[:, 6:], state(drawn, "g")[FIRST][:, 6:])
    assert "G's planes of x, y, the mask of faces, the mask of moods" in made.beginning.said


def test_a_mask_is_carried_over_by_its_dataset() -> None:
    new = [("p", "a"), ("q", "a"), ("p", ""), ("q", "")]
    assert carried(new, [("q", "a"), ("p", "a"), ("q", ""), ("p", "")]) == {0: 1, 1: 0, 2: 3, 3: 2}
    assert carried(new, [("r", "a"), ("s", "b"), ("r", ""), ("s", "")]) == {0: 0, 1: 0}


def test_a_mean_of_weights_begins_with_the_file_too() -> None:
    write_generator(Path(MODEL), SPACES["joint"])
    assert same(begun("cross", MODEL, g_norms="all").means.networks["g"].state_dict(), in_file(7))


def test_a_released_g_and_the_d_beside_it_are_kept() -> None:
    """The file names no labels: they are taken in their order, which is said."""
    d = released_d()
    path = write_released(Path("weights"), released_g(), d)
    made = begun("faces", str(path))
    assert same(state(made, "g"), in_file(3))
    x = torch.rand(2, 3, 16, 16)
    for ours, theirs in zip(made.method.networks["d"](x), d(x), strict=True):
        assert torch.equal(ours, theirs)
    assert made.beginning.said == (
        "begins with weights/9-G.ckpt and weights/9-D.ckpt; kept: G, its planes of a, b, c (taken in this order: the file "
        "names none), D; anew: nothing"
    )
    assert made.beginning.files == {name: file_digest(Path(name)) for name in ("weights/9-G.ckpt", "weights/9-D.ckpt")}


def test_a_d_in_the_same_file_is_taken() -> None:
    d = released_d()
    torch.save({"G": released_g(), "D": d.state_dict(), "step": 7}, "both.pt")
    made = begun("faces", "both.pt")
    assert torch.equal(state(made, "d")["src.weight"], d.conv1.weight)
    assert made.beginning.said.endswith("D; anew: nothing")


@pytest.mark.parametrize(
    ("planes", "labels", "size", "anew"),
    [
        (3, 3, 32, "D's class head"),
        (5, 5, 16, "G's planes of a, b, c, D's class head"),
        (5, 3, 16, "G's planes of a, b, c, D's class head"),
    ],
)
def test_of_other_labels_or_another_size_the_class_head_begins_anew(planes: int, labels: int, size: int, anew: str) -> None:
    d = released_d(size, labels=labels)
    path = write_released(Path("weights"), released_g(planes), d)
    made, drawn = begun("faces", str(path)), training("faces", SINGLE)
    assert torch.equal(state(made, "d")["cls.weight"], state(drawn, "d")["cls.weight"])
    assert torch.equal(state(made, "d")["main.1.weight"], d.state_dict()["main.2.weight"])
    assert made.beginning.said.endswith(f"D; anew: {anew}")


def write_diat(path: str) -> None:
    made = training("diat", SINGLE)
    header = {"schema": 3, "method": "diat", "space": made.space.as_dict(), "image_size": 16}
    tensors = {f"g_x_to_y.{key}": value for key, value in state(made, "g_x_to_y").items()}
    write_tensors(Path(path), tensors, {**header, "architecture": {"g_filters": 4, "g_blocks": 1, "pairs": [["x", "y"]]}})


def write_nan(path: str) -> None:
    g = released_g()
    g[FIRST][0, 0, 0, 0] = nan
    torch.save(g, path)


SMALL = {"g_filters": 4, "g_blocks": 1}
FAULTS: dict[str, tuple[str, Callable[[str], object], str]] = {
    "missing": ("9-G.ckpt", lambda path: None, "there is no such file; put it there, correct the path"),
    "a folder": ("a", lambda path: Path(path).mkdir(), "there is no such file"),
    "filters": (
        "m.ckpt",
        lambda path: torch.save(released_g(filters=8), path),
        "its G has 8 filters, the run's 4 filters; set train.g_filters to 8",
    ),
    "blocks": (
        "m.safetensors",
        lambda path: write_generator(Path(path), SPACES["faces"], architecture={"g_filters": 4, "g_blocks": 1}),
        "its G has 1 blocks, the run's 2 blocks; set train.g_blocks to 1",
    ),
    "norms": (
        "m.ckpt",
        lambda path: torch.save(released_g(), path),
        "its G has instance norm in all, the run's in blocks; set train.g_norms to all, or give another file",
    ),
    "norms of a file": (
        "m.safetensors",
        lambda path: write_generator(Path(path), SPACES["faces"], architecture=SMALL | {"g_norms": "blocks"}),
        "its G has instance norm in blocks, the run's in all; set train.g_norms to blocks",
    ),
    "norms that are none": (
        "m.safetensors",
        lambda path: write_generator(Path(path), SPACES["faces"], architecture=SMALL | {"g_norms": "most"}),
        "m.safetensors: its weights do not fit its header ('most'); train it again",
    ),
    "both": (
        "m.ckpt",
        lambda path: torch.save(released_g(3, 8, 6), path),
        "has 8 filters and 6 blocks, the run's 4 filters and 1 blocks",
    ),
    "layers": (
        "9-G.ckpt",
        lambda path: write_released(Path(), released_g(), released_d(layers=3)),
        "its D has 3 layers, the run's 2 layers; set train.d_layers to 3",
    ),
    "no D": (
        "9-G.ckpt",
        lambda path: write_released(Path(), released_g(), torch.nn.Linear(1, 1)),
        "9-D.ckpt: not a discriminator",
    ),
    "a baseline's": ("m.safetensors", write_diat, "m.safetensors: is a model of diat; give one of stargan"),
    "a page": ("m.safetensors", lambda path: Path(path).write_text("<html>"), "not a model or checkpoint of this project"),
    "a list": ("m.ckpt", lambda path: torch.save([1], path), "not a generator of the released code"),
    "not finite": ("m.ckpt", write_nan, "some weights are not finite; give another checkpoint"),
}


CHANGED: dict[str, dict[str, object]] = {"blocks": {"g_blocks": 2}, "norms": {"g_norms": "blocks"}}


@pytest.mark.parametrize("which", FAULTS)
def test_what_can_not_be_begun_with_is_refused_by_the_params_name(which: str) -> None:
    path, write, said = FAULTS[which]
    write(path)
    with pytest.raises(Fault) as caught:
        begun("faces", path, **CHANGED.get(which, {}))
    text = str(caught.value)
    assert text.startswith(f"params.yaml: runs.faces.start_from = '{path}': ")
    assert said in text
    assert "\n" not in text


def test_a_model_file_says_which_weights_it_began_with() -> None:
    write_generator(Path(MODEL), SPACES["faces"])
    sets = {"faces": noise("faces")}
    made = origin_of("faces", settings(), begun("faces", MODEL), sets)["made_from"]
    assert made == {str(sets["faces"].folder): "", MODEL: file_digest(Path(MODEL))}


def test_what_git_ignores_is_found_from_a_temporary_copy(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its digest stands under the path in params.yaml: the plan is the same in both."""
    write_generator(here / "main" / MODEL)
    (here / "main/dvc.yaml").touch()
    (here / "copy").mkdir()
    monkeypatch.chdir(here / "copy")
    monkeypatch.setenv("DVC_ROOT", str(here / "main"))
    assert weight_digests("faces", MODEL) == {MODEL: file_digest(here / "main" / MODEL)}


def plans(folder: Path) -> dict[str, Any]:
    plan.run(load(), folder)
    return {path.parent.name: json.loads(path.read_text()) for path in folder.glob("*/train.json")}


def test_the_plan_follows_the_files_content_and_no_other_run_does(here: Path) -> None:
    write_trainable(here, 4)
    write_judges(here)
    at_start(here)
    before = plans(here / "plans")
    assert not any("weights" in one or "start_from" in json.dumps(one) for one in before.values())
    params = read_yaml(here / "params.yaml")
    params["runs"]["rafd"]["start_from"] = "weights/9-G.ckpt"
    (here / "params.yaml").write_text(json.dumps(params))
    found = []
    for seed, d in ((1, None), (2, None), (2, released_d())):
        write_released(here / "weights", released_g(seed=seed), d)
        now = plans(here / "plans")
        assert {name for name in now if now[name] != before[name]} == {"rafd"}  # nor do those that are like it
        assert now["rafd"]["settings"]["run"]["start_from"] == "weights/9-G.ckpt"
        found.append(now["rafd"]["weights"])
    assert [[*one] for one in found] == [["weights/9-G.ckpt"]] * 2 + [["weights/9-D.ckpt", "weights/9-G.ckpt"]]
    assert found[0] != found[1]
    assert found[1]["weights/9-G.ckpt"] == found[2]["weights/9-G.ckpt"]


def test_a_class_of_the_same_name_as_an_attribute_is_that_label() -> None:
    write_generator(Path(MODEL), DomainSpace(("moods",), (Classes(("b", "x")),)))
    assert "kept: G, its planes of b; anew: G's planes of a, c, D" in begun("faces", MODEL).beginning.said
