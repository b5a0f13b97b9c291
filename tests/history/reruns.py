"""How often stages ran again over the history: by the code that dvc.yaml listed then, and by the folders of today.

    PYTHONPATH=.:tests python -m history.reruns [LAST]

A commit up to LAST that changed stages/ or stargan/ counts once for each stage of which it changed code, among those that
there were: a stage is a module that dvc.yaml ran. Where a file of then stands today, git's renames say, commit by commit.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ruamel.yaml import YAML

from stargan.core.params import read_yaml
from support.processes import ROOT

CODE = ("stages", "stargan")
BEFORE_FOLDERS = "cea44a6"
"""The last commit of flat modules, by which the layouts were compared."""
SIMILAR = "-M30%"
"""So much of a file that moved is still the same."""
SPLIT = {"stargan/core/params.py": "stargan/core/params/params.py"}
"""Files that became several, whose end git takes for none."""

Stages = dict[str, set[str]]
"""{module that a stage runs: the files and folders of code that it depends on}."""


def git(*words: str) -> list[str]:
    """Return the lines that git prints."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def commits(last: str) -> list[str]:
    """Return the commits up to `last` that changed code, oldest first."""
    return git("log", "--reverse", "--first-parent", "--format=%H", last, "--", *CODE)


def changed(commit: str) -> list[str]:
    """Return the files of code that a commit changed."""
    return [path for path in git("show", "--format=", "--name-only", "-m", "--first-parent", commit, "--", *CODE) if path]


def places() -> dict[str, dict[str, str]]:
    """Return for each commit {path then: path today} of the files that moved since."""
    found: dict[str, dict[str, str]] = {}
    since: dict[str, str] = {}
    moved = dict(SPLIT)
    for line in git("log", "--first-parent", "--name-status", SIMILAR, "--format=#%H", "--", *CODE):
        if line.startswith("#"):
            moved |= since
            since, found[line[1:]] = {}, dict(moved)
        elif line.startswith("R"):
            _, old, new = line.split("\t")
            since[old] = moved.get(new, new)
    return found


def stages_of(dvc_yaml: Mapping[str, Any]) -> Stages:
    """Return the stages of a dvc.yaml, those of one module as one."""
    found: Stages = {}
    for stage in (one.get("do", one) for one in dvc_yaml["stages"].values()):
        module = re.findall(r"-m stages\.(\w+)", str(stage["cmd"]))[-1]
        found.setdefault(module, set()).update(dep for dep in stage["deps"] if str(dep).startswith(CODE))
    return found


def reruns(files: Iterable[str], stages: Stages) -> set[str]:
    """Return the stages that depend on one of these files."""
    paths = [PurePosixPath(file) for file in files]
    return {name for name, deps in stages.items() if any(path.is_relative_to(dep) for path in paths for dep in deps)}


def counted(last: str) -> tuple[Counter[str], Counter[str]]:
    """Return how often each stage ran again by what was listed then, and how often it would have by today's folders."""
    listed, folders = Counter[str](), Counter[str]()
    today, moved = stages_of(read_yaml(ROOT / "dvc.yaml")), places()
    for commit in commits(last):
        text = git("ls-tree", "--name-only", commit, "dvc.yaml") and "\n".join(git("show", f"{commit}:dvc.yaml"))
        if text:
            then, files = stages_of(YAML(typ="safe").load(text)), changed(commit)
            listed.update(reruns(files, then))
            folders.update(reruns([moved[commit].get(path, path) for path in files], today) & then.keys())
    return listed, folders


if __name__ == "__main__":
    last = sys.argv[1] if len(sys.argv) > 1 else BEFORE_FOLDERS
    for title, found in zip(("as listed then", "by today's folders"), counted(last), strict=True):
        print(f"{title}: {found.total()} ({', '.join(f'{name} {n}' for name, n in found.most_common())})")
