"""What dvc.yaml starts trainings with: it becomes part of a shell command."""

import re
from typing import Annotated

from pydantic import AfterValidator

TORCHRUN = (
    "nnodes",
    "nproc-per-node",
    "node-rank",
    "rdzv-backend",
    "rdzv-endpoint",
    "rdzv-id",
    "master-addr",
    "master-port",
    "max-restarts",
    "local-addr",
)
"""The options of torchrun that `launcher` may hold; none of them takes more than a host, a number or a word."""


def checked_launcher(text: str) -> str:
    """Return a launcher. Raises ValueError on what is none."""
    option = rf"--(?:{'|'.join(name.replace('-', '[-_]') for name in TORCHRUN)})(?:=| +)[A-Za-z0-9][A-Za-z0-9_.:-]*"
    if not re.fullmatch(rf"python|(?:srun +)?torchrun(?: +(?:--standalone|{option}))*", text):
        options = ", ".join(f"--{name}" for name in ("standalone", *TORCHRUN))
        raise ValueError(f"no launcher; give python, or torchrun (srun torchrun) with options among {options}")
    return text


Launcher = Annotated[str, AfterValidator(checked_launcher)]
