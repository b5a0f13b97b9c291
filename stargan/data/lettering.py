"""Fonts that have the letters of a text: names of labels may be of any script."""

import math
import os
import sys
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

from stargan.core.names import code

FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)
"""Where systems keep their fonts."""
NO_LETTER = "\uffff"
"""What no font has: it is drawn as a font draws what it has not."""


@lru_cache(1024)
def lettered(text: str, size: int, instead: str) -> tuple[str, FreeTypeFont]:
    """Return a text and a font of so many pixels that has its letters: Pillow's own, else a system's.

    Where there is none the text is `instead`, and stderr says once what that stands for.
    """
    own = ImageFont.load_default(size)
    assert isinstance(own, FreeTypeFont)
    if has(own, text):
        return text, own
    path = system_font(text)
    if path is None:
        print(f"no font here has the letters of {text!r}: a picture has {instead} for it; install one", file=sys.stderr)
        return instead, own
    return text, ImageFont.truetype(path, size)


def in_codes(text: str) -> str:
    """Return a text that every font has the letters of."""
    return "".join(letter if letter.isascii() else code(letter) for letter in text)


def width_of(text: str, font: FreeTypeFont) -> int:
    """Return the pixels that the widest line of a text takes."""
    return max(math.ceil(font.getlength(line)) for line in text.split("\n"))


def cut(text: str, font: FreeTypeFont, widest: int) -> str:
    """Return a text whose lines end in '...' where they would be wider than so many pixels."""
    return "\n".join(_cut(line, font, widest) for line in text.split("\n"))


def _cut(line: str, font: FreeTypeFont, widest: int) -> str:
    kept = len(line)
    while kept and font.getlength(line[:kept] + "..." * (kept < len(line))) > widest:
        kept -= 1
    return line[:kept] + "..." * (kept < len(line))


def has(font: FreeTypeFont, text: str) -> bool:
    """Return whether a font has all letters of a text."""
    none = bytes(font.getmask(NO_LETTER))
    return all(letter.isspace() or bytes(font.getmask(letter)) != none for letter in set(text))


def system_font(text: str) -> str | None:
    """Return the path of a font of the system that has all letters of a text; None where none has."""
    for path in system_fonts():
        try:
            if has(ImageFont.truetype(path, 12), text):
                return path
        except OSError:  # a font of a form that FreeType can't scale
            continue
    return None


@lru_cache(1)
def system_fonts() -> list[str]:
    """Return the paths of the system's fonts: upright sans serifs first, then by name."""
    found = {
        os.path.join(folder, name)
        for start in FOLDERS
        for folder, _, names in os.walk(Path(start).expanduser())
        for name in names
        if name.lower().endswith((".ttf", ".otf", ".ttc")) and not name.startswith("LastResort")  # a box for each letter
    }
    styled = ("bold", "italic", "oblique", "mono", "condensed", "narrow", "light")
    names = {path: Path(path).name.lower() for path in found}
    return sorted(found, key=lambda path: (any(word in names[path] for word in styled), "sans" not in names[path], path))
