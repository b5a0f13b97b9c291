"""Entries that are added to params.yaml: any name and path, and any style of the file."""

from pathlib import Path

import pytest

from stargan.core.params import add_entries, load
from support.edited_params import here_in


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return here_in(tmp_path, monkeypatch)


YAML_WORDS = [
    *("1:30", "a:b", ":x", "? a", "- y", "#x", "{x}", "[y]", "&a", "*b", "!t", "|", ">", "%d", "@x", "`", "it's", '"q"'),
    *("yes", "null", "~", "1e5", "0x1F", "2020-01-01", " a ", "a\u00a0b", "喜び", "<<", "${y}", "a, b", "a: b", "=", "\\n"),
]


@pytest.mark.parametrize("word", YAML_WORDS)
def test_any_name_is_read_back_as_it_was(here: Path, word: str) -> None:
    values = {"form": "folders", "path": f"data/{word}/x", "title": "mood", "labels": [word, "b"], "split": "image"}
    add_entries({"datasets": {"mine": values | {"test_share": 0.2, "seed": 1, "bad_images": "stop"}}})
    found = load().datasets["mine"]
    assert (found.path, found.labels) == (f"data/{word}/x", [word, "b"])


@pytest.mark.parametrize("kind", ["no last line feed", "carriage returns", "indented by four"])
def test_any_valid_params_take_an_entry_more(here: Path, kind: str) -> None:
    path = Path("params.yaml")
    before = path.read_bytes()
    if kind == "no last line feed":
        before = before.rstrip()
    elif kind == "carriage returns":
        before = before.replace(b"\n", b"\r\n")
    else:
        lines = before.decode().split("\n")
        before = "\n".join(("  " + line) if line.startswith("  ") else line for line in lines).encode()
    path.write_bytes(before)
    values = {"form": "folders", "path": "set", "title": "mood", "split": "image", "test_share": 0.2, "seed": 1}
    add_entries({"datasets": {"mine": values | {"bad_images": "stop"}}})
    after = path.read_bytes()
    assert load().datasets["mine"].path == "set"
    assert (b"\r\n" in after) == (kind == "carriage returns")
    added = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(added) == 1
    assert b"mine: {form: folders" in added[0]
