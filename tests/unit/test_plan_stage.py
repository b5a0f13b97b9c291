"""The plan stage: what needs a class is told before any training."""

import re
from pathlib import Path

import pytest

from stages import plan
from stargan.core.params import load
from stargan.errors import Fault
from support.edited_params import rewrite
from support.workspaces import write_judges, write_trainable


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two prepared sets, whose classes are angry, happy and neutral, and their judges."""
    folder = tmp_path_factory.mktemp("plan")
    write_trainable(folder, 4)
    write_judges(folder)
    return folder


@pytest.fixture
def here(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").symlink_to(prepared / "data")
    (tmp_path / "params.yaml").write_text((prepared / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"evaluate__neutral": {}}, ""),
        ({"translate__targets": {"rafd": ["Happy"]}}, ""),
        ({"evaluate__neutral": {"rafd": "netural"}}, "evaluate.neutral.rafd = 'netural' is no class of rafd; nearest: "),
        ({"evaluate__neutral": {"rafd": ""}}, "evaluate.neutral.rafd = '' is no class of rafd; known: angry"),
        ({"translate__targets": {"rafd": ["hapy"]}}, "translate.targets.rafd: 'hapy' is no class of rafd; nearest: happy"),
        ({"runs__diat-rafd__pairs": [["neutral", "sad"]]}, "runs.diat-rafd.pairs: 'sad' is no class of rafd; known: angry"),
    ],
)
def test_a_class_that_no_data_has_is_told_before_any_training(here: Path, changes: dict[str, object], said: str) -> None:
    rewrite(**changes)
    if not said:
        plan.run(load(), here / "plans")
        return
    with pytest.raises(Fault, match=f"^params.yaml: {re.escape(said)}"):
        plan.run(load(), here / "plans")
    assert not (here / "plans").exists()


def test_all_such_classes_are_told_at_once(here: Path) -> None:
    rewrite(evaluate__neutral={"rafd": "calm"}, translate__targets={"rafd": ["calm", "wild"]})
    with pytest.raises(Fault) as caught:
        plan.run(load(), here / "plans")
    assert str(caught.value).count("is no class of rafd") == 3
    assert "\n" not in str(caught.value)
