"""What an output says of itself: its form, its schema, the digests of its files and of what it was made from.

Every stage that leaves files for another writes such a record beside them, and every reader checks it: here stands the one
rule of what belongs together. A record is under a digest itself, by which others name it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stargan.core.files import write_json
from stargan.errors import Fault

SCHEMA = 2
"""Of all records; version 0.1 of the project wrote others."""


@dataclass(frozen=True)
class About:
    """A record as it was read.

    values: what its form says. files: {name: digest} of the files beside it. made_from: {path: digest} of the outputs that
    it was made from. digest: of all that.
    """

    path: Path
    values: Mapping[str, Any]
    files: Mapping[str, str]
    made_from: Mapping[str, str]
    digest: str

    def check_files(self, found: Mapping[str, str]) -> None:
        """Raise ValueError where a file's digest is not the one that the record has."""
        for name, digest in found.items():
            if self.files.get(name) != digest:
                raise ValueError(f"{name} is not what was written there")

    def check_made_from(self, path: Path | str, digest: str, again: str) -> None:
        """Raise Fault where this was not made from the output at `path` as it is now; `again` is the remedy."""
        known = self.made_from.get(str(path))
        if known != digest:
            what = f"another {path} than there is now" if known else f"other data than {path}"
            raise Fault(f"{self.path.parent}: was made from {what}; {again}")


def write_about(
    path: Path, form: str, values: Mapping[str, Any], files: Mapping[str, str], made_from: Mapping[str, str]
) -> str:
    """Write a record as JSON; return its digest."""
    record = {"form": form, "schema": SCHEMA, **values, "files": dict(files), "made_from": dict(made_from)}
    write_json(path, {**record, "digest": digest_of(record)})
    return digest_of(record)


def read_about(path: Path, form: str) -> About:
    """Return the record at `path`. Raises OSError or ValueError where it is none, of another form or schema, or changed."""
    record = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise ValueError(f"{path.name} is no record")
    if (record.get("form"), record.get("schema")) != (form, SCHEMA):
        raise ValueError(f"{path.name} is schema {record.get('schema')} of {record.get('form')}, not {SCHEMA} of {form}")
    digest = record.pop("digest", None)
    if digest != digest_of(record):
        raise ValueError(f"{path.name} has changed since it was written")
    files, made_from = record.pop("files"), record.pop("made_from")
    return About(path, record, dict(files), dict(made_from), str(digest))


def digest_of(values: Any) -> str:
    """Return a hash of JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, allow_nan=False).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
