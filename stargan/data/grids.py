"""PNG pictures for people."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from stargan.core.files import write_bytes
from stargan.data.domains import LabelKind
from stargan.data.lettering import cut, lettered


def write_png(path: Path | str, pixels: np.ndarray) -> None:
    """Write a uint8 (H, W, 3) picture."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    write_bytes(Path(path), out.getvalue())


def grid(cells: np.ndarray, titles: Sequence[str], side: int = 64) -> np.ndarray:
    """Return a picture of uint8 (rows, columns, s, s, 3) cells with a title over each column.

    Cells smaller than `side` pixels are enlarged by a whole factor, so that no pixel is invented. A title that no font has
    the letters of is its column's number, which stderr tells; one that is wider than its column is cut.
    """
    scale = max(1, side // cells.shape[2])
    cells = cells.repeat(scale, axis=2).repeat(scale, axis=3)
    rows, columns, height, width, _ = cells.shape
    gap, head = 2, 14 * max(title.count("\n") + 1 for title in titles) + 4
    sheet = np.full((head + rows * (height + gap), columns * (width + gap), 3), 255, np.uint8)
    for row in range(rows):
        for column in range(columns):
            top, left = head + row * (height + gap), column * (width + gap)
            sheet[top : top + height, left : left + width] = cells[row, column]
    picture = Image.fromarray(sheet)
    draw = ImageDraw.Draw(picture)
    for column, title in enumerate(titles):
        text, font = lettered(title, 9, f"({column})")
        place = (column * (width + gap) + 2, 2)
        draw.multiline_text(place, cut(text, font, width), fill=(0, 0, 0), font=font, spacing=2)
    return np.asarray(picture)


def title_of(kind: LabelKind, target: str) -> str:
    """Return a target as words for the head of a column, a line for each step; a flip is marked '+/-'."""
    return "\n".join(step.title for step in kind.steps(target))
