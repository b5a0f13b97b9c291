"""The files of weights that a training begins with, where params.yaml names one (`start_from` of a run)."""

import re
from pathlib import Path

from stargan.core.about import file_digest
from stargan.core.files import workspace_root
from stargan.errors import Fault

WEIGHTS = "data/weights"
"""The folder that DVC watches for them."""
OF_THIS_PROJECT = ".safetensors"


def key_of(run: str, start_from: str) -> str:
    """Return how a fault names the param and its value."""
    return f"params.yaml: runs.{run}.start_from = {start_from!r}"


def weight_files(run: str, start_from: str | None) -> dict[str, Path]:
    """Return {path as params.yaml has it: where the file is}: the file, then the D beside a released G.

    `N-G.ckpt` has its D in `N-D.ckpt`, which need not be there. In a temporary copy that DVC makes of the workspace the
    files that git ignores are missing: they are taken from the main one. Raises Fault where there is no such file.
    """
    if start_from is None:
        return {}
    path = Path(start_from)
    beside = path.with_name(re.sub(r"-G(\.\w+)$", r"-D\1", path.name))
    found = {str(one): where for one in (path, beside) if (where := _where(one))}
    if str(path) not in found:
        raise Fault(
            f"{key_of(run, start_from)}: there is no such file; put it there, correct the path, or leave the key out"
        )
    return {str(path): found[str(path)]} if path.suffix == OF_THIS_PROJECT else found


def weight_digests(run: str, start_from: str | None) -> dict[str, str]:
    """Return {path as params.yaml has it: SHA-256} of those files. Raises Fault where there is no such file."""
    return {name: file_digest(where) for name, where in weight_files(run, start_from).items()}


def _where(path: Path) -> Path | None:
    return next((place for place in (path, workspace_root() / path) if place.is_file()), None)
