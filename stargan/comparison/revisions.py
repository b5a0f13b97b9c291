"""Params and metrics as they were committed: of a git revision, or of a DVC experiment by its name."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from stargan.core.measures import parsed
from stargan.core.params import leaves
from stargan.errors import Fault

PARAMS = "params.yaml"
SEED = "seed"
CODE = ("stages", "stargan")


@dataclass(frozen=True)
class Revision:
    """A commit, by the name that was asked for, and its params as dotted keys."""

    name: str
    commit: str
    params: Mapping[str, Any]
    code: tuple[str, ...] = ()
    """The hashes that git has for the folders of code."""

    @property
    def seed(self) -> int:
        """The seed of its params."""
        return int(self.params[SEED])

    def file(self, path: str) -> bytes:
        """Return a file of the commit. Raises Fault where it is not there."""
        return committed(self.name, self.commit, path)

    def metric(self, path: str, key: str) -> float:
        """Return a number of a file: of JSON, by its keys joined by '.', or of a table of measures, a .csv, by its key.

        Raises Fault where the file or the key is not in the commit.
        """
        content = self.file(path)
        try:
            text = content.decode()
            table = {one.key: one.value for one in parsed(text)} if path.endswith(".csv") else dict(leaves(json.loads(text)))
            value = table.get(key)
        except (ValueError, AttributeError) as error:
            raise Fault(f"{path}: at {self.name} it is neither JSON nor measures; name another file") from error
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Fault(f"{path}: at {self.name} it has no number {key!r}; name another key")
        return float(value)


def read_revision(name: str) -> Revision:
    """Return the revision or experiment `name`. Raises Fault where there is none, or none with a seed in its params."""
    commit = commit_of(name)
    try:
        params = dict(leaves(YAML(typ="safe").load(committed(name, commit, PARAMS))))
        if not isinstance(params[SEED], int):
            raise ValueError(f"seed {params[SEED]!r}")
    except (YAMLError, KeyError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise Fault(f"{PARAMS}: at {name} it has no seed ({reason}); name another revision") from error
    return Revision(name, commit, params, tuple(git("rev-parse", f"{commit}:./{folder}") or "" for folder in CODE))


def commit_of(name: str) -> str:
    """Return the hash of the DVC experiment `name`, else of the commit that git knows by it.

    Raises Fault where it is neither, or where experiments of several baselines have the name.
    """
    # DVC keeps an experiment as refs/exps/<baseline, 2 digits>/<the other 38>/<name>
    experiments = (git("for-each-ref", "--format=%(objectname)", f"refs/exps/*/*/{name}") or "").split()
    if len(experiments) > 1:
        short = ", ".join(commit[:9] for commit in experiments)
        raise Fault(f"{name}: {len(experiments)} DVC experiments have this name; give one's commit instead: {short}")
    commits = experiments or (git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") or "").split()
    if not commits:
        raise Fault(f"{name}: neither a git revision nor a DVC experiment; `dvc exp list -A` names the experiments")
    return commits[0]


def committed(name: str, commit: str, path: str) -> bytes:
    """Return a file in a commit. Raises Fault where it is not there."""
    done = subprocess.run(["git", "show", f"{commit}:./{path}"], capture_output=True)
    if done.returncode != 0:
        raise Fault(f"{path}: not in {name} ({commit[:9]}); name a file that this revision has")
    return done.stdout


def git(*words: str) -> str | None:
    """Return what a git command prints, None where it fails."""
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None
