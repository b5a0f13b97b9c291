"""The outcomes of cells, and how a cell tells its own."""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

IDENTICAL, DEGRADED, REFUSED = "identical result", "degraded with a warning", "clean failure"
Copy = Callable[[Path], Path]
"""Copies a workspace, for one cell to damage."""
Tell = Callable[[str, str, str, str], None]
"""Tells family, fault, stage and outcome of a cell."""
Whole = Callable[[str], dict[str, str]]
"""Tells the hashes that a command leaves which nothing disturbs."""


def covering(first: Iterable[str], second: Iterable[str], third: Iterable[Any]) -> list[Any]:
    """Return all combinations for `parametrize`; those that meet no pair of values for the first time are marked `full`.

    Pairs of the second's and the third's values count where the first has several: else that would be all there is.
    """
    lists = [list(values) for values in (first, second, third)]
    counted = [(0, 1), (0, 2), (1, 2)][: 3 if len(lists[0]) > 1 else 2]
    met: set[tuple[int, ...]] = set()
    cells = {}
    # Latin squares come first: each of them meets as many new pairs as it has cells.
    for at in sorted(itertools.product(*(range(len(values)) for values in lists)), key=lambda at: sum(at) % len(lists[2])):
        new = {(a, at[a], b, at[b]) for a, b in counted} - met
        met |= new
        values = (given[place] for given, place in zip(lists, at, strict=True))
        cells[at] = pytest.param(*values, marks=[] if new else [pytest.mark.full])
    return [cells[at] for at in sorted(cells)]


def flip(path: Path, where: float) -> None:
    """Flip one bit at a share of the file's length: no length and no header changes."""
    content = bytearray(path.read_bytes())
    content[int((len(content) - 1) * where)] ^= 1
    path.write_bytes(content)
