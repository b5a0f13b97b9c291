"""Sheets: where each cell, title and note of a figure stands."""

from collections.abc import Sequence

import numpy as np
import pytest

from stargan.figures.sheet import sheet

# Sheets
from support.coloured import SIZE


def blocks_of(count: int, rows: int, columns: int, side: int = SIZE) -> np.ndarray:
    """Cells of one colour each, all different: (10 + block, 20 + row, 30 + column)."""
    cells = np.empty((count, rows, columns, side, side, 3), np.uint8)
    for place in np.ndindex(count, rows, columns):
        cells[place] = np.add(place, (10, 20, 30))
    return cells


def box(picture: np.ndarray, colour: Sequence[int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a colour; every pixel between them has it."""
    ys, xs = np.nonzero((picture == colour).all(axis=2))
    left, top, right, bottom = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    assert len(xs) == (right - left) * (bottom - top)
    return left, top, right, bottom


@pytest.mark.parametrize(("side", "shown"), [(8, 64), (24, 48), (32, 64), (70, 70)])
def test_cells_are_enlarged_by_whole_factors(side: int, shown: int) -> None:
    left, top, right, bottom = box(sheet(blocks_of(1, 1, 1, side), ["a"], []), (10, 20, 30))
    assert (right - left, bottom - top) == (shown, shown)


def test_cells_stand_in_order_and_nothing_is_drawn_over_them() -> None:
    found = sheet(
        blocks_of(2, 3, 4), ["one", "two", "three", "a very long title\nin two lines"], ["x", "yyyy", "zz"], ["note"]
    )
    for block, row in np.ndindex(2, 3):
        lefts = [box(found, (10 + block, 20 + row, 30 + column)) for column in range(4)]
        assert [b[0] for b in lefts] == sorted(b[0] for b in lefts)
        assert len({b[1] for b in lefts}) == 1
        assert all(b[2] - b[0] == b[3] - b[1] == 64 for b in lefts)
    tops = [box(found, (10 + block, 20 + row, 30))[1] for block, row in np.ndindex(2, 3)]
    assert np.diff(tops)[[0, 1, 3, 4]].tolist() == [66, 66, 66, 66]


def test_narrow_blocks_stand_beside_each_other_and_wide_ones_do_not() -> None:
    narrow, wide = sheet(blocks_of(4, 2, 4), ["a"] * 4, ["x", "y"]), sheet(blocks_of(4, 2, 9), ["a"] * 9, ["x", "y"])
    corners = [box(narrow, (10 + block, 20, 30))[:2] for block in range(4)]
    assert corners[0][1] == corners[1][1] < corners[2][1] == corners[3][1]  # two and two, not three and one
    assert corners[0][0] == corners[2][0] < corners[1][0] == corners[3][0]
    assert len({box(wide, (10 + block, 20, 30))[0] for block in range(4)}) == 1


def test_a_sheet_has_its_words_where_they_belong() -> None:
    cells = blocks_of(1, 2, 2)
    cells[:] = 255
    none = sheet(cells, ["", ""], [])
    assert (none == 255).all()

    def ink(
        titles: Sequence[str], labels: Sequence[str], notes: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
        found = sheet(cells, titles, labels, notes)
        return *np.nonzero((found < 128).any(axis=2)), found.shape  # type: ignore[return-value]

    ys, xs, shape = ink(["", "MMM"], [], [])
    assert ys.max() < shape[0] - 136
    assert abs(xs.mean() - (6 + 66 + 32)) < 3  # over the middle of the second column
    ys, xs, shape = ink(["", ""], ["", "MMM"], [])
    assert xs.max() < shape[1] - 136
    assert abs(ys.mean() - (shape[0] - 6 - 32)) < 3  # beside the middle of the second row
    ys, xs, shape = ink(["", ""], [], ["a note that is far wider than two small cells can ever be"])
    assert ys.min() > shape[0] - 30
    assert xs.max() <= shape[1] - 6
