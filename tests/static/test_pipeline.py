"""dvc.yaml tells the truth: code dependencies are import closures, declared params are the params read."""

import ast
import re
from pathlib import Path
from typing import Any

import grimp
import pytest

from stargan.core.params import read_yaml
from stargan.training.recorder import CODE

ROOT = Path(__file__).parents[2]
WRITTEN = read_yaml(ROOT / "dvc.yaml")["stages"]
STAGES: dict[str, dict[str, Any]] = {name: stage.get("do", stage) for name, stage in WRITTEN.items()}
FOREACH = {name: str(stage.get("foreach")) for name, stage in WRITTEN.items()}


RUN = {"runs", "image_size"}
BEHIND = {
    "dataset": {"datasets"},
    "sizes": {"datasets", "image_size"},
    "run": RUN,
    "runs": RUN,
    "followed": RUN | {"seed", "train", "budget", "diat", "cyclegan", "icgan"},
}
"""The keys that stand behind a method of Params."""
MACHINE = {"threads", "device"}
PLANNED = {
    "train": BEHIND["followed"] | MACHINE,
    "translate": RUN | {"translate"} | MACHINE,
    "evaluate": {"seed", "evaluate"} | MACHINE,
}
"""What a stage reads of params.yaml, and hears of by a file of `plan` that it depends on."""
FREE = {"bookkeeping"}
"""What changes no weight: tests/unit/test_params.py holds a training's settings to that."""


EXEMPT = {"stargan/errors.py", "stargan/progress.py", "stargan/tracking"}
"""What changes no byte of an output: tests/pipeline/test_exempt.py takes it away."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("stargan", "stages", cache_dir=None)


def commands_of(stage: dict[str, Any]) -> list[str]:
    return [stage["cmd"]] if isinstance(stage["cmd"], str) else stage["cmd"]


def module_of(stage: dict[str, Any]) -> str:
    found = re.match(r"(?:python|\${launcher}) -m (stages\.\w+)", commands_of(stage)[-1])
    assert found, stage["cmd"]
    return found[1]


def path_of(module: str) -> str:
    base = Path(*module.split("."))
    return str(base / "__init__.py" if (ROOT / base).is_dir() else base.with_suffix(".py"))


def code_of(graph: grimp.ImportGraph, module: str) -> set[str]:
    """Return the code that a stage imports, with packages on the way: files of stages/, folders and files of stargan/."""
    modules = {module, *graph.find_upstream_modules(module)}
    packages = {".".join(name.split(".")[:depth]) for name in modules for depth in range(2, name.count(".") + 1)}
    modules |= packages | {up for package in packages for up in graph.find_upstream_modules(package)}
    folders = {".".join(name.split(".")[:2]) for name in modules if name.startswith("stargan.")}
    files = {path_of(name) for name in modules if name.startswith("stages")}
    return files | {path_of(folder).removesuffix("/__init__.py") for folder in folders}


@pytest.mark.parametrize("name", STAGES)
def test_code_dependencies_are_the_folders_imported_from(graph: grimp.ImportGraph, name: str) -> None:
    stage = STAGES[name]
    declared = {dep for dep in stage["deps"] if dep.startswith(("stages/", "stargan/"))}
    needed = code_of(graph, module_of(stage)) - EXEMPT
    assert declared == needed, f"missing {sorted(needed - declared)}, superfluous {sorted(declared - needed)}"
    assert sum((ROOT / dep).is_dir() for dep in declared) <= 6


def test_checkpoints_follow_the_code_that_dvc_follows() -> None:
    declared = {dep for dep in STAGES["train"]["deps"] if dep.startswith("stargan/")}
    assert declared == {f"stargan/{folder}" for folder in CODE}


def params_read(module: Path) -> set[str]:
    """Return the attributes that a module reads of `params` and of what `load()` returns."""

    def is_params(value: ast.expr) -> bool:
        called = value.func if isinstance(value, ast.Call) else None
        return ast.unparse(called or value) in (("params",) if called is None else ("load", "params.load"))

    nodes = ast.walk(ast.parse(module.read_text()))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and is_params(node.value)} - {"load"}


@pytest.mark.parametrize("name", STAGES)
def test_declared_params_are_the_params_read(name: str) -> None:
    """A param that is read and not declared is silent staleness; one declared and not read, needless work."""
    stage = STAGES[name]
    module = ROOT / path_of(module_of(stage))
    read = params_read(module)
    if "device_of" in module.read_text():
        read |= params_read(ROOT / "stargan/core/device.py")
    keys = {key for name_read in read for key in BEHIND.get(name_read, {name_read})}
    keys -= PLANNED.get(name, set()) - set(stage.get("params", [])) | FREE
    assert keys == {key.split(".")[0] for key in stage.get("params", [])}


@pytest.mark.parametrize("name", STAGES)
def test_names_are_checked_before_they_reach_a_shell_or_a_path(name: str) -> None:
    """DVC puts names from params.yaml into commands, and removes outputs before it runs any.

    A stage puts no folder in the place of a link, which is checked too; raw data of one's own may lie behind one.
    """
    stage = STAGES[name]
    free = FOREACH[name].startswith("${") or "matrix" in stage
    outputs = [one for key in ("outs", "metrics", "plots") for one in stage.get(key, [])]
    folders = [path for one in outputs for path in ([one] if isinstance(one, str) else one) if not Path(path).suffix]
    checked = free or (folders and name != "synthesize")
    assert commands_of(stage)[:-1] == (["python -m stages.check"] if checked else [])
    named = [one for one in outputs if "${" in str(one)]
    assert all(one[path]["persist"] for one in named if free for path in one)
