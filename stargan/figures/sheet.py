"""A sheet of blocks of pictures with labels and titles, as a paper's figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from stargan.data.lettering import cut, in_codes, lettered, width_of

GAP, BREAK, EDGE = 2, 10, 6
"""Pixels of a sheet: between cells, between blocks, and around all."""


FONT, LINE, WIDEST = 11, 14, 160
"""Size of a sheet's letters, height of its lines of text and width of the widest title, in pixels."""


PAGE = 900
"""Blocks stand beside each other up to this width, in pixels."""


Text = tuple[str, FreeTypeFont]


@dataclass(frozen=True)
class Layout:
    """Where the parts of a sheet stand, in pixels: a column's width, the labels' width, a block's height and width."""

    pitch: int
    labels: int
    head: int
    height: int
    width: int
    across: int
    """Blocks beside each other."""

    def corner(self, block: int) -> tuple[int, int]:
        """Return left and top of a block's first cell."""
        down, right = divmod(block, self.across)
        return EDGE + right * (self.width + BREAK) + self.labels, EDGE + self.head + down * (self.height + BREAK)


def sheet(
    blocks: np.ndarray, titles: Sequence[str], labels: Sequence[str], notes: Sequence[str] = (), side: int = 64
) -> np.ndarray:
    """Return a picture of uint8 (blocks, rows, columns, s, s, 3) cells, as a paper's figure, uint8 (H, W, 3).

    Each block has `labels` at the left of its rows; `titles` stand over the columns, `notes` are lines under all.
    Narrow blocks stand beside each other. Cells smaller than `side` pixels are enlarged by a whole factor. A title that no
    font has the letters of is its column's number, which stderr tells; other text has codes then.
    """
    heads = [_cut(*lettered(title, FONT, f"({column})")) for column, title in enumerate(titles)]
    sides, lines = ([lettered(text, FONT, in_codes(text)) for text in texts] for texts in (labels, notes))
    scale = max(1, side // blocks.shape[3])
    blocks = blocks.repeat(scale, axis=3).repeat(scale, axis=4)
    count, rows, columns, size = blocks.shape[:4]
    layout = _layout(count, rows, columns, size, heads, sides)
    foot = layout.corner(count - 1)[1] + layout.height
    right = max(EDGE + layout.across * (layout.width + BREAK) - BREAK, *(EDGE + width_of(*note) for note in lines), 0)
    bottom = foot + (BREAK + LINE * len(lines) if lines else 0)
    picture = Image.new("RGB", (right + EDGE, bottom + EDGE), "white")
    draw = ImageDraw.Draw(picture)
    for block in range(count):
        left, top = layout.corner(block)
        for row, column in np.ndindex(rows, columns):
            corner = (left + column * layout.pitch + (layout.pitch - GAP - size) // 2, top + row * (size + GAP))
            picture.paste(Image.fromarray(blocks[block, row, column]), corner)
        for row, (label, font) in enumerate(sides):
            draw.text((left - EDGE, top + row * (size + GAP) + size // 2), label, "black", font, anchor="rm")
        for column, (title, font) in enumerate(heads if block < layout.across else ()):
            middle = left + column * layout.pitch + (layout.pitch - GAP) / 2
            draw.multiline_text((middle, top - 3), title, "black", font, anchor="md", align="center", spacing=1)
    for line, (note, font) in enumerate(lines):
        draw.text((EDGE, foot + BREAK + line * LINE), note, "black", font)
    return np.asarray(picture)


def _layout(count: int, rows: int, columns: int, size: int, titles: Sequence[Text], labels: Sequence[Text]) -> Layout:
    """Return the layout of so many blocks of cells of `size` pixels."""
    pitch = max(size, *(width_of(*title) for title in titles)) + GAP
    margin = max((width_of(*label) for label in labels), default=-EDGE) + EDGE
    width = margin + columns * pitch - GAP
    most = max(1, (PAGE + BREAK) // (width + BREAK))
    across = -(-count // -(-count // most))  # as even lines as they come: four blocks are two and two
    head = LINE * max(title.count("\n") + 1 for title, _ in titles) + 3
    return Layout(pitch, margin, head, rows * (size + GAP) - GAP, width, across)


def _cut(text: str, font: FreeTypeFont) -> Text:
    return cut(text, font, WIDEST), font
