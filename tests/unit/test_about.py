"""Records: what an output says of itself, and what belongs together."""

import json
from pathlib import Path
from typing import Any

import pytest

from stargan.core.about import About, digest_of, file_digest, read_about, write_about
from stargan.errors import Fault
from support.sets import change_record


def written(folder: Path) -> Path:
    path = folder / "record.json"
    write_about(path, "judge", {"size": 16}, {"weights": "w"}, {"data/prepared/faces/16": "p"})
    return path


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = written(tmp_path)
    found = read_about(path, "judge")
    assert (found.values["size"], found.files, found.made_from) == (16, {"weights": "w"}, {"data/prepared/faces/16": "p"})
    again = write_about(path, "judge", {"size": 16}, {"weights": "w"}, {"data/prepared/faces/16": "p"})
    assert found.digest == again


@pytest.mark.parametrize("part", ["size", "form", "schema", "files", "made_from", "digest"])
def test_every_part_is_under_the_digest(tmp_path: Path, part: str) -> None:
    path = written(tmp_path)
    record: dict[str, Any] = json.loads(path.read_text())
    del record[part]
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match="record.json (has changed|is schema)"):
        read_about(path, "judge")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 1}, "schema 1 of judge, not 2 of judge"),
        ({"schema": 3}, "schema 3 of judge"),
        ({"form": "prepared"}, "schema 2 of prepared, not 2 of judge"),
    ],
)
def test_another_form_or_schema_is_refused_however_well_signed(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = written(tmp_path)
    change_record(path, lambda record: record.update(change))
    with pytest.raises(ValueError, match=said):
        read_about(path, "judge")


@pytest.mark.parametrize("content", ["", "[]", "7", "{", '{"form": "judge", "schema": 2}'])
def test_what_is_no_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "record.json").write_text(content)
    with pytest.raises((ValueError, KeyError)):
        read_about(tmp_path / "record.json", "judge")


def test_files_and_origins_are_compared() -> None:
    about = About(Path("data/classifier/faces/16/classifier.json"), {}, {"weights": "w"}, {"set": "p"}, "d")
    about.check_files({"weights": "w"})
    about.check_made_from("set", "p", "run it again")
    for found in ({"weights": "v"}, {"other": "w"}):
        with pytest.raises(ValueError, match="is not what was written there"):
            about.check_files(found)
    with pytest.raises(Fault, match="data/classifier/faces/16: was made from another set than there is now; run it again"):
        about.check_made_from("set", "q", "run it again")
    with pytest.raises(Fault, match="data/classifier/faces/16: was made from other data than more; run it again"):
        about.check_made_from("more", "p", "run it again")


def test_digests_are_sha256(tmp_path: Path) -> None:
    """Worked out by sha256sum."""
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_digest(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of("a") == "ac8d8342bbb2362d13f0a559a3621bb407011368895164b628a54f7fc33fc43c"
