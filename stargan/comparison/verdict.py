"""What may be said of one of the paper's numbers: a pure function of what was measured and how the setup differs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from stargan.judge.intervals import Interval

REPRODUCED = "reproduced"
SAME_ORDER = "consistent in order"
NOT_REPRODUCED = "not reproduced"
NOT_COMPARABLE = "not comparable"
NO_VOTES = "no votes"
VERDICTS = (REPRODUCED, SAME_ORDER, NOT_REPRODUCED, NOT_COMPARABLE, NO_VOTES)


def verdict(
    paper: float, ends: Interval | None, differences: Sequence[str], *, same_order: bool, votes: int | None = None
) -> str:
    """Return the verdict on the number `paper`.

    ends: our 95 % interval, the ends included; equal ends for a number that has no error; None where there is none.
    differences: how our setup differs from the paper's, the first one first; none: the paper's setup.
    same_order: whether the methods rank as in the paper. votes: how many there are; None for what is not voted on.
    """
    if votes == 0:
        return NO_VOTES
    if differences:
        return f"{NOT_COMPARABLE}: {differences[0]}"
    if ends is not None and ends.low <= paper <= ends.high:
        return REPRODUCED
    return SAME_ORDER if same_order else NOT_REPRODUCED


def kind_of(text: str) -> str:
    """Return a verdict without its reason: one of `VERDICTS`."""
    return text.split(":")[0]


def same_ranking(paper: Mapping[str, float], ours: Mapping[str, float]) -> bool:
    """Return whether `ours` has all methods of `paper` and ranks them alike; a tie in ours is no ranking."""
    if set(paper) != set(ours):
        return False
    return all(ours[lower] < ours[higher] for lower, higher in pairwise(sorted(paper, key=lambda method: paper[method])))
