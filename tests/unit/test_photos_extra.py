"""Without the faces extra: one line that names the file which installs it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stargan.errors import Fault
from stargan.evaluation.faces import extra
from stargan.evaluation.faces.finding import faces_in
from stargan.evaluation.faces.identity import identity
from stargan.evaluation.faces.places import eye_places

ROOT = Path(__file__).parents[2]
LOADED = (extra.dlib, extra.detector, extra.predictor, extra.recogniser)
PICTURE = Image.new("RGB", (64, 64))
SQUARES = np.zeros((1, 64, 64, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def _nothing_is_loaded_yet() -> Iterator[None]:
    for loaded in LOADED:
        loaded.cache_clear()
    yield
    for loaded in LOADED:
        loaded.cache_clear()


def without_dlib(name: str) -> Any:
    raise ModuleNotFoundError(f"No module named {name!r}")


USES: dict[str, Callable[[], object]] = {
    "faces_in": lambda: faces_in(PICTURE),
    "eye_places": lambda: eye_places([PICTURE]),
    "identity": lambda: identity(SQUARES, SQUARES, [""], seed=0),
    "predictor": extra.predictor,
    "recogniser": extra.recogniser,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_each_use_names_the_file(use: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "import_module", without_dlib)
    with pytest.raises(Fault, match=r"^dlib can't be imported .*pip install -r requirements-faces\.txt$") as fault:
        use()
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("weights", [extra.predictor, extra.recogniser])
def test_dlib_without_its_weights_names_it_too(weights: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        extra, "import_module", lambda name: SimpleNamespace(shape_predictor=str, face_recognition_model_v1=str)
    )
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    with pytest.raises(Fault, match=r"face_recognition_models is not installed.*pip install -r requirements-faces\.txt$"):
        weights()


def test_weights_that_are_half_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "import_module", lambda name: SimpleNamespace(shape_predictor=str))
    monkeypatch.setattr(extra, "find_spec", lambda name: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    with pytest.raises(
        Fault, match=r"shape_predictor_5_face_landmarks\.dat: no such file.*--force-reinstall -r requirements-faces"
    ):
        extra.predictor()


def test_the_file_that_is_named_is_there_and_installs_both() -> None:
    lines = [line.split("==")[0] for line in (ROOT / "requirements-faces.txt").read_text().splitlines() if "==" in line]
    assert lines == ["dlib-bin", "face_recognition_models"]


def test_aligning_and_pasting_need_no_dlib() -> None:
    modules = [f"stargan.evaluation.faces.{path.stem}" for path in (ROOT / "stargan/evaluation/faces").glob("[a-z]*.py")]
    assert len(modules) == 7
    code = f"""import importlib, sys
for name in {modules}:
    importlib.import_module(name)
assert not {{"dlib", "torch"}} & sys.modules.keys()"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
