"""The architecture, as imports and as words."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RAW_FORMS = {
    "stages/synthesize.py",
    "stages/prepare.py",
    "stages/fetch.py",
    "stargan/core/params/datasets.py",
    "stargan/core/params/synthesize.py",
    "stargan/raw/celeba.py",
    "stargan/raw/forms.py",
    "stargan/raw/rafd.py",
    "stargan/raw/download.py",
    "stargan/synthetic/truth.py",
}
KEYS = {  # where a word is the name of a param and not a dataset's class
    "neutral": {
        "stages/figures.py",
        "stargan/results/judgements.py",
        "stargan/comparison/judged.py",
        "stargan/comparison/paper.py",  # Table 3 starts from it
    }
}


def sources() -> list[Path]:
    return sorted(path for package in ("stages", "stargan") for path in (ROOT / package).rglob("*.py"))


def strings(path: Path) -> set[str]:
    """Return the string constants of a module, docstrings left out."""
    tree = ast.parse(path.read_text())
    texts = {node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(tree):
        bodies = [node.body] if isinstance(node, documented) else []
        for body in bodies:
            texts -= {e.value for e in body if isinstance(e, ast.Expr) and isinstance(e.value, ast.Constant)}
    return {str(text.value) for text in texts}


def test_imports_go_downwards_only() -> None:
    done = subprocess.run([Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("word", ["celeba", "rafd", "neutral"])
def test_no_dataset_is_known_by_name_after_prepare(word: str) -> None:
    knowing = {
        str(path.relative_to(ROOT))
        for path in sources()
        if any(word == text.lower() for text in strings(path)) and "synthetic" not in path.parts
    }
    assert knowing <= RAW_FORMS | KEYS.get(word, set())


def test_a_methods_name_is_known_to_assembly_alone() -> None:
    knowing = {str(path.relative_to(ROOT)) for path in sources() if {"diat", "cyclegan", "icgan"} & strings(path)}
    assert knowing == {
        "stargan/models/assembly.py",
        "stargan/training/assembly/building.py",
        "stargan/core/params/runs.py",
        "stargan/core/params/params.py",
        "stargan/results/naming.py",
        "stargan/comparison/paper.py",
    }
