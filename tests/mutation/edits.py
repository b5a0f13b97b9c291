"""How a mutation is applied to the code, and whether all of them still can be."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mutation.mutation import Mutation
from mutation.mutations import MUTATIONS

ROOT = Path(__file__).parents[2]


SLOW = 60
"""Mutations, at least, of what slow tests alone covered when they were the only ones."""


def file_of(place: str) -> Path:
    """Return a place's file below the root. Raises ValueError where there is none."""
    module = place.partition(":")[0]
    path = Path(*module.split("."))
    for found in (Path(module), path.with_name(f"{path.name}.py"), path / "__init__.py"):
        if (ROOT / found).is_file():
            return found
    raise ValueError("no such module or file")


@cache
def parsed(text: str) -> ast.AST:
    """Return a module's tree; many mutations share a module."""
    return ast.parse(text)


def span(text: str, name: str) -> tuple[int, int]:
    """Return where a function or class stands in a module's text, decorators included; "": the whole text."""
    if not name:
        return 0, len(text)
    node = parsed(text)
    first = last = 0
    for part in name.split("."):
        inner = (
            child for child in ast.walk(node) if child is not node and isinstance(child, ast.FunctionDef | ast.ClassDef)
        )
        found = next((child for child in inner if child.name == part), None)
        if found is None:
            raise ValueError(f"no function or class {part}")
        first = min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)])
        node, last = found, found.end_lineno or first
    lines = text.split("\n")
    return len("\n".join(lines[: first - 1])), len("\n".join(lines[:last])) + 1


def mutated(one: Mutation, root: Path = ROOT) -> str:
    """Return the text of the place's file after the edit. Raises ValueError where it does not apply exactly once."""
    path = file_of(one.place)
    text = (root / path).read_text()
    start, end = span(text, one.place.partition(":")[2])
    times = text.count(one.old, start, end)
    if times != 1:
        raise ValueError(f"{one.old!r} stands there {times} times")
    changed = text[:start] + text[start:end].replace(one.old, one.new) + text[end:]
    if path.suffix == ".py":
        compile(changed, str(path), "exec")
    return changed


def faults() -> Iterator[str]:
    """Yield what is wrong with the mutations: edits that do not apply, tests that are not there, too few of a kind."""
    packages = {str(path.parent.relative_to(ROOT)) for top in ("stages", "stargan") for path in (ROOT / top).rglob("*.py")}
    counts = dict.fromkeys(sorted(packages), 0)
    for one in MUTATIONS:
        try:
            mutated(one)
            package = str(file_of(one.place).parent)
            counts |= {package: counts.get(package, 0) + 1}
        except (ValueError, SyntaxError) as error:
            yield f"{one.place}: {error}"
        yield from (f"{one.place}: no {test}" for test in one.tests if not (ROOT / test.partition("::")[0]).exists())
    yield from (f"{package}: fewer than two mutations" for package in packages if counts[package] < 2)
    twice = Counter((one.place, one.old, one.new) for one in MUTATIONS)
    yield from (f"{place}: {old!r} is replaced twice alike" for (place, old, _), times in twice.items() if times > 1)
    if sum(one.slow for one in MUTATIONS) < SLOW:
        yield f"fewer than {SLOW} are of what slow tests alone cover"
