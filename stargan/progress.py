"""Progress for people: a bar on a terminal, a line every few seconds elsewhere."""

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
SECONDS_A_LINE = 10.0


def progress(iterable: Iterable[T], total: int, unit: str, label: str, initial: int = 0) -> "tqdm[T]":
    """Return `iterable` with rate and ETA shown on stderr; `set_postfix_str` adds words, such as losses."""
    if sys.stderr.isatty():
        return tqdm(iterable, total=total, initial=initial, unit=unit, desc=label, dynamic_ncols=True)
    # Without a terminal a bar's carriage returns would fill a log: each refresh is a line of its own.
    return tqdm(
        iterable,
        total=total,
        initial=initial,
        unit=unit,
        desc=label,
        file=Lines(),
        ascii=True,
        ncols=0,
        mininterval=SECONDS_A_LINE,
        maxinterval=SECONDS_A_LINE,
    )


class Lines:
    """A text stream to stderr on which each refresh of a bar ends a line."""

    def write(self, text: str) -> int:
        """Write a refresh as a line; return the number of characters taken."""
        words = text.strip("\r\n ")
        if words:
            sys.stderr.write(words + "\n")
        return len(text)

    def flush(self) -> None:
        """Flush stderr."""
        sys.stderr.flush()
