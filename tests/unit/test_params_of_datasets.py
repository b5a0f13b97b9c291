"""What params.yaml says of datasets and sizes, and what it said before."""

from pathlib import Path

import pytest

from stargan.core.params import load, read_yaml
from stargan.errors import Fault
from support.edited_params import here_in, rewrite


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return here_in(tmp_path, monkeypatch)


@pytest.mark.parametrize("key", ["path", "attributes", "labels", "crop", "split", "seed"])
def test_what_a_dataset_lacks_is_named(here: Path, key: str) -> None:
    rewrite(
        datasets__mine={
            name: value for name, value in read_yaml(Path("params.yaml"))["datasets"]["celeba"].items() if name != key
        }
    )
    with pytest.raises(Fault, match=rf"datasets\.mine\.{key}: is missing; add it"):
        load()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"datasets__mine": {"path": "x"}}, "datasets.mine.form: is missing; give attributes, rafd or folders"),
        ({"datasets__rafd__form": "zip"}, "datasets.rafd.form = 'zip': is no form; give attributes, rafd or folders"),
        ({"datasets__celeba__attributes": 3}, "datasets.celeba.attributes = 3: Input should be a valid string"),
        ({"datasets__rafd__split": "folders"}, "datasets.rafd.split = 'folders': Input should be 'person' or 'image'"),
        ({"datasets__a/b": {}}, "'a/b' is no name"),
    ],
)
def test_what_is_wrong_in_a_dataset_is_named(here: Path, changes: dict[str, object], said: str) -> None:
    rewrite(**changes)
    with pytest.raises(Fault) as caught:
        load()
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"evaluate__neutral": "neutral"}, "evaluate.neutral = 'neutral': is a class of each dataset now; give {"),
        ({"evaluate__neutral": ""}, "evaluate.neutral = '': is a class of each dataset now"),
        ({"evaluate__neutral": {"raffd": "calm"}}, "evaluate.neutral.raffd = calm: not in datasets; nearest: rafd"),
        ({"evaluate__neutral": {"celeba": "Male"}}, "evaluate.neutral.celeba = Male: celeba has attributes, no classes"),
        ({"evaluate__neutral": {"rafd": 0}}, "evaluate.neutral.rafd = 0: Input should be a valid string"),
    ],
)
def test_the_class_that_an_error_starts_from_is_of_a_dataset_with_classes(
    here: Path, changes: dict[str, object], said: str
) -> None:
    rewrite(**changes)
    with pytest.raises(Fault) as caught:
        load()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": {"sizes": [32]}}, "data: is of version 0.1; it is now datasets.<name>, and image_size"),
        ({"baselines": {}}, "baselines: is of version 0.1; it is now runs"),
        ({"train__log_every": 20}, "train.log_every: is of version 0.1; it is now bookkeeping.log_every"),
        ({"datasets__rafd__layout": "rafd"}, "datasets.rafd.layout: is of version 0.1; it is now form"),
    ],
)
def test_a_key_of_before_is_told_its_new_place(here: Path, changes: dict[str, object], said: str) -> None:
    rewrite(**changes)
    with pytest.raises(Fault) as caught:
        load()
    assert said in str(caught.value)
    assert "Extra inputs" not in str(caught.value)


def test_the_image_size_is_said_once(here: Path) -> None:
    rewrite(image_size=64, runs__both__image_size=32, datasets__celeba__sizes=[32, 64], datasets__rafd__sizes=[64, 32])
    params = load()
    assert {name: run.image_size for name, run in params.runs.items()} == dict.fromkeys(params.runs, 64) | {"both": 32}
    rewrite(datasets__rafd__sizes=[])
    with pytest.raises(Fault, match=r"runs\.both\.image_size = 32: rafd is prepared at \[64\]"):
        load()
