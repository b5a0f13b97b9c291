"""Checkpoints: whole or absent, the newest readable one, no second writer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from stargan.core.tensors import fingerprint, read_tensors, write_tensors
from stargan.errors import Fault
from stargan.training.checkpoints import Checkpoints
from support.processes import ROOT

TENSORS = {"w": torch.arange(6.0).reshape(2, 3).T, "n": torch.tensor(3)}


def test_round_trip_keeps_values_shapes_types_and_header(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a", TENSORS, {"done": 3, "names": ["x", "y"]})
    tensors, header = read_tensors(tmp_path / "a")
    assert header == {"done": 3, "names": ["x", "y"]}
    assert all(torch.equal(tensors[key], value) and tensors[key].dtype == value.dtype for key, value in TENSORS.items())


def test_equal_content_is_equal_bytes_whatever_the_name(tmp_path: Path) -> None:
    for name in ("a", "longer-name"):
        write_tensors(tmp_path / name, TENSORS, {"b": 1, "a": 2})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "longer-name").read_bytes()


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    for done in (5, 10, 100):
        store.save(done, TENSORS, {"done": done})
    assert sorted(os.listdir(tmp_path)) == ["00000010.safetensors", "00000100.safetensors"]
    latest = store.latest()
    assert latest is not None
    assert latest[1] == {"done": 100}


@pytest.mark.parametrize("damage", ["empty", "cut", "header", "foreign"])
def test_an_unreadable_one_is_named_and_passed_over(tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    store = Checkpoints(tmp_path)
    store.save(1, TENSORS, {"done": 1})
    store.save(2, TENSORS, {"done": 2})
    newest, content = store.path(2), store.path(2).read_bytes()
    damaged = {"empty": b"", "cut": content[:-5], "header": b"\xff" * 8 + content[8:], "foreign": b"<html>" * 9}
    newest.write_bytes(damaged[damage])
    latest = store.latest()
    assert latest is not None
    assert latest[1] == {"done": 1}
    assert str(newest) in capsys.readouterr().err


def test_nothing_there_is_nothing(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "absent").latest() is None


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "run")
    for _ in range(2):  # and the lock is given back
        with store.lock(), pytest.raises(Fault, match="another process trains this run"), Checkpoints(store.folder).lock():
            raise AssertionError("two writers")


def test_the_fingerprint_follows_values_and_the_code_of_its_folders(tmp_path: Path) -> None:
    for name in ("training/losses.py", "training/methods/star.py", "figures/panel.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    folders = ("training",)

    def now(rate: float = 1.0) -> str:
        return fingerprint(folders, {"lr": rate}, ["hash"], package=tmp_path)

    one = now()
    assert one != now(2.0)
    (tmp_path / "figures/panel.py").write_text("x = 2\n")
    assert now() == one
    for name in ("training/losses.py", "training/methods/star.py"):
        (tmp_path / name).write_text("x = 2\n")
        assert now() != one, name
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "training/methods/star.py").rename(tmp_path / "training/star.py")
    assert now() != one


def test_the_fingerprint_is_of_the_code_in_use_whatever_was_imported() -> None:
    """Catches checkpoints that a process with other imports, as a warm one, does not find again."""
    code = "import sys; from stargan.core.tensors import fingerprint; print(fingerprint(('core', 'figures'), 1))"
    told = [
        subprocess.run([sys.executable, "-c", more + code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for more in ("", "import stargan.figures.panel;")
    ]
    assert told[0] == told[1] == fingerprint(("core", "figures"), 1) + "\n"
