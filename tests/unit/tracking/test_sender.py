"""The sender: pieces of a journal, a store that fails, one process at a time."""

import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from stargan.tracking import sender
from support.journals import journal
from support.odd_names import ODD

if TYPE_CHECKING:
    pass


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
