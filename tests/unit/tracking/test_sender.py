"""The sender: pieces of a journal, a store that fails, one process at a time."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from stargan.tracking import sender
from support.journals import journal
from support.odd_names import ODD


def test_a_journal_is_read_in_pieces_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run, folder = journal("pieces")
    for step in range(50):
        run.log_metrics({"x": step}, step)
    monkeypatch.setattr(sender, "CHUNK_BYTES", 200)
    steps, offset = [], 0
    while offset < (folder / "events.jsonl").stat().st_size:
        events, offset = sender.read(folder / "events.jsonl", offset)
        assert len(events) <= 2
        steps += [event["step"] for event in events]
    assert steps == list(range(50))


@pytest.mark.parametrize("faults", [2, 3])
def test_a_store_that_fails_is_tried_again_from_where_it_failed(
    faults: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    delivered: list[list[str]] = []
    left = iter([OSError("busy\nsecond line")] * faults)

    def deliver(_outlet: sender.Outlet, events: list[dict[str, Any]]) -> None:
        for fault in left:
            raise fault
        delivered.append([event["kind"] for event in events])

    monkeypatch.setattr(sender.Outlet, "deliver", deliver)
    run, folder = journal("busy")
    run.tag("a", "1")
    run.end("FAILED")
    recovered = faults < sender.LAST_ATTEMPTS
    assert sender.send(folder) is recovered
    assert folder.exists() is not recovered
    assert delivered == ([["tag"], ["end"]] if recovered else [])
    (line,) = capfd.readouterr().err.splitlines()
    assert "busy" in line


def test_a_journal_is_sent_by_one_process_at_a_time(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _, folder = journal("locked")
    monkeypatch.setattr(sys, "argv", ["sender", str(folder)])
    monkeypatch.setattr("logging.disable", lambda: None)
    assert sender.main() == 1
    assert "no journal" in capfd.readouterr().err
    (folder / "events.jsonl").touch()
    with FileLock(folder / "lock"):
        assert sender.main() == 1
    assert "another process" in capfd.readouterr().err
    with FileLock(folder / sender.STAGE_LOCK):  # its stage lives, though its sender may have been killed
        assert sender.main() == 1
    assert "still at work" in capfd.readouterr().err
    assert folder.exists()


def test_an_event_may_be_longer_than_what_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "CHUNK_BYTES", 16)
    run, folder = journal("long")
    run.tag("note", "x" * 100)
    run.tag("short", "y")
    events, offset = sender.read(folder / "events.jsonl", 1)  # behind the first event's own line feed
    assert [event["value"] for event in events] == ["x" * 100]
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b"cut off\n" * 5)
    seen = []
    while (found := sender.read(folder / "events.jsonl", offset))[1] != offset:
        seen += [event["value"] for event in found[0]]
        offset = found[1]
    assert seen == ["y"]


def test_no_two_names_become_one() -> None:
    """Catches a character that is replaced by another, and an end that is cut off."""
    long = [
        "x" * 251,
        "x" * 250,
        "x" * 300,
        "x" * 300 + "y",
        "+" * 100,
        "+" * 101,
        "loss/" + "喜び" * 130,
        "loss/" + "喜び" * 131,
    ]
    names = [*ODD, *long]
    keys = [sender._key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(len(key) <= 250 and re.fullmatch(r"[/\w.\- :]+", key) for key in keys)
    assert sender._key("detail/error/celeba flip Male") == "detail/error/celeba flip Male"


WORDS = "API request to {0}api failed: Failed to parse: '{0}api' with url: /SECRET@host/api?token=SECRET (at {0})"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://user:p@SECRET@host/", "http://host/"),
        ("http://user:p/SECRET@host/", "http://host/"),
        ("https://SECRET@host:50/", "https://host:50/"),
        ("http://host/?token=SECRET", "http://host/?..."),
        ("postgresql://user:SECRET@host/db?password=SECRET", "postgresql://host/db?..."),
        ("http://host:5000/", "http://host:5000/"),
    ],
)
def test_what_may_be_secret_in_a_uri_is_not_told(uri: str, shown: str) -> None:
    told = sender.public(WORDS.format(uri))
    assert "SECRET" not in told
    assert "user" not in told
    assert told.startswith(f"API request to {shown}")


@pytest.mark.parametrize("uri", ["http://user:1/SECRET@host/", "http://user:SECRET?x@host/", "http://user:S ECRET@host/"])
def test_a_password_that_ends_a_host_s_name_is_told_to_be_quoted(
    uri: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Sent to the server's library, its first part would be the name of the host that is not found."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setattr(sender, "LAST_PAUSE_SECONDS", 0.0)
    run, folder = journal("quoted")
    run.start("train", {})
    run.end("FINISHED")
    assert not sender.send(folder)
    (line,) = capfd.readouterr().err.splitlines()
    assert "ECRET" not in line
    assert "user" not in line
    if " " not in uri:
        assert "MLFLOW_TRACKING_URI: write /, ? and # in a password as %2F, %3F and %23" in line


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("sqlite:///x.db", "x.db"),
        ("sqlite:///x.db?timeout=5", "x.db"),
        ("sqlite+pysqlite:////a/my%20stores/x.db", "/a/my stores/x.db"),
        ("sqlite:///:memory:", None),
        ("sqlite://", None),
        ("sqlite:///file:x.db?uri=true", None),
        ("http://host/x.db", None),
        ("./mlruns", None),
        ("file:mlruns", None),
    ],
)
def test_the_file_of_a_sqlite_store(uri: str, path: str | None) -> None:
    assert sender.database_of(uri) == (Path(path) if path else None)
