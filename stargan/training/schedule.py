"""What follows from an iteration's number: the learning rate, and when something is due."""

from collections.abc import Iterable
from typing import Literal

Schedule = Literal["paper", "official"]


def rate_factor(schedule: Schedule, iteration: int, length: int, decay: int) -> float:
    """Return the learning rate of iteration 0 <= `iteration` < `length`, as a share of the initial one.

    paper: 1, then a linear fall to 0 over the last `decay` iterations (section 5.2).
    official: what the released code does: once every 1,000 iterations within the last `decay` it takes away the
    `decay`-th part of the rate, which after 100,000 such iterations leaves 99.9 % of it.
    """
    constant = length - decay
    if iteration < constant:
        return 1.0
    if schedule == "paper":
        return (length - iteration) / decay
    return 1.0 - (iteration // 1000 - constant // 1000) / decay


def to_the_next(done: int, periods: Iterable[int]) -> int:
    """Return how many iterations there are, after `done`, to the next multiple of one of these."""
    return min(period - done % period for period in periods)
