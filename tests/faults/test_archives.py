"""Hostile and damaged zips: refused, nothing written outside, memory bounded."""

import io
import stat
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.cells import IDENTICAL, REFUSED, Tell
from faults.raw import assert_refused, pictures_with, sound_png, workspace, write_raw
from stargan.errors import Fault
from stargan.raw import source
from stargan.raw.source import open_source
from support.processes import hashes
from support.stages import Stages

VICTIM = "000004.png"
CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
FEW_BYTES = 8_000_000
"""Far below what the bombs would inflate to."""


def sound(**more: bytes) -> dict[str, bytes]:
    """Return the members of a sound set."""
    return pictures_with(sound_png(), ".png") | more


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, mode: int = 0) -> bytearray:
    """Return a zip; a member that is not of the sound set gets the file mode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = (0 if name in sound() else mode) << 16
            archive.writestr(info, content)
    return bytearray(buffer.getvalue())


def named(name: str) -> bytearray:
    """Return a zip with a further member of this name."""
    return zipped(sound() | {name: sound_png()})


def nameless() -> bytearray:
    """Return a zip with a member that has no name at all."""
    content = zipped(sound() | {"~": b"x"})
    at = central(content, "~")
    struct.pack_into("<H", content, at + 28, 0)
    del content[at + 46]
    end = content.rindex(END)
    size: int = struct.unpack_from("<L", content, end + 12)[0]
    struct.pack_into("<L", content, end + 12, size - 1)
    return content


def central(content: bytearray, name: str = VICTIM) -> int:
    """Return where the directory's entry of a member begins."""
    return content.rindex(CENTRAL, 0, content.rindex(name.encode()))


def directory(offset: int, form: str, value: int) -> bytearray:
    """Return a zip whose directory tells a lie about the victim."""
    content = zipped(sound())
    struct.pack_into(form, content, central(content) + offset, value)
    return content


def twice() -> bytearray:
    """Return a zip with two members of one name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in [*sound().items(), (VICTIM, sound_png())]:
            archive.writestr(name, content)
    return bytearray(buffer.getvalue())


def zip64(field: bytes) -> bytearray:
    """Return a zip whose victim's size is told by a further field that lies."""
    content = zipped(sound())
    at = central(content)
    struct.pack_into("<L", content, at + 24, 0xFFFFFFFF)  # the size: see the further field
    struct.pack_into("<H", content, at + 30, len(field))
    content[at + 46 + len(VICTIM) : at + 46 + len(VICTIM)] = field
    end = content.rindex(END)
    size: int = struct.unpack_from("<L", content, end + 12)[0]
    struct.pack_into("<L", content, end + 12, size + len(field))
    return content


def flipped() -> bytearray:
    """Return a zip with damaged bytes in the deflated victim."""
    content = zipped(sound())
    at = content.index(VICTIM.encode()) + len(VICTIM)
    content[at : at + 40] = b"\xff" * 40
    return content


def cut(share: float) -> bytearray:
    """Return the first part of a zip."""
    content = zipped(sound())
    return content[: int(len(content) * share)]


def liar() -> bytearray:
    """Return a zip whose victim would inflate to 64 MB, though the directory tells 1,000 bytes."""
    content = zipped(sound() | {VICTIM: bytes(64_000_000)})
    struct.pack_into("<L", content, central(content) + 24, 1000)
    return content


# name -> the zip, what is said of it
ARCHIVES: dict[str, Callable[[], tuple[bytes | bytearray, str]]] = {
    "traversal": lambda: (named("../../outside.png"), r"'\.\./\.\./outside\.png' leads out"),
    "traversal inside a path": lambda: (named("a/../../outside.png"), "leads out"),
    "absolute path": lambda: (named("/tmp/outside.png"), "'/tmp/outside.png' leads out"),
    "backslash": lambda: (named("..\\outside.png"), "leads out"),
    "drive letter": lambda: (named("C:/outside.png"), "'C:/outside.png' leads out"),
    "newline in a name": lambda: (named("a\nb.png"), "control characters"),
    "NUL in a name": lambda: (zipped(sound() | {"a~b.png": b"x"}).replace(b"a~b.png", b"a\0b.png"), "control characters"),
    "no name but a dot": lambda: (named("./."), "has no name"),
    "empty name": lambda: (nameless(), "has no name"),
    "symbolic link": lambda: (zipped(sound(x=b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "'x' is a link"),
    "bomb by ratio": lambda: (zipped(sound() | {"bomb.png": bytes(64_000_000)}), "'bomb.png' would unpack to 64000000"),
    "bomb that lies of its size": lambda: (liar(), f"{VICTIM} can't be read"),
    "duplicate names": lambda: (twice(), f"'{VICTIM}' is there twice"),
    "overlapping members": lambda: (directory(42, "<L", 10), "overlaps"),
    "encrypted": lambda: (directory(8, "<H", 1), f"'{VICTIM}' is encrypted"),
    "unbounded method": lambda: (zipped(sound(), zipfile.ZIP_LZMA), "method 14"),
    "unknown method": lambda: (directory(10, "<H", 99), "method 99"),
    "wrong CRC": lambda: (directory(16, "<L", 1), f"{VICTIM} can't be read .*CRC"),
    "damaged deflate stream": lambda: (flipped(), f"{VICTIM} can't be read"),
    "size too low": lambda: (directory(24, "<L", 100), f"{VICTIM} can't be read"),
    "cut at 10 %": lambda: (cut(0.1), "no zip that can be read"),
    "cut at 50 %": lambda: (cut(0.5), "no zip that can be read"),
    "cut at 99 %": lambda: (cut(0.99), "no zip that can be read"),
    "zip64 that lies of a size": lambda: (zip64(struct.pack("<HHQ", 1, 8, 1 << 50)), "would unpack to 1125899906842624"),
    "zip64 without its number": lambda: (zip64(struct.pack("<HH", 1, 0)), "no zip|would unpack"),
    "zip64 cut": lambda: (zip64(struct.pack("<HHL", 1, 8, 7)), "no zip that can be read"),
    "nested zip": lambda: (zipped(sound() | {VICTIM: bytes(zipped(sound()))}), f"{VICTIM} is not a picture"),
    "nested garbage": lambda: (zipped(sound() | {VICTIM: b"PK\x03\x04" + bytes(range(256))}), f"{VICTIM} is not a picture"),
    "no zip at all": lambda: (b"<html>quota</html>", "no zip that can be read"),
    "empty file": lambda: (b"", "no zip that can be read"),
    "empty zip": lambda: (END + bytes(18), "no file|no picture "),
}


def listing(folder: Path) -> dict[str, int]:
    """Return all that lies below a folder, with its size."""
    return {str(path): path.lstat().st_size for path in folder.rglob("*") if not path.name.startswith(("w.std", "w.inj"))}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_is_refused(stages: Stages, params: Path, tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch a write outside of the outputs, a traceback of the zip's reader, and half a set taken for whole."""
    content, said = ARCHIVES[kind]()
    assert content != zipped(sound())
    work = workspace(params, tmp_path)
    write_raw(work, "zip", sound())
    (work / "data/raw/set").write_bytes(content)
    before, around = hashes(work), listing(tmp_path)
    assert_refused(stages.run(work, "prepare celeba"), work, before, said)
    assert listing(tmp_path) == around
    assert not Path("/tmp/outside.png").exists()
    tell("archives", kind, "prepare from zip", REFUSED)


COMMENTS = {"brackets without end": b"[" * 65_000, "numbers without end": b'{"renderer": Infinity, "seed": 1, "height": 1}'}


@pytest.mark.parametrize("kind", COMMENTS)
def test_an_odd_comment_is_no_mark(tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch a zip's comment that is taken at its word: it may say anything."""
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a.png", sound_png())
        archive.comment = COMMENTS[kind]
    with open_source(tmp_path / "set.zip") as opened:
        assert opened.origin == source.FILES
        assert opened.read("a.png") == sound_png()
    tell("archives", f"comment of {kind}", "open_source", IDENTICAL)


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes that were held on the way."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["bomb by ratio", "bomb that lies of its size", "zip64 that lies of a size"])
def test_a_bomb_takes_no_memory(tmp_path: Path, tell: Tell, kind: str) -> None:
    """Catch a bomb that is refused only once it has been inflated."""
    path = tmp_path / "set.zip"
    path.write_bytes(ARCHIVES[kind]()[0])

    def read() -> None:
        with pytest.raises((Fault, OSError)), open_source(path) as opened:
            opened.read(VICTIM)

    assert peak_of(read) < FEW_BYTES
    tell("archives", f"{kind}, its memory", "open_source", REFUSED)


@pytest.mark.parametrize("kind", ["files", "folders"])
def test_a_bomb_by_count(tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Catch a limit that counts files alone."""
    monkeypatch.setattr(source, "MAX_MEMBERS", 100)  # two millions take minutes to write
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for number in range(101):
            archive.writestr(f"{number}{'/' if kind == 'folders' else ''}", b"")
    with pytest.raises(Fault, match=r"set\.zip: 101 members, above the limit of 100; "), open_source(tmp_path / "set.zip"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]
    tell("archives", f"bomb by count of {kind}", "open_source", REFUSED)
