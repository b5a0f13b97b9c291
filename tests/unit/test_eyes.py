"""Where eyes lie: what is none is refused, in params and in model files."""

from pathlib import Path

import pytest

from stargan.core.params import load
from stargan.core.tensors import read_tensors, write_tensors
from stargan.errors import Fault
from stargan.models.assembly import load_model
from support.edited_params import here_in, rewrite
from support.sets import write_generator


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here_in(tmp_path, monkeypatch)
    write_generator(tmp_path / "g.safetensors")
    return tmp_path


NO_EYES = [
    [0.5, 0.5, 0.5, 0.5],
    [0.7, 0.4, 0.3, 0.4],
    [69, 91, 108, 91],
    [0.3, 0.4, 0.7],
    "abcd",
    None,
    [0.3, 0.4, 1.7, 0.4],
]


@pytest.mark.parametrize("eyes", NO_EYES)
def test_eyes_that_are_none_are_refused_with_the_file(here: Path, eyes: list[float]) -> None:
    tensors, header = read_tensors(here / "g.safetensors")
    write_tensors(here / "g.safetensors", tensors, {**header, "squares": {"rafd": {"eyes": eyes}}})
    with pytest.raises(Fault, match=r"g\.safetensors: its weights do not fit its header \(.*are no places of eyes"):
        load_model("g.safetensors")


@pytest.mark.parametrize("eyes", [[0.5, 0.5, 0.5, 0.5], [0.7, 0.4, 0.3, 0.4], [69.0, 91.0, 108.0, 91.0]])
def test_eyes_that_are_none_are_refused_in_params(here: Path, eyes: list[float]) -> None:
    rewrite(datasets__celeba__eyes=eyes)
    with pytest.raises(Fault, match=r"datasets\.celeba\.eyes = .*are no places of eyes; give x and y"):
        load()
