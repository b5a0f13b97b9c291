"""params.yaml: every fault at once with its path; profiles as flags and applied."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stargan.core.params import Params, leaves, load, read_yaml
from stargan.errors import Fault
from stargan.profiles import apply, flags, profile
from support.edited_params import here_in, rewrite
from support.processes import ROOT


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return here_in(tmp_path, monkeypatch)


def test_every_fault_is_named_at_once_on_one_line(here: Path) -> None:
    rewrite(train__n_critic=0, train__schedule="cosine", runs__rafd__decay=10**6, train__lambda_clss=1, threads="two")
    with pytest.raises(Fault) as caught:
        load()
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("params.yaml: ")
    faults = (
        "train.n_critic = 0",
        "train.schedule = 'cosine'",
        "decay 1000000 exceeds",
        "train.lambda_clss",
        "threads = 'two'",
    )
    for part in faults:
        assert part in text


@pytest.mark.parametrize(("text", "value"), [("1e-05", 1e-5), ("2", 2.0), ("1.0e-4", 1e-4)])
def test_numbers_as_dvc_writes_them_are_numbers(here: Path, text: str, value: float) -> None:
    path = Path("params.yaml")
    path.write_text(path.read_text().replace("g_lr: 4.0e-4 ", f"g_lr: {text} "))
    assert load().train.g_lr == value


@pytest.mark.parametrize("content", [b"train: [", b"\xff\xfe\x00", b"", b"[1, 2]"])
def test_a_broken_file_is_one_line(here: Path, content: bytes) -> None:
    Path("params.yaml").write_bytes(content)
    with pytest.raises(Fault, match=r"^params.yaml: [^\n]+$"):
        load()


@pytest.mark.parametrize("name", ["paper", "tiny"])
def test_a_profile_patches_known_keys_and_loads(here: Path, name: str) -> None:
    before = dict(leaves(read_yaml(Path("params.yaml"))))
    apply(name)
    after = dict(leaves(read_yaml(Path("params.yaml"))))
    assert after == before | profile(name)
    assert after != before
    assert "# paper: 64" in Path("params.yaml").read_text()  # comments survive
    load()


def test_flags_are_the_profile(here: Path) -> None:
    words = flags("paper")
    assert words[::2] == ["-S"] * (len(words) // 2)
    assert "datasets.celeba.sizes=[128,256]" in words
    assert "+runs.both.image_size=256" in words
    assert "runs.both.length=200000" in words
    assert not any(" " in word for word in words)


def test_the_papers_setup(here: Path) -> None:
    """Section 5 of the paper, and section 3 of its supplement's tables, as numbers."""
    apply("paper")
    params = load()
    train = params.train
    assert (train.batch, train.n_critic, train.g_lr, train.d_lr, train.beta1, train.beta2) == (16, 5, 1e-4, 1e-4, 0.5, 0.999)
    assert (train.lambda_cls, train.lambda_rec, train.lambda_gp, train.flip) == (1, 10, 10, 0.5)
    assert (train.g_filters, train.g_blocks, train.d_filters, train.d_layers) == (64, 6, 64, 6)
    others = [f"{method}-{dataset}" for dataset in ("rafd", "celeba") for method in ("diat", "cyclegan", "icgan")]
    lengths = {name: (run.image_size, run.unit, run.length, run.decay) for name, run in params.runs.items()}
    assert lengths == {
        "celeba": (128, "epochs", 20, 10),
        "rafd": (128, "epochs", 200, 100),
        "both": (256, "iterations", 200_000, 100_000),
        "single": (256, "epochs", 200, 100),
    } | dict.fromkeys(others, (128, None, None, None))
    celeba, rafd = params.dataset("celeba").model_dump(), params.dataset("rafd").model_dump()
    assert (celeba["test_images"], rafd["test_share"], params.evaluate.features) == (2000, 0.1, "inception")
    assert params.sizes("celeba") == params.sizes("rafd") == [128, 256]


def test_parts_that_do_not_fit_each_other_are_named_at_once(here: Path) -> None:
    rewrite(
        runs__both__image_size=128,
        runs__rafd__datasets=["raffd"],
        runs__rafd__faces=["raffd"],
        datasets__celeba__labels=["Male", "Smiling", "Brown_Hair"],
    )
    rewrite(translate__targets={"celeba": ["Brown_Hair+~Male", "~Young"], "celebb": []})
    with pytest.raises(Fault) as caught:
        load()
    for part in (
        "runs.both.image_size = 128: celeba is prepared at [64]; add it to datasets.celeba.sizes",
        "runs.rafd.faces: 'raffd' is not in datasets; nearest: rafd",
        "runs.celeba.labels: 'Young' is not in datasets.celeba.labels",
        "runs.diat-rafd: datasets, labels or image_size differ from runs.rafd's",
        "translate.targets.celeba: 'Young' is not in datasets.celeba.labels; change one, or give []",
        "translate.targets.celebb is not in datasets; nearest: celeba",
    ):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


ATTRIBUTE_PAIRS = {
    "method": "diat",
    "like": "celeba",
    "datasets": ["celeba"],
    "faces": ["celeba"],
    "image_size": 64,
    "labels": ["Black_Hair", "Blond_Hair", "Brown_Hair", "Male", "Young"],
    "pairs": [["Male", "Young"], ["Male", "-Male"], ["Black_Hair", "Blond_Hair"], ["-Yong", "Yong"]],
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"runs__rafd__faces": ["celeba"]}, "faces ['celeba'] lack rafd of datasets; add it"),
        ({"runs__rafd__labels": ["Male", "Male"]}, "labels ['Male', 'Male'] repeat one"),
        ({"train__compile": True, "train__step": "plain"}, "train.compile = true: a penalty by double backward"),
        (
            {"runs__icgan-rafd__pairs": [["neutral", "happy"]]},
            "do not fit icgan; diat and cyclegan take one or more, others none",
        ),
        ({"runs__diat-rafd__pairs": []}, "do not fit diat"),
        ({"runs__diat-rafd__pairs": [["neutral", "happy"], ["neutral", "happy"]]}, "repeat one; name each once"),
        ({"runs__cyclegan-rafd__pairs": [["neutral", "happy"], ["happy", "neutral"]]}, "repeat one; name each once"),
        ({"runs__diat-rafd": ATTRIBUTE_PAIRS}, "[Male, Young] do not rule each other out; pair A with -A"),
        ({"runs__diat-rafd": ATTRIBUTE_PAIRS}, "'Yong' is not among its labels; nearest: Young"),
        (
            {"runs__diat-rafd": ATTRIBUTE_PAIRS | {"pairs": [["male", "-Young"]]}},
            "[male, -Young] do not rule each other out",
        ),
        ({"runs__diat-rafd": ATTRIBUTE_PAIRS | {"pairs": [["~Male", "Male"]]}}, "'~Male' is not among its labels"),
        ({"runs__diat-rafd": ATTRIBUTE_PAIRS | {"pairs": [["Male", "Male"]]}}, "[Male, Male] do not rule each other out"),
        ({"runs__diat-rafd__like": "raft"}, "runs.diat-rafd.like = 'raft' is not in runs; nearest: rafd"),
        ({"runs__icgan-rafd__like": "diat-rafd"}, "like = 'diat-rafd' has no length of its own; name a run with one"),
        ({"runs__icgan-rafd__length": 5}, "like rafd gives its length, and so do unit, length, decay; keep one"),
        ({"runs__rafd__method": "icgan", "runs__rafd__like": "celeba"}, "like celeba gives its length"),
        ({"runs__both__method": "icgan"}, "datasets ['celeba', 'rafd'] are not one; icgan is trained on one dataset"),
        ({"runs__rafd__pairs": [["neutral", "happy"]]}, "do not fit stargan"),
        ({"compare__expressions": ["rafd", "diat"]}, "compare.expressions: 'diat' is not in runs; nearest: "),
        ({"compare__joint": "booth"}, "compare.joint: 'booth' is not in runs; nearest: both"),
        (
            {"runs__diat-rafd__start_from": "a.ckpt"},
            "runs.diat-rafd.start_from = 'a.ckpt': diat begins with weights that are",
        ),
        ({"runs__cyclegan-rafd__start_from": "a.ckpt"}, "runs.cyclegan-rafd.start_from = 'a.ckpt': cyclegan begins"),
        ({"runs__icgan-rafd__start_from": "a.ckpt"}, "runs.icgan-rafd.start_from = 'a.ckpt': icgan begins with"),
        ({"runs__rafd__start_from": ""}, "runs.rafd.start_from = '': is no path; name a file, or leave it out"),
        ({"runs__rafd__start_from": 3}, "runs.rafd.start_from = 3: Input should be a valid string"),
        ({"runs__rafd__start_from": "data/models/rafd/generator.safetensors"}, "follows from one; copy it to data/weights"),
        ({"runs__rafd__start_from": "data/weights/../models/a/b.safetensors"}, "follows from one; copy it to data/weights"),
        ({"budget": "seconds"}, "budget = 'seconds': Input should be 'images_per_model'"),
    ],
)
def test_comparisons_that_can_not_be_made_are_named(here: Path, changes: dict[str, object], said: str) -> None:
    rewrite(**changes)
    with pytest.raises(Fault) as caught:
        load()
    assert said in str(caught.value)


def test_labels_match_whatever_their_case(here: Path) -> None:
    few = ["black hair", "BLOND_HAIR", "Male"]
    pairs = [["male", "-Male"], ["Black hair", "blond_hair"]]
    rewrite(runs__celeba__labels=few, translate__targets={"celeba": ["blond hair+~male"]})
    rewrite(**{"runs__diat-rafd": ATTRIBUTE_PAIRS | {"labels": few, "pairs": pairs}})
    load()


def test_diat_may_train_both_ways_of_a_pair(here: Path) -> None:
    rewrite(**{"runs__diat-rafd__pairs": [["neutral", "happy"], ["happy", "neutral"]]})
    load()


@pytest.mark.parametrize("name", ["paper", "celeba-baselines"])
def test_a_profile_may_add_baselines(here: Path, name: str) -> None:
    words = flags(name)
    assert "+runs.icgan-celeba.method=icgan" in words
    apply(name)
    params = load()
    assert set(params.compare.attributes) == {"celeba", "diat-celeba", "cyclegan-celeba", "icgan-celeba"}
    ways = {name: len(one.pairs) for name, one in params.runs.items() if name.endswith("-celeba")}
    assert ways == {"diat-celeba": 10, "cyclegan-celeba": 5, "icgan-celeba": 0}  # section 5 of the paper
    if name == "paper":
        assert [len(params.runs[f"{method}-rafd"].pairs) for method in ("diat", "cyclegan")] == [7, 7]
        assert (params.icgan.filters, params.icgan.z, params.icgan.z_units, params.icgan.y_units) == (64, 64, 2048, 512)
    assert "&" not in Path("params.yaml").read_text()


def test_what_a_training_follows_from_is_its_own(here: Path) -> None:
    """Catches a training that goes stale in silence, and one that is repeated for nothing."""
    before = {name: load().followed(name) for name in load().runs}

    def changed(**changes: Any) -> set[str]:
        shutil.copy(ROOT / "params.yaml", here)
        rewrite(**changes)
        return {name for name in before if load().followed(name) != before[name]}

    others = {"diat-rafd", "cyclegan-rafd", "icgan-rafd"}
    assert changed(train__lambda_cls=2) == {"celeba", "rafd", "both"}
    assert changed(train__compile=True) == {"celeba", "rafd", "both"}
    assert changed(train__mask=False) == changed(train__targets="own") == {"both"}
    assert changed(train__g_lr=1e-3) == {*before}
    assert changed(diat__lambda_id=1) == {"diat-rafd"}
    assert changed(budget="compute") == others
    assert changed(runs__rafd__length=3100) == {"rafd", *others}
    assert changed(runs__celeba__length=7000) == {"celeba"}
    assert changed(runs__rafd__faces=["rafd"]) == set()
    assert changed(runs__rafd__start_from="a.ckpt") == {"rafd"}  # those that are like it have its length alone
    assert not any("start_from" in json.dumps(values) for values in before.values())
    assert changed(bookkeeping__log_every=1, bookkeeping__sample_every=7, bookkeeping__checkpoint_every=7) == set()
    assert changed(image_size=128) == {*before}
    assert changed(seed=2) == {*before}
    assert changed(threads=1, device="cpu", translate__batch=1, evaluate__truths=1) == set()


def test_unknown_profiles_and_keys_are_named_with_the_nearest(here: Path) -> None:
    with pytest.raises(Fault, match="profile 'papr' is not in profiles/; nearest: paper"):
        profile("papr")
    Path("profiles/odd.yaml").write_text("train: {n_critics: 2}\n")
    with pytest.raises(Fault, match=r"profiles/odd.yaml: train.n_critics is not in params.yaml; nearest: train.n_critic"):
        apply("odd")
    with pytest.raises(Fault, match="celebaa is not in runs; nearest: celeba"):
        load().run("celebaa")


def test_as_a_command_a_fault_is_one_line_and_status_one(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stargan.profiles", "flags", "papr"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: profile 'papr' is not in profiles/; nearest: paper\n"


def test_the_schema_is_that_of_the_params_as_they_are(here: Path) -> None:
    """Editors check params.yaml by it."""
    schema = json.loads((ROOT / "docs/params.schema.json").read_text())
    assert schema == Params.model_json_schema()
    assert (ROOT / "params.yaml").read_text().startswith("# yaml-language-server: $schema=docs/params.schema.json\n")
    definitions = schema["$defs"]
    forms = schema["properties"]["datasets"]["additionalProperties"]["discriminator"]["mapping"]
    assert set(forms) == {"attributes", "rafd", "folders"}
    values = read_yaml(ROOT / "params.yaml")
    for name in ("Train", "Bookkeeping", "Diat", "Compare"):
        assert set(definitions[name]["required"]) == set(definitions[name]["properties"]) == set(values[name.lower()])
    assert set(definitions["Run"]["required"]) == {"method", "datasets", "faces", "labels"}  # the size is said once


@pytest.mark.parametrize("threads", [1025, 2**31 - 1, 2**64])
def test_more_threads_than_a_machine_has_are_refused(here: Path, threads: int) -> None:
    """Torch starts as many as it is told, and crashes."""
    rewrite(threads=threads)
    with pytest.raises(Fault, match="threads = [0-9]+: Input should be less than or equal to 1024"):
        load()
