"""Raw pictures where they lie: a zip read in place, or a folder. Nothing is ever extracted."""

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

from stargan.errors import Fault

PICTURE_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
MAX_MEMBERS = 2_000_000
MAX_MEMBER_BYTES = 1 << 28  # 256 MiB: far above any picture
MAX_RATIO = 200  # compressed pictures hardly deflate

FILES: Mapping[str, Any] = {"kind": "files"}


class Source(Protocol):
    """Named bytes. Names are relative paths with '/', sorted; hidden files are left out."""

    path: Path
    names: list[str]
    origin: Mapping[str, Any]
    """{"kind": "files"}, or {"kind": "synthetic", "form", "renderer", "seed", "height"} of a set that the project drew."""

    def read(self, name: str) -> bytes:
        """Return the bytes of one file. Raises OSError or zipfile.BadZipFile where they can't be had."""

    def reopen(self) -> None:
        """Take an own file handle in a forked process: the place in an inherited one is shared."""


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Yield the source at `path`. Raises Fault where it is missing, not a zip, or a hostile one."""
    if path.is_dir():
        yield FolderSource(path)
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
        members = [info for info in every if not info.is_dir()]
        self.names = sorted(info.filename for info in members if not _hidden(info.filename))
        self.origin = _origin(archive.comment)

    def read(self, name: str) -> bytes:
        """Return the bytes of one member, its CRC checked. Raises OSError or BadZipFile."""
        info = self._archive.getinfo(name)
        try:
            with self._archive.open(info) as member:
                return member.read(info.file_size)  # read() alone would inflate all, whatever the directory tells
        except (NotImplementedError, EOFError, RuntimeError, ValueError, struct.error, zlib.error) as error:
            raise zipfile.BadZipFile(str(error)) from error

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
    """The files below a folder."""

    def __init__(self, path: Path) -> None:
        """List the files; links to folders are not followed."""
        self.path = path
        self.origin = FILES
        self._root = path.resolve()
        found = (Path(folder, name) for folder, _, names in os.walk(path, onerror=_unreadable) for name in names)
        relative = (file.relative_to(path).as_posix() for file in found)
        self.names = sorted(name for name in relative if not _hidden(name))
        odd = next((name for name in self.names if not name.isprintable()), None)
        if odd:  # bytes that are no UTF-8 would end up in rows.csv
            raise Fault(f"{path}: {odd!r} has control characters in its name or is not UTF-8; rename it")

    def read(self, name: str) -> bytes:
        """Return the bytes of one file. Raises OSError, for a link that leaves the folder too."""
        file = self.path / name
        if not file.is_file():  # a pipe would be waited for; a link to itself can't be resolved
            raise OSError("is not a file")
        if file.is_symlink() and not file.resolve().is_relative_to(self._root):
            raise OSError("is a link out of the folder")
        return file.read_bytes()

    def reopen(self) -> None:
        """Do nothing: each file is opened when it is read."""


def _unreadable(error: OSError) -> None:
    """Raise what os.walk would pass over: a set without one of its folders is another set."""
    raise error


def by_base_name(source: Source) -> dict[str, str]:
    """Return {file name without folders: full name}, sorted. Raises Fault where two files share a name."""
    found: dict[str, str] = {}
    for name in source.names:
        base = PurePosixPath(name).name
        if base in found:
            raise Fault(f"{source.path}: {found[base]} and {name} have the same file name; remove one")
        found[base] = name
    return dict(sorted(found.items()))


def looks_like_picture(name: str) -> bool:
    """Say whether a file name ends as pictures do."""
    return name.lower().endswith(PICTURE_SUFFIXES)


def _hidden(name: str) -> bool:
    """Say whether a name is what desktops leave behind: dot files, __MACOSX, Thumbs.db."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts) or parts[-1] == "Thumbs.db"


def _refuse_hostile(path: Path, members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    end = 0
    for info in sorted(members, key=lambda member: member.header_offset):
        parts = info.filename.split("/")
        reason = None
        if not PurePosixPath(info.filename).parts:
            reason = "has no name"
        elif info.filename.startswith("/") or "\\" in info.filename or ":" in parts[0] or ".." in parts:
            reason = "leads out of the archive"
        elif info.orig_filename != info.filename or not info.filename.isprintable():
            reason = "has control characters in its name"
        elif info.filename in seen:
            reason = "is there twice"
        elif info.flag_bits & 1:
            reason = "is encrypted"
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others inflate without a bound
            reason = f"is compressed by method {info.compress_type}, not deflated"
        elif stat.S_ISLNK(info.external_attr >> 16):
            reason = "is a link"
        elif info.header_offset < end:
            reason = "overlaps the member before it"
        elif info.file_size > MAX_MEMBER_BYTES or info.file_size > MAX_RATIO * max(info.compress_size, 1024):
            reason = f"would unpack to {info.file_size} bytes from {info.compress_size}"
        if reason:
            raise Fault(f"{path}: member {info.filename!r} {reason}; get the archive from a source you trust")
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
