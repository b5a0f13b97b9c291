"""Raw files where they lie: a zip read in place, or a folder. Nothing is ever extracted."""

import json
import os
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from stargan.core.names import odd_letter
from stargan.errors import Fault

MAX_MEMBERS = 2_000_000
MAX_MEMBER_BYTES = 1 << 28  # 256 MiB: far above any picture
MAX_RATIO = 200  # compressed pictures hardly deflate
UTF8 = 0x800  # the flag of a member whose name is UTF-8

UNREADABLE = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, ValueError, struct.error, zlib.error)
"""What zipfile raises on a member that can't be read."""

FILES: Mapping[str, Any] = {"kind": "files"}


class Source(Protocol):
    """Named bytes. Names are relative paths with '/', sorted; hidden files are left out."""

    path: Path
    names: list[str]
    hidden: int
    """How many hidden files were left out."""
    folders: list[str]
    """The folders, hidden ones left out, also those that hold no file; of a zip those that it lists."""
    origin: Mapping[str, Any]
    """{"kind": "files"}, or {"kind": "synthetic", "form", "renderer", "seed", "height"} of a set that the project drew."""

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return the bytes of one file, the first `most` of them. Raises OSError where they can't be had."""

    def reopen(self) -> None:
        """Take an own file handle in a forked process: the place in an inherited one is shared."""


@contextmanager
def open_source(path: Path, *, links: str = "") -> Iterator[Source]:
    """Yield the source at `path`. Raises Fault where it is missing, not a zip, or a hostile one.

    links: what a user does to let links lead out of a folder, where they may not; "": they may.
    """
    if path.is_dir():
        yield FolderSource(path, links)
    elif not path.exists():
        raise Fault(f"{path}: no such zip or folder; put it there or correct its path in params.yaml")
    else:
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise Fault(f"{path}: no zip that can be read ({error}); fetch it again or give a folder") from error
        with archive:
            yield ZipSource(path, archive)


class ZipSource:
    """The files of a zip, each read where it lies."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        """Check every member's name, size and place. Raises Fault that names the first hostile one."""
        self.path = path
        self._archive = archive
        every = archive.infolist()
        if len(every) > MAX_MEMBERS:
            raise Fault(f"{path}: {len(every)} members, above the limit of {MAX_MEMBERS}; split the set")
        _refuse_hostile(path, every)
        shown = [info for info in every if not _hidden(info.filename)]
        self.names = sorted(info.filename for info in shown if not info.is_dir())
        self.folders = sorted(info.filename.rstrip("/") for info in shown if info.is_dir())
        self.hidden = sum(not info.is_dir() for info in every) - len(self.names)
        self.origin = _origin(archive.comment)

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return the bytes of one member, its CRC checked where it is read whole. Raises OSError."""
        info = self._archive.getinfo(name)
        try:
            with self._archive.open(info) as member:
                # read() alone would inflate all, whatever the directory tells
                return member.read(info.file_size if most is None else most)
        except UNREADABLE as error:
            raise OSError(str(error)) from error

    def reopen(self) -> None:
        """Take an own handle of the very same file, whatever has its name by now. Linux forks, others spawn."""
        inherited = self._archive.fp
        if sys.platform == "linux" and inherited:
            self._archive.fp = Path(f"/proc/self/fd/{inherited.fileno()}").open("rb")  # noqa: SIM115  (the archive closes it)
            inherited.close()

    def __reduce__(self) -> tuple[Callable[[Path, tuple[int, ...]], "ZipSource"], tuple[Path, tuple[int, ...]]]:
        """Let a process that is spawned, not forked, open the zip anew."""
        return _opened, (self.path, _identity(self._archive))


def _opened(path: Path, identity: tuple[int, ...]) -> ZipSource:
    archive = zipfile.ZipFile(path)
    if _identity(archive) != identity:
        raise Fault(f"{path}: has changed since it was opened; run the prepare stage again")
    return ZipSource(path, archive)


def _identity(archive: zipfile.ZipFile) -> tuple[int, ...]:
    assert archive.fp
    found = os.fstat(archive.fp.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class FolderSource:
    """The files below a folder. Links within it are followed, and those that lead out of it where they may."""

    def __init__(self, path: Path, links: str = "") -> None:
        """List the files. links: see `open_source`. Raises Fault on a link to a folder that can't be followed."""
        self.path = path
        self.origin = FILES
        self._root = path.resolve()
        self._links = links
        self.names, self.folders, self.hidden = list[str](), list[str](), 0
        for folder, names in self._walk(path, ()):
            relative = [file.relative_to(path).as_posix() for file in names]
            shown = [name for name in relative if not _hidden(name)]
            self.names += shown
            self.hidden += len(relative) - len(shown)
            self.folders += [] if folder == path else [folder.relative_to(path).as_posix()]
        self.names.sort()
        self.folders.sort()
        odd = next((name for name in (*self.names, *self.folders) if odd_letter(name)), None)
        if odd:  # bytes that are no UTF-8 would end up in rows.csv
            raise Fault(f"{path}: {odd!r} has control characters in its name or is not UTF-8; rename it")

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return the bytes of one file. Raises OSError, for a link that may not lead out of the folder too."""
        file = self.path / name
        if not file.is_file():  # a pipe would be waited for; a link to itself can't be resolved
            raise OSError("is not a file")
        if self._leads_out(file):
            raise OSError(f"is a link out of the folder; permit it by {self._links}")
        if most is None and file.stat().st_size > MAX_MEMBER_BYTES:
            raise OSError(f"has {file.stat().st_size} bytes, above the limit of {MAX_MEMBER_BYTES}")
        with file.open("rb") as content:
            return content.read(-1 if most is None else most)

    def reopen(self) -> None:
        """Do nothing: each file is opened when it is read."""

    def _leads_out(self, path: Path) -> bool:
        return bool(self._links) and path.is_symlink() and not path.resolve().is_relative_to(self._root)

    def _walk(self, folder: Path, above: tuple[Path, ...]) -> Iterator[tuple[Path, list[Path]]]:
        """Yield each folder that is not hidden, and its files; `above`: the real places of those that it lies in."""
        place = folder.resolve()
        if place in above:
            raise Fault(f"{folder}: is a link to a folder that it lies in; remove it")
        if self._leads_out(folder):
            raise Fault(f"{folder}: is a link out of {self.path}; permit it by {self._links}, or copy the folder")
        with os.scandir(folder) as found:  # raises what os.walk would pass over: a set without a folder is another set
            entries = sorted(found, key=lambda entry: entry.name)
        linked = [entry.name for entry in entries if entry.is_symlink()]
        below = {  # of a link the path is asked: the entry raises on one that leads to itself
            entry.name: (folder / entry.name).is_dir() if entry.name in linked else entry.is_dir() for entry in entries
        }
        lost = next((name for name in linked if not _hidden(name) and not (folder / name).exists()), None)
        if lost and not PurePosixPath(lost).suffix:  # with one it is a picture that can't be read
            raise Fault(f"{folder / lost}: is a link to what is not there; remove it, or bring that back")
        yield folder, [folder / name for name, is_folder in below.items() if not is_folder]
        for name in (name for name, is_folder in below.items() if is_folder and not _hidden(name)):
            yield from self._walk(folder / name, (*above, place))


def _hidden(name: str) -> bool:
    """Say whether a name is what desktops leave behind: dot files, __MACOSX, Thumbs.db, desktop.ini."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return hidden or parts[-1].lower() in ("thumbs.db", "desktop.ini")


def _refuse_hostile(path: Path, members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    end = 0
    for info in sorted(members, key=lambda member: member.header_offset):
        parts = info.filename.split("/")
        reason, remedy = "", "get the archive from a source you trust"
        if not PurePosixPath(info.filename).parts:
            reason = "has no name"
        elif "\\" in info.filename and not {"..", ""} & {*info.filename.replace("\\", "/").split("/")}:
            reason, remedy = "has \\ between folders, which could lead out of the archive", "pack it again with /"
        elif info.filename.startswith("/") or "\\" in info.filename or ":" in parts[0] or ".." in parts:
            reason = "leads out of the archive"
        elif info.orig_filename != info.filename or odd_letter(info.filename):
            reason = "has control characters in its name"
        elif not info.filename.isascii() and not info.flag_bits & UTF8:
            reason = "has a name that is not marked as UTF-8: its letters can't be told"
            remedy = "pack it again with names in UTF-8, or give a folder"
        elif info.filename in seen:
            reason = "is there twice"
        elif info.flag_bits & 1:
            reason, remedy = "is encrypted", "pack it again without a password"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others inflate without a bound
            reason = f"is compressed by method {info.compress_type}, not deflated"
            remedy = "pack it again by deflate, or give a folder"
        elif stat.S_ISLNK(info.external_attr >> 16):
            reason = "is a link"
        elif info.header_offset < end:
            reason = "overlaps the member before it"
        elif info.file_size > MAX_MEMBER_BYTES or info.file_size > MAX_RATIO * max(info.compress_size, 1024):
            reason = f"would unpack to {info.file_size} bytes from {info.compress_size}"
            remedy = "get the archive from a source you trust, or give a folder"
        if reason:
            raise Fault(f"{path}: member {info.filename!r} {reason}; {remedy}")
        seen.add(info.filename)
        end = info.header_offset + info.compress_size


def _origin(comment: bytes) -> Mapping[str, Any]:
    """Return the origin that a zip's comment tells: this project marks the sets it draws by a JSON object."""
    try:
        mark = json.loads(comment)
        numbers = {key: int(mark[key]) for key in ("renderer", "seed", "height")}
        return {"kind": "synthetic", "form": str(mark["form"]), **numbers}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return FILES
