"""The lock, and the faces extra: exact pins alone, all that is asked for, and for every Python that the README promises."""

import os
import re
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0")


def read(name: str) -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return {canonicalize_name(found.name): found for found in map(Requirement, filter(None, lines))}


LOCK = read("requirements.lock")
FACES = read("requirements-faces.txt")


def test_all_that_is_asked_for_is_pinned() -> None:
    assert read("requirements.txt").keys() <= LOCK.keys()
    for pin in (*LOCK.values(), *FACES.values()):
        assert pin.url is None
        assert [one.operator for one in pin.specifier] == ["=="]


@pytest.mark.parametrize("name", [name for name, pin in LOCK.items() if pin.marker is None or pin.marker.evaluate()])
def test_a_pin_is_what_is_tested_and_takes_every_python(name: str) -> None:
    """Catches a pin of which pip finds nothing on a Python that the README admits."""
    assert version(name) in LOCK[name].specifier
    taken = SpecifierSet(str(metadata(name).json.get("requires_python", "")))
    assert [python for python in PYTHONS if python not in taken] == []


def test_the_faces_extra_is_apart_from_the_lock() -> None:
    assert FACES.keys().isdisjoint(LOCK)


@pytest.mark.parametrize("name", FACES)
def test_a_pin_of_the_faces_extra_is_what_is_tested(name: str) -> None:
    try:
        assert version(name) in FACES[name].specifier
    except PackageNotFoundError:
        if "CI" in os.environ:
            raise
        pytest.skip("the faces extra is not installed (make faces)")


def test_ci_installs_the_faces_extra_before_it_tests() -> None:
    assert re.search(r"^make faces\nmake \"\$\{1:-test-all\}\"$", (ROOT / ".ci/run").read_text(), re.M)
