"""Where eyes lie in a square, as params and files have it."""

from typing import Any

LEAST = 0.05
"""How far apart they are at least, as a share of the square's side: nearer ones say nothing of a face's size."""


def checked_eyes(values: Any) -> tuple[float, float, float, float]:
    """Return x and y of the eye at the left, then of the other, as shares of the side. Raises ValueError on what is none."""
    eyes = tuple(float(value) for value in values) if isinstance(values, list | tuple) else ()
    if len(eyes) != 4 or not all(0 <= share <= 1 for share in eyes) or not eyes[2] - eyes[0] >= LEAST:
        raise ValueError(
            f"{values!r} are no places of eyes; give x and y of the left one, then of the other, as shares of the side"
        )
    return eyes
