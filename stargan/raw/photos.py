"""Photos to translate: a picture, or those of a folder or a zip."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from stargan.errors import Fault
from stargan.raw.rawset import pictures_of
from stargan.raw.source import MAX_MEMBER_BYTES, open_source

Photos = Mapping[str, Callable[[], bytes]]
"""How each photo is read, by its name."""


@contextmanager
def photos_in(path: Path, out: Path) -> Iterator[tuple[Photos, str]]:
    """Yield the photos of a picture, a folder or a zip, and what is to be said of files that are none; "" of none.

    What lies below `out`, where translations go, is none. Raises Fault where there is no photo.
    """
    if not path.exists():
        raise Fault(f"{path}: no such picture, folder or zip; correct --image")
    if not path.is_dir() and not (path.is_file() and zipfile.is_zipfile(path)):  # a pipe would be waited for
        yield {path.name: partial(read_file, path)}, ""
        return
    with open_source(path) as source:
        names, note = pictures_of(source)
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            below = out.resolve().relative_to(path.resolve()).as_posix()
            names = [name for name in names if not name.startswith(f"{below}/")]
        if not names:
            raise Fault(f"{path}: no picture there{f' ({note})' if note else ''}; docs/own-data.md has the formats")
        yield {name: partial(source.read, name) for name in names}, note


def read_file(path: Path) -> bytes:
    """Return a file's bytes. Raises OSError on what is no file, or above the limit."""
    if not path.is_file():  # a pipe would be waited for
        raise OSError("is not a file")
    if path.stat().st_size > MAX_MEMBER_BYTES:
        raise OSError(f"has {path.stat().st_size} bytes, above the limit of {MAX_MEMBER_BYTES}")
    return path.read_bytes()
