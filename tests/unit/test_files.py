"""Files are whole or absent."""

import os
from pathlib import Path

import numpy as np
import pytest

from stargan.core.files import mapped, sha256, whole_folder, workspace_root, write_bytes, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_bytes(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    write_bytes(tmp_path / "sub" / "a", b"x")
    assert (tmp_path / "sub" / "a").stat().st_mode & 0o777 == 0o644
    with whole_folder(tmp_path / "folder"):
        pass
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o755


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with whole_folder(target) as folder:
        (folder / "a").write_text("1")
        assert not target.exists()
    with pytest.raises(ValueError, match="broken"), whole_folder(target) as folder:
        (folder / "b").write_text("2")
        raise ValueError("broken")
    assert os.listdir(tmp_path) == ["out"]
    assert os.listdir(target) == ["a"]
    with whole_folder(target) as folder:
        (folder / "c").write_text("3")
    assert os.listdir(target) == ["c"]


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    for name in (".out.abcd_123", ".out.txt", ".outer.abcd_123"):
        (tmp_path / name).mkdir()
    with whole_folder(tmp_path / "out"):
        pass
    assert sorted(os.listdir(tmp_path)) == [".out.txt", ".outer.abcd_123", "out"]


def test_json_is_stable_and_refuses_nan(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": 1, "a": [2]})
    assert (tmp_path / "a.json").read_text() == '{\n  "a": [\n    2\n  ],\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "b.json", {"a": float("nan")})
    assert os.listdir(tmp_path) == ["a.json"]


def test_sha256_is_of_the_values_whatever_the_blocks() -> None:
    array = np.arange(5000 * 3, dtype=np.uint8).reshape(5000, 3)
    import hashlib

    assert sha256(array) == hashlib.sha256(array.tobytes()).hexdigest()
    assert sha256(array[:, ::-1]) == hashlib.sha256(np.ascontiguousarray(array[:, ::-1]).tobytes()).hexdigest()


def test_the_workspace_is_dvc_root_only_where_it_holds_a_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, main = tmp_path / "here", tmp_path / "main"
    here.mkdir()
    main.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("DVC_ROOT", str(main))
    assert workspace_root() == here
    (main / "dvc.yaml").touch()
    assert workspace_root() == main


def test_a_header_of_any_bits_is_read_or_refused_in_one_way(tmp_path: Path) -> None:
    """numpy parses it as Python, which raises what it likes."""
    path, array = tmp_path / "a.npy", np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    np.save(path, array)
    assert np.array_equal(mapped(path), array)
    content, refused = path.read_bytes(), 0
    for bit in range(8 * 128):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            mapped(path)
        except (OSError, ValueError):
            refused += 1
    assert refused > 500
