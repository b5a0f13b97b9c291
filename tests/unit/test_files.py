"""Files are whole or absent."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from stargan.core.files import mapped, sha256, whole_file, whole_folder, workspace_root, write_bytes, write_json


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


@pytest.mark.parametrize(("mask", "file", "folder"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700), (0o002, 0o664, 0o775)])
def test_rights_are_the_umask_s(tmp_path: Path, mask: int, file: int, folder: int) -> None:
    before = os.umask(mask)
    try:
        write_bytes(tmp_path / "sub" / "a", b"x")
        with whole_folder(tmp_path / "folder"):
            pass
        with whole_file(tmp_path / "b") as path:
            path.write_bytes(b"x")
    finally:
        os.umask(before)
    found = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("sub", "sub/a", "folder", "b")}
    assert found == {"sub": folder, "sub/a": file, "folder": folder, "b": file}


def test_an_error_names_what_was_to_be_written(tmp_path: Path) -> None:
    """A temporary name means nothing to a user, and a failed write names nothing at all."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError) as renamed:
        write_bytes(tmp_path / "taken", b"x")
    with (
        pytest.raises(OSError, match="No space left") as full,
        whole_folder(tmp_path / "full"),
        open("/dev/full", "wb") as file,
    ):
        file.write(b"x")
    with pytest.raises(FileNotFoundError) as within, whole_folder(tmp_path / "within") as folder:
        (folder / "none" / "a").touch()
    with pytest.raises(FileNotFoundError) as read, whole_folder(tmp_path / "read"):
        (tmp_path / "input").read_bytes()
    with pytest.raises(OSError, match="9 requested") as numpys, whole_file(tmp_path / "numpys"):
        raise OSError("9 requested and 0 written")
    found = [raised.value.filename for raised in (renamed, full, within, read, numpys)]
    assert found == [str(tmp_path / name) for name in ("taken", "full", "within", "input", "numpys")]
    assert os.listdir(tmp_path) == ["taken"]


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    longest = tmp_path / ("é" * 127)  # 254 bytes
    write_bytes(longest, b"x")
    assert os.listdir(tmp_path) == [longest.name]
    with pytest.raises(OSError, match="File name too long") as raised:
        write_bytes(tmp_path / ("x" * 256), b"x")
    assert raised.value.filename == str(tmp_path / ("x" * 256))
    assert os.listdir(tmp_path) == [longest.name]


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


LONG = "x" * 240


@pytest.mark.parametrize("name", ["out", "params.yaml", "a[b]", LONG])
def test_what_a_killed_writer_left_is_removed_and_no_file_of_a_user(tmp_path: Path, name: str) -> None:
    """Such as a copy with the day in its name, which had as many letters."""
    theirs = {f".{name[:200]}.20261125", f".{name[:200]}.bak", f".{name[:200]}.abcd_123", ".other.0123abcd.stargan-part"}
    for kept in theirs:
        (tmp_path / kept).touch()
    with whole_folder(tmp_path / name) as left:
        shutil.copytree(left, tmp_path / "copy")  # as a kill would leave it
    (tmp_path / "copy").rename(left)
    write_bytes(tmp_path / name / "in", b"x")
    with whole_folder(tmp_path / name):
        assert not left.exists()
    assert set(os.listdir(tmp_path)) == theirs | {name}


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
